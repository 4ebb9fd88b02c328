// Steps that are performed on neither server, since a row of docs/compatibility.md says that what follows differs.
// In: a step and its circumstances. Out: the first cell of that row. Both servers are asked the same, and what is asked
// is what both have at that moment.
import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import { node } from '../../subjects.js';
import { framingRow, lengthRow } from './framing-steps.js';
import type { ObjectStep, Value } from './program.js';
import { type ResponseUse, sizeOfChunk } from './response-use.js';

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
  use: ResponseUse;
  /** All responses that the program has got. */
  responses: readonly ServerResponse[];
  /** Whether the client sends several requests. */
  pipelined: boolean;
}

type Call = Extract<ObjectStep, { call: string }>;
type Assignment = Extract<ObjectStep, { set: string }>;
type Listen = Extract<ObjectStep, { listen: string }>;

interface LeftOut {
  /** What the row of docs/compatibility.md begins with. */
  row: string;
  /** The last line of Node that it concerns; all where it is left out. */
  until?: number;
  /** The first line of Node that it concerns; all where it is left out. */
  since?: number;
  is?(step: Call, circumstances: Circumstances): boolean;
  isSet?(step: Assignment): boolean;
  isListen?(step: Listen): boolean;
}

const interim = new Set(['writeContinue', 'writeProcessing', 'writeEarlyHints', 'writeInformation']);

/** What ends the connection without waiting for all answers. */
const cuts = new Set([
  'res.destroy',
  'req.destroy',
  'socket.destroy',
  'socket.destroySoon',
  'socket.resetAndDestroy',
  'socket.end',
  'server.closeAllConnections',
]);

/** What writes past the responses of a socket. */
const pastResponses = new Set(['write', 'end', 'destroySoon', 'cork', 'uncork']);

const isBody = ({ on, call }: Call) => on === 'res' && (call === 'write' || call === 'end');

export const leftOut: readonly LeftOut[] = [
  {
    row: 'interim responses to HTTP/1.0',
    is: ({ call }, { object }) =>
      interim.has(call) && (object as { req?: { httpVersion?: string } }).req?.httpVersion === '1.0',
  },
  {
    row: 'interim responses after the head',
    until: 23,
    is: ({ call }, { object }) =>
      interim.has(call) &&
      ((object as ServerResponse).headersSent || (object as ServerResponse).req.socket.destroyed),
  },
  {
    row: 'encodings that do not exist',
    is: (step) => isBody(step) && isUnknownEncoding(step.with[1]),
  },
  {
    row: '`end` with what is no chunk',
    is: (step) => isBody(step) && step.call === 'end' && isWrongChunk(step.with[0]),
  },
  {
    row: '`cork()`',
    is: (step, { object, moment, responses, use, pipelined }) => {
      const { on, call } = step;
      if (on === 'socket') return pastResponses.has(call) && responses.some((res) => use.corksOf(res) > 0);
      if (on !== 'res') return false;
      if (call === 'cork') return pipelined || ((object as ServerResponse).headersSent && !isAtRest(moment));
      if (call === 'uncork') return use.corksOf(object) === 0;
      return call === 'end' && use.corksOf(object) > 0 && sizeOfChunk(step.with) > 0;
    },
  },
  {
    row: "when 'finish' comes",
    is: (step, { object, moment, use }) =>
      (isBody(step) && moment === 'ticks' && use.mayHaveEnded(object)) ||
      (step.on === 'socket' && step.call === 'cork' && !isAtRest(moment)) ||
      (step.call === 'closeIdleConnections' && moment !== 'rest') ||
      ((moment === 'call' || moment === 'ticks') && cuts.has(`${step.on}.${step.call}`)),
  },
  {
    row: "the turn of a pipelined response, and its 'socket'",
    is: ({ on, call }, { moment, pipelined }) => {
      const isPastResponses = on === 'socket' && pastResponses.has(call);
      const isCut = cuts.has(`${on}.${call}`) || (on === 'req' && call === 'unshift');
      return pipelined && moment !== 'rest' && (isCut || isPastResponses);
    },
  },
  {
    row: 'interim responses that wait for their turn',
    is: ({ call }, { pipelined }) => pipelined && interim.has(call),
  },
  {
    row: 'what one segment holds',
    is: ({ on, call }, { moment, pipelined }) =>
      pipelined && moment !== 'rest' && on === 'req' && call === 'pause',
  },
  {
    row: 'what one segment holds',
    is: ({ on, call }, { moment, use, res }) =>
      on === 'req' && call === 'pipe' && moment !== 'rest' && res !== undefined && use.mayHaveEnded(res),
  },
  {
    row: 'a response that waits while its connection is lost',
    until: 23,
    is: ({ on }, { object, pipelined }) =>
      on === 'res' && pipelined && (object as ServerResponse).req.socket.destroyed,
  },
  {
    row: "'finish' of a response whose connection is lost",
    until: 23,
    is: ({ on, call }, { moment, res, use }) =>
      on !== 'server' &&
      call === 'destroy' &&
      moment !== 'rest' &&
      res !== undefined &&
      use.mayHaveEnded(res),
  },
  {
    row: 'what is written in one turn, on Node 26',
    since: 26,
    is: ({ on, call }, { moment }) => on === 'socket' && pastResponses.has(call) && moment !== 'rest',
  },
  {
    row: '`writeHead` with an array that names a field twice',
    until: 21,
    is: ({ call, with: values }) => call === 'writeHead' && values.some(namesTwice),
  },
  {
    row: '`writableLength`',
    is: (step, { pipelined }) => isBody(step) && pipelined && isLongBeyondAscii(step.with[0]),
  },
  {
    row: 'size and encoding of writes',
    is: ({ call }) => call === 'setNoDelay',
  },
  {
    row: 'a final answer with a status below 200',
    is: ({ call, with: [status] }) => call === 'writeHead' && isInterimStatus(status ?? null),
    isSet: ({ set, to }) => set === 'statusCode' && isInterimStatus(to),
  },
  {
    row: '`maxRequestsPerSocket` that is set while connections are open',
    isSet: ({ set }) => set === 'maxRequestsPerSocket',
  },
  {
    row: "the turn of a pipelined response, and its 'socket'",
    isListen: ({ on, listen }) => on === 'res' && listen === 'socket',
  },
  {
    row: '`readableFlowing` of an answered request',
    since: 26,
    isListen: ({ on, listen }) => on === 'req' && listen === 'resume',
  },
  {
    row: '`socket.unshift()` of bytes, while the connection is HTTP',
    is: ({ on, call, with: [chunk] }) => on === 'socket' && call === 'unshift' && !isEmpty(chunk),
  },
];

function isAtRest(moment: Moment): boolean {
  return moment === 'begun' || moment === 'rest';
}

function isUnknownEncoding(value: Value | undefined): boolean {
  return typeof value === 'number' || (typeof value === 'string' && !Buffer.isEncoding(value));
}

function isEmpty(value: Value | undefined): boolean {
  return typeof value === 'object' && value !== null && 'bytes' in value && value.bytes === '';
}

function isWrongChunk(value: Value | undefined): boolean {
  if (value === undefined || value === null || typeof value === 'string') return false;
  if (typeof value !== 'object' || Array.isArray(value)) return true;
  return !(
    'bytes' in value ||
    'array' in value ||
    'repeat' in value ||
    'do' in value ||
    'undefined' in value
  );
}

/** Text whose characters are fewer than its bytes. */
function isLongBeyondAscii(value: Value | undefined): boolean {
  return typeof value === 'object' && value !== null && 'repeat' in value && value.repeat > '\x7f';
}

function isInterimStatus(value: Value): boolean {
  return typeof value !== 'object' && Math.trunc(Number(value) / 100) === 1;
}

/** Whether a list of names and values has a name twice. */
function namesTwice(value: Value): boolean {
  if (!Array.isArray(value)) return false;
  const names = value.flatMap((item, at) => {
    const name = Array.isArray(item) ? item[0] : at % 2 === 0 ? item : '';
    return typeof name === 'string' && name !== '' ? [name.toLowerCase()] : [];
  });
  return new Set(names).size < names.length;
}

const applied = leftOut.filter(({ until = node, since = node }) => since <= node && node <= until);

/** The row for which a step is left out, if there is one. */
export function rowOf(step: ObjectStep, circumstances: Circumstances): string | undefined {
  if ('set' in step) return applied.find(({ isSet }) => isSet?.(step))?.row;
  if ('listen' in step) return applied.find(({ isListen }) => isListen?.(step))?.row;
  if (!('call' in step)) return undefined;
  return (
    applied.find(({ is }) => is?.(step, circumstances))?.row ??
    framingRow(step, circumstances) ??
    lengthRow(step, circumstances)
  );
}
