// What a rule says that leaves steps out, what it is asked with, and the words in which several of them speak of steps.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ObjectStep } from './program.js';
import type { ResponseUse } from './response-use.js';

/**
 * When a step runs: first in its handler or after a rest, so that nothing is under way that can't be compared; later in
 * the same turn; in a function that was called; or after ticks that are no rest.
 */
export type Moment = 'begun' | 'rest' | 'turn' | 'call' | 'ticks';

export interface Circumstances {
  object: object;
  moment: Moment;
  /** The response of the same exchange. */
  res: ServerResponse | undefined;
  socket: Socket;
  use: ResponseUse;
  /** All responses that the program has got. */
  responses: readonly ServerResponse[];
  /** Whether the client sends several requests. */
  pipelined: boolean;
  /** How many. */
  requests: number;
}

export type Call = Extract<ObjectStep, { call: string }>;
export type Assignment = Extract<ObjectStep, { set: string }>;
export type Get = Extract<ObjectStep, { get: string }>;
export type Listen = Extract<ObjectStep, { listen: string }>;

export interface LeftOut {
  /** What the row of docs/compatibility.md begins with. */
  row: string;
  /** The last line of Node that it concerns; all where it is left out. */
  until?: number;
  /** The first line of Node that it concerns; all where it is left out. */
  since?: number;
  is?(step: Call, circumstances: Circumstances): boolean;
  isGet?(step: Get, circumstances: Circumstances): boolean;
  isSet?(step: Assignment, circumstances: Circumstances): boolean;
  isListen?(step: Listen, circumstances: Circumstances): boolean;
}

/** What ends the connection without waiting for all answers. */
export const cuts: ReadonlySet<string> = new Set([
  'res.destroy',
  'req.destroy',
  'socket.destroy',
  'socket.destroySoon',
  'socket.resetAndDestroy',
  'socket.end',
  // Which is 'timeout'.
  'socket.emit',
  'server.closeAllConnections',
]);

export const interim: ReadonlySet<string> = new Set([
  'writeContinue',
  'writeProcessing',
  'writeEarlyHints',
  'writeInformation',
]);

/** What writes past the responses of a socket. */
export const pastResponses: ReadonlySet<string> = new Set(['write', 'end', 'destroySoon', 'cork', 'uncork']);

export const isBody = ({ on, call }: Call): boolean => on === 'res' && (call === 'write' || call === 'end');

export function isAtStart(moment: Moment): boolean {
  return moment === 'begun' || moment === 'turn';
}

export function isAtRest(moment: Moment): boolean {
  return moment === 'begun' || moment === 'rest';
}
