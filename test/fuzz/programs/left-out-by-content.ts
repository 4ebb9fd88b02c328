// Steps that are left out since a row of docs/compatibility.md says that premier takes what is given in another way: fields,
// encodings, pieces, options.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { framingRows } from './framing-steps.js';
import { cuts, interim, isAtRest, isBody, type LeftOut, pastResponses } from './left-out.js';
import { hasBody, hasFields } from './response-facts.js';
import { sizeOfChunk } from './response-use.js';
import {
  hasRefused,
  isChunk,
  isEmpty,
  isInterimStatus,
  isLongInOtherUnits,
  isUnknownEncoding,
  namesTwice,
} from './step-values.js';

/** Whether a response throws at a body, within what reads the request. */
function rejectsBody({ method, socket }: IncomingMessage, res: ServerResponse | undefined): boolean {
  const { server } = socket as Socket & { server?: { rejectNonStandardBodyWrites?: boolean } };
  const hasNone = method === 'HEAD' || res?.statusCode === 204 || res?.statusCode === 304;
  return hasNone && server?.rejectNonStandardBodyWrites === true;
}

/** Whether a request was destroyed by the program before it had ended, and has ended nevertheless. */
function wasDestroyedAtEnd(object: object): boolean {
  const { aborted, complete, readableEnded } = object as IncomingMessage;
  return aborted && complete && readableEnded;
}

/** Whether the client's end has been read, and 'end' not been told: in a listener for 'readable', that is. */
function hasUnsaidEnd(socket: Socket | undefined): boolean {
  const { _readableState } = socket as unknown as { _readableState?: { ended: boolean } };
  return _readableState?.ended === true && !socket?.readableEnded;
}

export const byContent: readonly LeftOut[] = [
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
    is: (step) =>
      (isBody(step) || (step.on === 'socket' && pastResponses.has(step.call))) &&
      isUnknownEncoding(step.with[1]),
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
    since: 26,
    is: ({ on, call }, { object, use }) => on === 'res' && call === 'destroy' && use.holdsHead(object),
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
    row: 'fields whose names are numbers',
    is: ({ on, call, with: [, ...fields] }, { object }) =>
      on === 'res' &&
      call === 'writeHead' &&
      fields.includes('text') &&
      (object as ServerResponse).getHeaderNames().length > 0,
  },
  {
    row: 'small print of streams',
    isListen: ({ on, listen, by }) => on === 'req' && listen === 'readable' && by === 'once',
  },
  {
    row: 'small print of streams',
    is: ({ on, call, with: [event] }, { socket }) =>
      on === 'socket' && call === 'emit' && event === 'timeout' && socket.destroyed,
  },
  {
    row: 'small print of streams',
    is: ({ on, call, with: [event = 'readable'] }, { object }) => {
      if (on !== 'req' || call !== 'removeAllListeners' || event !== 'readable') return false;
      const req = object as IncomingMessage;
      return hasBody(req) && !req.readableEnded && req.listenerCount('readable') > 0;
    },
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
    is: (step, { object, moment, pipelined, requests, responses, socket, use }) => {
      if (!isBody(step) || !pipelined) return false;
      if (isLongInOtherUnits(step.with)) return true;
      // What waits, or can't leave any more, decides when reading stops; on a connection that is lost nothing is read.
      const isInHandler = moment === 'begun' || moment === 'turn';
      const isHeld = (object as ServerResponse).socket === null || use.corksOf(socket) > 0;
      const mayWait =
        moment === 'rest'
          ? (isHeld || socket.writableEnded) && !socket.destroyed
          : !isInHandler || responses.length > 1;
      return requests > 2 && mayWait && sizeOfChunk(step.with) > 10_000;
    },
  },
  {
    row: '`writableLength`',
    until: 21,
    is: ({ on, call }, { object, moment, requests, responses }) => {
      // In a function that is called, the next request may have come on one of them.
      const count = moment === 'call' ? requests : responses.length;
      if (on !== 'req' || call !== 'pipe' || moment === 'rest' || count < 2) return false;
      const { headers } = object as IncomingMessage;
      return Number(headers['content-length']) > 10_000 || 'transfer-encoding' in headers;
    },
  },
  {
    row: 'small print of streams',
    is: ({ on, call }, { moment, socket, use }) =>
      cuts.has(`${on}.${call}`) && moment !== 'rest' && use.isUncorked(socket),
  },
  {
    row: 'small print of streams',
    is: ({ on, call }, { moment, socket, use }) =>
      // What is no chunk destroys a request that takes it back.
      (cuts.has(`${on}.${call}`) || (on === 'req' && call === 'unshift')) &&
      moment !== 'rest' &&
      use.isWrittenPast(socket),
  },
  {
    row: 'size and encoding of writes',
    is: ({ on, call }, { object, use }) =>
      call === 'setNoDelay' || (on === 'socket' && call === 'uncork' && use.corksOf(object) === 0),
  },
  {
    row: 'an exception that nobody catches, where the process goes on',
    is: ({ on, call }, { object, res }) =>
      on === 'req' && call === 'pipe' && rejectsBody(object as IncomingMessage, res),
  },
  {
    row: 'small print of streams',
    is: ({ on, call }, { object }) =>
      on === 'req' && call === 'unshift' && !hasBody(object as IncomingMessage),
  },
  {
    row: 'small print of streams',
    until: 21,
    is: ({ on, call }, { res }) => on === 'req' && call === 'pause' && res?.writableEnded === true,
  },
  {
    row: 'small print of streams',
    since: 26,
    is: (step, { socket }) => isBody(step) && hasUnsaidEnd(socket),
  },
  {
    row: 'small print of streams',
    since: 26,
    is: ({ on, call, with: [chunk = null] }, { socket }) =>
      on === 'res' &&
      call === 'end' &&
      isChunk(chunk) &&
      sizeOfChunk([chunk]) === 0 &&
      socket.readableEnded &&
      socket.writableEnded,
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
    row: "`signal` that is first asked for after its request was destroyed while its 'end' was on its way",
    since: 26,
    isGet: ({ on, get }, { object, moment }) =>
      on === 'req' && get === 'signal' && moment === 'rest' && wasDestroyedAtEnd(object),
  },
  {
    row: '`readableFlowing` of an answered request',
    since: 26,
    isListen: ({ on, listen }) => on === 'req' && listen === 'resume',
  },
  {
    row: "`listenerCount()` and `listeners()` of a response's 'finish' and a request's 'end'",
    is: ({ on, call, with: [event] }) =>
      call === 'listenerCount' && event === { res: 'finish', req: 'end', socket: '', server: '' }[on],
  },
  {
    row: 'what is written in one turn, on Node 26',
    since: 26,
    is: (step, { object, moment }) => {
      if (step.on !== 'res' || step.call !== 'write' || sizeOfChunk(step.with) > 0) return false;
      return moment !== 'rest' || !(object as ServerResponse).headersSent;
    },
  },
  {
    row: 'an exception that nobody catches, where the process goes on',
    is: ({ on, call, with: [status] }, { object, use }) =>
      on === 'res' && call === 'writeHead' && use.isPiped(object) && (status === 204 || status === 304),
  },
  {
    row: '`socket.unshift()` of bytes, while the connection is HTTP',
    is: ({ on, call, with: [chunk] }) => on === 'socket' && call === 'unshift' && !isEmpty(chunk),
  },
];
