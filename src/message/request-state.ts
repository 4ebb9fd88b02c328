/**
 * The state that a request has as a `Readable`: made when something first touches `_readableState`.
 *
 * In: a request, or what a program derived or copied from it. Out: the state of the request itself, brought to where that
 * has got meanwhile. Never a second state for one request.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { domainOf, giveBackDomain } from '../node/domains.js';
import { closeState, endState, flowState, loseState, tellsOfEndLate } from '../node/readable-state.js';

/** A request itself; a copy of it, by `Object.assign` for one, knows by that whose body is read through it. */
export const kOriginal: unique symbol = Symbol('original');

/** What the state of a request depends on. */
export interface RequestWithState extends Pick<IncomingMessage, 'socket' | 'complete' | 'push'> {
  [kOriginal]: RequestWithState;
  upgrade: boolean | null;
  _dumped: boolean;
  /** The Readable's state; null until something first touches `_readableState`. */
  _state: object | null;
  /** Why the connection went away, where it did before the response had left. */
  _lost: Error | null;
  readonly _readableState: object;
}

/** The object on which the constructor ran: `message` itself, or what it was derived from by `Object.create`. */
function ownerOf(message: RequestWithState): RequestWithState | null {
  let candidate: RequestWithState | null = message;
  while (candidate !== null && !Object.hasOwn(candidate, 'rawHeaders'))
    candidate = Object.getPrototypeOf(candidate);
  return candidate;
}

export function makeState(message: { socket: Socket }): void {
  const highWaterMark = message.socket?.readableHighWaterMark;
  const domain = domainOf(message);
  Readable.call(message as never, highWaterMark === undefined ? undefined : { highWaterMark });
  giveBackDomain(message, domain);
}

/** Says that there is a state, which this Node may keep where nobody but itself finds it. */
export const STATE_ELSEWHERE: object = {};

/** Makes the Readable's state, and brings it to where the message has got meanwhile. */
export function readableStateOf(message: RequestWithState): object | undefined {
  const owner = ownerOf(message);
  if (owner === null) return undefined;
  const original = owner[kOriginal];
  if (original !== owner) {
    owner._state = original._readableState;
    return owner._state;
  }
  makeState(owner);
  const state = owner._state as { readingMore: boolean };
  state.readingMore = true;
  if (owner._lost !== null) loseState(state, owner._lost);
  else if (owner._dumped && owner.complete) closeState(state);
  else if (owner._dumped) flowState(state);
  // One that no server has read says of its end by itself, whatever the program says of it.
  else if (owner.upgrade === null || !owner.complete) return state;
  // A request that leaves HTTP is complete before anybody sees it.
  else if (owner.upgrade || tellsOfEndLate) owner.push(null);
  else endState(state);
  return state;
}
