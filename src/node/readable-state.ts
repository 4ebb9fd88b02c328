/**
 * The state of a Readable, `_readableState`, made when something first touches it and not before.
 *
 * Setting up a Readable costs more than parsing a request, and most requests have no body and nobody who listens. In:
 * an object with an accessor of that name. Out: whether Node's Readable goes through it for all it does. Where the
 * probe fails, a request's state is made with the request.
 */
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { Readable } from 'node:stream';

/** The state has come to its end, and nobody is told. */
export function closeState(state: object): void {
  Object.assign(state, { ended: true, endEmitted: true, destroyed: true, closed: true, closeEmitted: true });
}

/** What still comes is thrown away, and the end comes after it. */
export function flowState(state: object): void {
  Object.assign(state, { flowing: true });
}

/** Whether who listens for 'readable' when the end has come hears of it once more, as from Node 26 on. */
export const tellsOfEndLate = Number(process.versions.node.split('.')[0]) >= 26;

/** The state has come to its end before anybody listened. */
export function endState(state: object): void {
  Object.assign(state, { ended: true, sync: false, emittedReadable: true });
}

/** The state was given up before its end, and nobody is told. */
export function loseState(state: object, error: Error): void {
  closeState(state);
  Object.assign(state, { endEmitted: false, errored: error });
}

interface Lazy extends Readable {
  _readableState: { resumeScheduled?: unknown };
}

/** A Readable on which no constructor ran, and the states that were made for it. */
function lazyReadable(): { readable: Lazy; states: object[] } {
  const states: object[] = [];
  const prototype = Object.create(Readable.prototype, {
    _read: { value() {} },
    _readableState: {
      get(this: Readable) {
        if (states.length === 0) Reflect.apply(Readable as never, this, [{ highWaterMark: 5 }]);
        return states.at(-1);
      },
      set: (state: object) => states.push(state),
    },
  });
  return { readable: Object.create(prototype), states };
}

/** Whether one is made, when it is first touched, and all that requests ask of it and do to it counts. */
function probe(): boolean {
  try {
    const { readable, states } = lazyReadable();
    const accepted = readable.push(Buffer.from('abc'));
    const isFull = !readable.push(Buffer.from('def'));
    const isRead = String(readable.read(3)) === 'abc' && readable.readableDidRead;
    const isMadeOnce = states.length === 1 && readable._readableState === states[0];
    readable.resume();
    const tellsOfResume = readable._readableState.resumeScheduled === true;
    closeState(readable._readableState);
    const isClosed = readable.destroyed && readable.closed && readable.readableEnded;
    loseState(readable._readableState, new Error('probe'));
    const isLost = readable.readableAborted && readable.errored !== null && !readable.readableEnded;
    return accepted && isFull && isRead && isMadeOnce && tellsOfResume && isClosed && isLost;
  } catch {
    return false;
  }
}

/** Whether the state of a Readable can be made when it is first touched, on this Node. */
export const makesStateOnTouch = probe();
