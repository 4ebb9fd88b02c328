// Steps that are performed on neither server, since a row of docs/compatibility.md says that what follows differs.
// In: a step and its circumstances. Out: the first cell of that row. Both servers are asked the same, and what is asked
// is what both have at that moment.
import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { node } from '../../subjects.js';
import { framingRow, framingRows, lengthRow, refused } from './framing-steps.js';
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
  socket: Socket;
  use: ResponseUse;
  /** All responses that the program has got. */
  responses: readonly ServerResponse[];
  /** Whether the client sends several requests. */
  pipelined: boolean;
  /** How many. */
  requests: number;
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
  isSet?(step: Assignment, circumstances: Circumstances): boolean;
  isListen?(step: Listen, circumstances: Circumstances): boolean;
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
    row: '`cork()`',
    is: (step, { object, moment, responses, use, pipelined }) => {
      const { on, call } = step;
      if (on === 'socket') return pastResponses.has(call) && responses.some((res) => use.corksOf(res) > 0);
      if (on !== 'res') return false;
      if (call === 'cork') {
        const isWriting = (object as ServerResponse).headersSent && !isAtRest(moment);
        return pipelined || isWriting || use.isPiped(object);
      }
      if (call === 'uncork') return use.corksOf(object) === 0;
      if (call !== 'end' || use.corksOf(object) === 0) return false;
      return use.piecesHeldBy(object) + (sizeOfChunk(step.with) > 0 ? 1 : 0) > 1;
    },
  },
  {
    row: '`cork()`',
    is: ({ call }, { object, use }) => interim.has(call) && use.corksOf(object) > 0,
  },
  {
    row: '`cork()`',
    is: ({ on, call }, { use, res }) =>
      on === 'req' && call === 'pipe' && res !== undefined && use.corksOf(res) > 0,
  },
  {
    row: 'a response that is destroyed before its turn',
    is: ({ on, call }, { object }) =>
      on === 'res' && call === 'destroy' && (object as ServerResponse).socket === null && !hasLeft(object),
  },
  {
    row: "'finish' of a response whose connection is lost",
    is: ({ on, call, with: [chunk] }, { object, socket }) => {
      if (on !== 'res' || call !== 'end' || isChunk(chunk) || !socket.destroyed) return false;
      const { headersSent, chunkedEncoding, writableEnded, _headerSent, _hasBody } = object as SentResponse;
      return !writableEnded && headersSent && _headerSent === true && !(chunkedEncoding && _hasBody);
    },
  },
  {
    row: 'fields whose names are numbers',
    is: ({ on, call, with: [, ...fields] }, { object }) =>
      on === 'res' &&
      call === 'writeHead' &&
      fields.includes('text') &&
      (object as ServerResponse).getHeaderNames().length > 0,
  },
  {
    row: "`socket.pause()` beside a listener of the program's own",
    is: ({ on, call }, { object, use }) => on === 'socket' && call === 'pause' && use.isHeard(object),
    // The server pauses it as well, while answers wait.
    isListen: ({ on, listen }, { object, pipelined, use }) =>
      on === 'socket' && (listen === 'data' || listen === 'readable') && (pipelined || use.isStopped(object)),
  },
  {
    row: '`setEncoding()` of a socket that left HTTP',
    is: ({ on, call }, { res }) => on === 'socket' && call === 'setEncoding' && res === undefined,
  },
  {
    row: 'small print of streams',
    is: ({ on, call }, { object }) =>
      on === 'socket' && call === 'resetAndDestroy' && (object as Socket).writableEnded,
  },
  {
    row: "when 'finish' comes",
    is: (step, { object, moment, use }) =>
      (isBody(step) && (moment === 'ticks' || moment === 'call') && use.mayHaveEnded(object)) ||
      (step.on === 'socket' && step.call === 'cork' && !isAtRest(moment)) ||
      (step.call === 'closeIdleConnections' && moment !== 'rest') ||
      ((moment === 'call' || moment === 'ticks') && cuts.has(`${step.on}.${step.call}`)),
  },
  {
    row: "when 'finish' comes",
    is: ({ on, call }, { object, moment, pipelined }) =>
      on === 'res' && call === 'end' && moment === 'ticks' && pipelined && ends(object as ServerResponse),
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
    row: 'an exception that nobody catches, where the process goes on',
    is: ({ on, call }, { res }) => on === 'req' && call === 'pipe' && res !== undefined && hasBadReason(res),
    isSet: ({ on, set, to }, { object, use }) =>
      on === 'res' &&
      use.isPiped(object) &&
      (set === 'statusMessage' ? isBadReason(to) : set === 'statusCode'),
  },
  {
    row: 'what one segment holds',
    is: ({ on, call }, { object, moment, use }) => {
      if (moment === 'rest') return false;
      if (on === 'socket') return call === 'pause' && moment === 'call';
      if (on === 'req' && (call === 'read' || call === 'resume')) return moment === 'call';
      if (on === 'req' && (call === 'unshift' || call === 'setEncoding')) return !isAtStart(moment);
      const { req } = object as ServerResponse;
      const isLate = on === 'res' && call === 'end' && use.isPiped(object);
      return isLate && ('content-length' in req.headers || 'transfer-encoding' in req.headers);
    },
    isSet: ({ on }, { moment, pipelined }) => on === 'server' && pipelined && moment !== 'rest',
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
    row: 'what one segment holds',
    is: ({ on, call }, { moment, pipelined, res }) =>
      on === 'req' && call === 'pipe' && moment !== 'rest' && pipelined && res !== undefined && ends(res),
    isSet: ({ on, set, to }, { object, pipelined, use }) =>
      on === 'res' && set === 'shouldKeepAlive' && to === false && pipelined && use.isPiped(object),
  },
  {
    row: 'what one segment holds',
    is: ({ on, call }, { moment }) => on === 'req' && call === 'pause' && moment === 'call',
    isListen: ({ on, listen }, { moment, res, use }) => {
      if (on !== 'req' || moment === 'rest') return false;
      if (listen === 'resume' || listen === 'pause') return true;
      if (moment === 'call') return listen === 'readable' || listen === 'data';
      return listen === 'readable' && res !== undefined && use.mayHaveEnded(res);
    },
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
    is: ({ call, with: values }, { object }) =>
      call === 'writeHead' &&
      values.some((value) => namesTwice(value) || (Array.isArray(value) && hasFields(object))),
  },
  {
    row: 'fields of early hints that are no field values',
    until: 23,
    is: ({ call, with: [hints] }) => call === 'writeEarlyHints' && hasRefused(hints),
  },
  {
    row: '`writableLength`',
    is: (step, { object, moment, pipelined, requests, responses }) => {
      if (!isBody(step) || !pipelined) return false;
      if (isLongBeyondAscii(step.with[0])) return true;
      // What waits decides when reading stops.
      const mayWait = moment === 'rest' ? (object as ServerResponse).socket === null : responses.length > 1;
      return requests > 2 && mayWait && sizeOfChunk(step.with) > 10_000;
    },
  },
  {
    row: 'size and encoding of writes',
    is: ({ on, call }, { object, use }) =>
      call === 'setNoDelay' || (on === 'socket' && call === 'uncork' && use.corksOf(object) === 0),
  },
  {
    row: 'a final answer with a status below 200',
    is: ({ call, with: [status] }) => call === 'writeHead' && isInterimStatus(status ?? null),
    isSet: ({ set, to }) => set === 'statusCode' && isInterimStatus(to),
  },
  {
    row: framingRows.delimited,
    isSet: ({ set, to }, { object }) => {
      if (set !== 'useChunkedEncodingByDefault' || to === true) return false;
      const res = object as ServerResponse;
      return res.hasHeader('connection') || res.hasHeader('transfer-encoding');
    },
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

type SentResponse = ServerResponse & { _headerSent?: boolean; _hasBody?: boolean };

/** Whether a response says that the connection ends, or is about to. */
function ends(res: ServerResponse & { _expect_continue?: boolean; _sent100?: boolean }): boolean {
  if (res._expect_continue && !res._sent100) return true;
  return !res.shouldKeepAlive || /close/i.test(`${res.getHeader('connection')}`);
}

function hasFields(object: object): boolean {
  return (object as ServerResponse).getHeaderNames().length > 0;
}

function hasLeft(object: object): boolean {
  const { writableFinished, destroyed } = object as ServerResponse;
  return writableFinished || destroyed;
}

/** Whether `end` is called with something to send. */
function isChunk(value: Value | undefined): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return Boolean(value);
  return !('undefined' in value || 'do' in value);
}

/** The row for which a value isn't added to a list that may be a field. */
export function pushRow(value: Value): string | undefined {
  return typeof value === 'string' && refused.test(value) ? listRow : undefined;
}

export const listRow = 'a list that changes after it was set';

function isAtStart(moment: Moment): boolean {
  return moment === 'begun' || moment === 'turn';
}

function isBadReason(reason: unknown): boolean {
  return typeof reason === 'string' && refused.test(reason);
}

function hasBadReason({ statusMessage, statusCode }: ServerResponse): boolean {
  return isBadReason(statusMessage) || !(statusCode >= 100 && statusCode <= 999);
}

function isAtRest(moment: Moment): boolean {
  return moment === 'begun' || moment === 'rest';
}

function isUnknownEncoding(value: Value | undefined): boolean {
  return typeof value === 'number' || (typeof value === 'string' && !Buffer.isEncoding(value));
}

function isEmpty(value: Value | undefined): boolean {
  return typeof value === 'object' && value !== null && 'bytes' in value && value.bytes === '';
}

/** Text whose characters are fewer than its bytes. */
function isLongBeyondAscii(value: Value | undefined): boolean {
  return typeof value === 'object' && value !== null && 'repeat' in value && value.repeat > '\x7f';
}

/** Text that is about as long as a buffer, and of which characters aren't bytes. */
export function isLongInOtherUnits([chunk, encoding]: readonly Value[]): boolean {
  if (typeof chunk !== 'object' || chunk === null || !('repeat' in chunk)) return false;
  return chunk.repeat > '\x7f' || (typeof encoding === 'string' && /^(?:utf16|ucs)/.test(encoding));
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
  const isNameless = value.some((item, at) => at % 2 === 0 && (item === null || typeof item === 'object'));
  return isNameless || new Set(names).size < names.length;
}

/** Whether an object has a value that is no field value, on lines that refuse it. */
function hasRefused(hints: Value | undefined): boolean {
  if (typeof hints !== 'object' || hints === null || !('object' in hints)) return false;
  return Object.values(hints.object).some((value) => refused.test(JSON.stringify(value)));
}

const applied = leftOut.filter(({ until = node, since = node }) => since <= node && node <= until);

/** The row for which a step is left out, if there is one. */
export function rowOf(step: ObjectStep, circumstances: Circumstances): string | undefined {
  if ('set' in step) return applied.find(({ isSet }) => isSet?.(step, circumstances))?.row;
  if ('listen' in step) return applied.find(({ isListen }) => isListen?.(step, circumstances))?.row;
  if (!('call' in step)) return undefined;
  return (
    applied.find(({ is }) => is?.(step, circumstances))?.row ??
    framingRow(step, circumstances) ??
    lengthRow(step, circumstances)
  );
}
