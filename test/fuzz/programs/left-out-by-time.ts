// Steps that are left out since a row of docs/compatibility.md says that things come at another time: what leaves, what a
// segment holds, whose turn it is, what becomes of a connection that is lost meanwhile.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { cuts, interim, isAtRest, isAtStart, isBody, type LeftOut, pastResponses } from './left-out.js';
import { ends, hasBody, hasLeft, isRead, mayBeRefused, mayEnd, type SentResponse } from './response-facts.js';
import { isBadReason, isChunk } from './step-values.js';

const takesFields = new Set(['setHeader', 'appendHeader', 'setHeaders', 'writeHead']);

const composesHead = new Set(['write', 'end', 'writeHead', 'flushHeaders']);

/** Whether a body that nobody reads holds the socket of a request back. */
const holdsBack = ({ complete, readableLength, readableHighWaterMark }: IncomingMessage) =>
  !complete && readableLength >= readableHighWaterMark;

/** Who listens for these when a response may have left hears of them, or not. */
const endings = new Set(['prefinish', 'finish', 'close', 'end', 'drain', 'error', 'aborted']);

/** Whether the socket was resumed in this tick, and doesn't read yet. */
const isResuming = (socket: Socket) =>
  (socket as unknown as { _readableState: { resumeScheduled: boolean } })._readableState.resumeScheduled;

const PAUSE =
  "`socket.pause()` beside a listener of the program's own, or in the tick of a `resume()` or of a `read()` of the request, which resumes it; `socket.read()` after it; also while as much of answers waits as stops the reading, before Node 22 while requests wait";

export const byTime: readonly LeftOut[] = [
  {
    row: 'a response that is destroyed before its turn',
    is: ({ on, call }, { object }) =>
      on === 'res' && call === 'destroy' && (object as ServerResponse).socket === null && !hasLeft(object),
  },
  {
    row: "'finish' of a response whose connection is lost",
    // What pipes into it ends it, and hears of 'finish'.
    is: ({ on, call, with: [chunk] }, { object, res, socket }) => {
      const isPiped = on === 'req' && call === 'pipe' && res !== undefined;
      const isEnded = on === 'res' && call === 'end' && !isChunk(chunk);
      if (!(isPiped || isEnded) || !socket.destroyed) return false;
      const ended = (isPiped ? res : object) as SentResponse;
      const { headersSent, chunkedEncoding, writableEnded, _headerSent, _hasBody } = ended;
      return !writableEnded && headersSent && _headerSent === true && !(chunkedEncoding && _hasBody);
    },
  },
  {
    row: "'finish' of a response whose connection is lost",
    // The same where the head is flushed after that.
    is: ({ on, call }, { object, socket, use }) =>
      on === 'res' && call === 'flushHeaders' && use.isPiped(object) && socket.destroyed,
  },
  {
    row: PAUSE,
    is: ({ on, call }, { object, use }) =>
      on === 'socket' && (call === 'pause' ? use.isHeard(object) : call === 'read' && use.isStopped(object)),
  },
  {
    row: PAUSE,
    is: ({ on, call }, { object }) => on === 'socket' && call === 'pause' && isResuming(object as Socket),
  },
  {
    row: PAUSE,
    // Once that has left the server lets it flow again.
    is: ({ on, call }, { moment, responses, socket, use }) =>
      on === 'socket' &&
      call === 'pause' &&
      responses.some((res) => use.mayFill(res, socket) && !(moment === 'rest' && hasLeft(res))),
  },
  {
    row: PAUSE,
    until: 21,
    is: ({ on, call }, { requests }) => on === 'socket' && call === 'pause' && requests > 1,
  },
  {
    row: PAUSE,
    // The server pauses it as well, while answers wait.
    isListen: ({ on, listen }, { object, pipelined, res, use }) =>
      on === 'socket' &&
      (listen === 'data' || listen === 'readable') &&
      (pipelined || use.isStopped(object) || (res !== undefined && holdsBack(res.req))),
  },
  {
    row: "when 'finish' comes",
    is: (step, { object, moment, use }) =>
      (isBody(step) &&
        (moment === 'ticks' || moment === 'call') &&
        (use.mayHaveEnded(object) || (object as ServerResponse).writableEnded)) ||
      (step.on === 'socket' && step.call === 'cork' && !isAtRest(moment)) ||
      (step.call === 'closeIdleConnections' && moment !== 'rest') ||
      ((moment === 'call' || moment === 'ticks') && cuts.has(`${step.on}.${step.call}`)),
  },
  {
    row: "when 'finish' comes",
    isListen: ({ on, listen }, { moment, res, use }) =>
      (moment === 'call' || moment === 'ticks') &&
      (on === 'res' || on === 'req') &&
      endings.has(listen) &&
      res !== undefined &&
      ((on === 'req' && moment === 'call') || use.mayHaveEnded(res) || res.writableEnded),
  },
  {
    row: "when 'finish' comes",
    is: ({ on, call }, { object, moment, use }) =>
      on === 'res' &&
      call === 'end' &&
      moment !== 'rest' &&
      use.isPiped(object) &&
      (object as ServerResponse).req.readableLength > 0,
  },
  {
    row: "when 'finish' comes",
    // It fails, and nothing is piped into it any more.
    is: ({ on, call }, { object, moment, use }) =>
      on === 'res' && call === 'pipe' && moment !== 'rest' && use.isPiped(object),
  },
  {
    row: 'small print of streams',
    until: 21,
    is: ({ on, call }, { requests, res }) =>
      on === 'socket' && call === 'end' && requests > 1 && res !== undefined && !res.writableEnded,
  },
  {
    row: '`end` of a response that was destroyed, and whose head is refused',
    is: ({ on, call, with: [chunk] }, { object }) =>
      on === 'res' &&
      call === 'end' &&
      !isChunk(chunk) &&
      (object as ServerResponse).destroyed &&
      mayBeRefused(object as ServerResponse),
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
    row: "the turn of a pipelined response, and its 'socket'",
    // In a listener for 'aborted', after which the connection is cut.
    is: ({ on, call }, { object, moment, pipelined }) => {
      if (on !== 'res' || call !== 'end' || moment !== 'call' || !pipelined) return false;
      const { req } = object as ServerResponse;
      return req.aborted && !req.socket.destroyed;
    },
  },
  {
    row: 'interim responses that wait for their turn',
    is: ({ call }, { pipelined }) => pipelined && interim.has(call),
  },
  {
    row: 'an exception that nobody catches, where the process goes on',
    is: ({ on, call }, { res }) => on === 'req' && call === 'pipe' && res !== undefined && mayBeRefused(res),
    isSet: ({ on, set, to }, { object, use }) =>
      on === 'res' &&
      use.isPiped(object) &&
      (set === 'statusMessage' ? isBadReason(to) : set === 'statusCode'),
  },
  {
    row: 'an exception that nobody catches, where the process goes on',
    is: ({ on, call, with: values }, { object, use }) => {
      if (on !== 'res' || !use.isPiped(object)) return false;
      if (call === 'writeHead' && values.some(isBadReason)) return true;
      return takesFields.has(call) && /"trailer"/i.test(JSON.stringify(values));
    },
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
    // Between two pieces of a body it stops to flow.
    is: ({ on, call, with: [event = 'readable'] }, { object, moment }) => {
      if (on !== 'req' || call !== 'removeAllListeners' || event !== 'readable' || moment === 'rest')
        return false;
      const req = object as IncomingMessage;
      const isStopped = req.readableFlowing === true && req.listenerCount('data') === 0;
      return 'transfer-encoding' in req.headers && (isStopped || !isAtStart(moment));
    },
  },
  {
    row: 'what one segment holds',
    is: ({ on, call }, { moment, pipelined }) =>
      pipelined &&
      moment !== 'rest' &&
      ((on === 'req' && call === 'pause') || (on === 'server' && call === 'getConnections')),
  },
  {
    row: 'what one segment holds',
    // The end of one that is read, or was answered, lets the socket flow again.
    is: ({ on, call }, { moment, res, responses }) =>
      on === 'socket' &&
      call === 'pause' &&
      isAtStart(moment) &&
      responses.some(
        ({ req, writableEnded }) =>
          req !== res?.req &&
          ((req.readableFlowing === true && !req.readableEnded) || (writableEnded && hasBody(req))),
      ),
  },
  {
    row: 'what one segment holds',
    is: ({ on, call }, { moment, use, res }) =>
      on === 'req' &&
      call === 'pipe' &&
      moment !== 'rest' &&
      res !== undefined &&
      (use.mayHaveEnded(res) || res.writableEnded),
  },
  {
    row: 'what one segment holds',
    is: ({ on, call }, { moment, pipelined, res }) =>
      on === 'req' && call === 'pipe' && moment !== 'rest' && pipelined && res !== undefined && mayEnd(res),
    isSet: ({ on, set, to }, { object, pipelined, use }) =>
      on === 'res' &&
      (set === 'shouldKeepAlive' || set === 'useChunkedEncodingByDefault') &&
      to === false &&
      pipelined &&
      (use.isPiped(object) || isRead((object as ServerResponse).req)),
    isListen: ({ on, listen }, { pipelined, res }) =>
      on === 'req' &&
      (listen === 'data' || listen === 'readable') &&
      pipelined &&
      res !== undefined &&
      ends(res),
  },
  {
    row: 'what one segment holds',
    is: ({ on, call, with: values }, { moment, pipelined, res, socket, use }) => {
      if (moment === 'rest') return false;
      if (on === 'req' && call === 'pipe') return socket.destroyed;
      if (on === 'res' && takesFields.has(call) && pipelined && res !== undefined && use.isPiped(res))
        return /"connection"/i.test(JSON.stringify(values));
      if (on === 'req' && call === 'read') return pipelined;
      if (on === 'req' && call === 'unshift') return res !== undefined && use.isPiped(res);
      return cuts.has(`${on}.${call}`) && res !== undefined && use.isPiped(res);
    },
  },
  {
    row: 'what one segment holds',
    // The next request has come by then, or isn't taken any more.
    is: ({ on, call, with: values }, { object, moment, requests, responses }) => {
      if (on !== 'res' || moment !== 'call' || !composesHead.has(call)) return false;
      const res = object as ServerResponse;
      const saysMore = call === 'writeHead' && /"connection"/i.test(JSON.stringify(values));
      return !res.headersSent && responses.indexOf(res) < requests - 1 && (saysMore || ends(res));
    },
  },
  {
    row: 'what one segment holds',
    is: ({ on, call }, { moment }) => on === 'req' && call === 'pause' && moment === 'call',
    isListen: ({ on, listen }, { moment, res, use }) => {
      if (on !== 'req' || moment === 'rest') return false;
      if (listen === 'resume' || listen === 'pause') return true;
      // One without a body may have ended by the next tick.
      if (moment === 'ticks' && listen === 'readable' && res !== undefined && !hasBody(res.req)) return true;
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
    is: ({ on, call }, { object, moment }) => {
      if (on === 'socket') return pastResponses.has(call) && moment !== 'rest';
      return call === 'flushHeaders' && (object as ServerResponse).headersSent && !isAtRest(moment);
    },
  },
  {
    row: "the turn of a pipelined response, and its 'socket'",
    isListen: ({ on, listen }) => on === 'res' && listen === 'socket',
  },
];
