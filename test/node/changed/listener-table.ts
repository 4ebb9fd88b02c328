// A Node whose emitters serve nobody on whom their constructor didn't run.
import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';

/** The constructor leaves a property of its own. */
function isMade(emitter: object): boolean {
  for (let link = emitter; link !== EventEmitter.prototype; link = Object.getPrototypeOf(link)) {
    if (Object.hasOwn(link, '_maxListeners')) return true;
  }
  return false;
}

for (const name of ['on', 'addListener', 'once', 'prependListener', 'emit'] as const) {
  const method = EventEmitter.prototype[name];
  Object.assign(EventEmitter.prototype, {
    [name](this: object, ...args: unknown[]) {
      // Node's TLS listens to its sockets before they are made.
      if (!isMade(this) && !(this instanceof Socket))
        throw new TypeError(`${name} of an emitter that was not made by its constructor`);
      return Reflect.apply(method, this, args);
    },
  });
}
