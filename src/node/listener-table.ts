/**
 * The table of an EventEmitter's listeners, `_events`: made without running its constructor, and looked into.
 *
 * Every request and response needs one of its own from the start: a program that wraps them with
 * `Object.create(res)` adds its listeners to the table it inherits. This one is cheap, for it isn't a dictionary
 * until names are deleted. Where the probe fails, emitters make what they need by themselves, and are asked through
 * their methods.
 */
import { EventEmitter } from 'node:events';

type Listener = (...args: never[]) => void;
type Table = Readonly<Record<string, unknown>>;
type Tabled = EventEmitter & { _events?: Record<string, unknown>; _eventsCount?: number };

/** Like `{ __proto__: null }`, but quick to make. */
export const ListenerTable = function ListenerTable() {} as unknown as new () => Record<string, unknown>;
ListenerTable.prototype = Object.create(null);

const { emit } = EventEmitter.prototype;

/** Whether `emit` isn't overridden: then an event without listeners can't be noticed. */
export function emitsAsUsual(emitter: object): boolean {
  return (emitter as EventEmitter).emit === emit;
}

/** Whether an emitter serves listeners from a table it was given, in which one listener stands by itself. */
function probe(): boolean {
  const heard: string[] = [];
  const first = () => heard.push('first');
  const second = () => heard.push('second');
  try {
    const emitter: Tabled = Object.create(EventEmitter.prototype);
    emitter._events = new ListenerTable();
    emitter._eventsCount = 0;
    emitter.on('event', first);
    const alone = emitter._events?.event === first && emitter._events?.other === undefined;
    emitter.once('event', second);
    const together = emitter._events?.event !== first;
    emitter.emit('event');
    emitter.emit('event');
    emitter.off('event', first);
    const gone = emitter._events?.event === undefined && emitter.listenerCount('event') === 0;
    return alone && together && gone && heard.join() === 'first,second,first' && isTabledByItself(first);
  } catch {
    return false;
  }
}

/** Whether an emitter that was constructed has such a table as well. */
function isTabledByItself(listener: () => void): boolean {
  const emitter: Tabled = new EventEmitter().on('event', listener);
  return emitter._events?.event === listener;
}

/** Whether emitters keep their listeners in such tables on this Node. */
export const keepsTables = probe();

/** Who listens to an emitter, by event; undefined where nobody does. */
export function listenersOf(emitter: EventEmitter): Table {
  return keepsTables ? ((emitter as Tabled)._events as Table) : askedTable(emitter);
}

function askedTable(emitter: EventEmitter): Table {
  return Object.fromEntries(emitter.eventNames().map((name) => [name, emitter.listeners(name)]));
}

/** Whether `listener` alone gets what a stream reads. */
export function isOnlyReader(stream: EventEmitter, listener: Listener): boolean {
  if (!keepsTables) return isOnlyOne(stream, listener);
  const { _events } = stream as Tabled;
  return _events?.data === listener && _events.readable === undefined;
}

function isOnlyOne(stream: EventEmitter, listener: Listener): boolean {
  if (stream.listenerCount('readable') > 0) return false;
  const [first, ...others] = stream.listeners('data');
  return first === listener && others.length === 0;
}
