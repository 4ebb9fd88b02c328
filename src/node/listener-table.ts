/**
 * The `_events` of an EventEmitter, made without running its constructor.
 *
 * Every request and response needs one of its own from the start: a program that wraps them with
 * `Object.create(res)` adds its listeners to the table it inherits. This one is cheap, for it isn't a dictionary
 * until names are deleted.
 */
import { EventEmitter } from 'node:events';

/** Like `{ __proto__: null }`, but quick to make. */
export const ListenerTable = function ListenerTable() {} as unknown as new () => Record<string, unknown>;
ListenerTable.prototype = Object.create(null);

const { emit } = EventEmitter.prototype;

/** Whether `emit` isn't overridden: then an event without listeners can't be noticed. */
export function emitsAsUsual(emitter: object): boolean {
  return (emitter as EventEmitter).emit === emit;
}
