// The access log: one line for each answer of any server in this process. In: the requests and responses that Node's
// diagnostics channels tell of. Out: lines on stdout. Never a control character that a client sent.
import { subscribe } from 'node:diagnostics_channel';
import http, { type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { ServerResponse } from '../index.js';
import { refusalResponse } from '../server/http1/refusal-response.js';
import type { Messages } from './language.js';
import { type Answer, formats, type LogForm, textOf } from './log-formats.js';

/** Bytes that may wait for a slow reader of stdout before lines are dropped. */
const backlog = 1024 * 1024;

/** What is noted of an answer while it is made. */
interface Tally {
  req: IncomingMessage;
  /** When the request came, in milliseconds of `performance.now()`. */
  start: number;
  /** Asked for at once: a closed socket has forgotten it. */
  remote: string | undefined;
  bytes: number;
}

const kTally = Symbol('tally');

type Tallied = ServerResponse & { [kTally]?: Tally };

/**
 * Logs the answers from now on.
 * @param silent the start of targets that are not logged, if any
 */
export function logAnswers(form: LogForm, say: Messages, silent?: string): void {
  const colours = process.stdout.isTTY === true && process.stdout.hasColors();
  const format = formats(say, colours)[form];
  const write = lineWriter(say);
  function tell(this: Tallied): void {
    write(format(answerOf(this, this[kTally] as Tally)));
  }
  logRefusal = (error, socket) => write(format(answerOfRefusal(error, socket)));
  countBytes('write');
  countBytes('end');
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: Tallied };
    if (silent !== undefined && request.url?.startsWith(silent)) return;
    const remote = form === 'text' ? undefined : request.socket.remoteAddress;
    response[kTally] = { req: request, start: performance.now(), remote, bytes: 0 };
    response.once('close', tell);
  });
}

/** Set while there is a log. */
let logRefusal: ((error: Refusal, socket: Socket) => void) | undefined;

interface Refusal extends Error {
  code?: string;
}

/** The codes of errors that get an answer; a broken connection gets none. */
const answered = /^(HPE_|ERR_HTTP_)/;

/**
 * Logs what a server refuses by itself: it tells of that in a 'clientError' event, and a listener for that event would
 * have to answer in its place.
 */
export function logRefusals<S extends Server>(server: S): S {
  if (!logRefusal) return server;
  const { emit } = server;
  server.emit = function emitAndLog(this: S, event: string, ...args: unknown[]) {
    const [error, socket] = args as [Refusal, Socket];
    if (event === 'clientError' && answered.test(error.code ?? '')) logRefusal?.(error, socket);
    return Reflect.apply(emit, this, [event, ...args]);
  } as typeof emit;
  return server;
}

function answerOfRefusal(error: Refusal, socket: Socket): Answer {
  const style = Object.hasOwn(http, Symbol.for('premier.registered')) ? 'bare' : 'explained';
  const [head, body] = refusalResponse(error, style).split('\r\n\r\n') as [string, string];
  return {
    method: '-',
    target: '-',
    version: '1.1',
    status: Number(head.split(' ')[1]),
    bytes: Buffer.byteLength(body),
    ms: 0,
    aborted: false,
    refusal: error.code ?? error.message,
    time: new Date(),
    remote: socket.remoteAddress,
    user: undefined,
    referer: undefined,
    agent: undefined,
  };
}

/** Makes a method of every response count the bytes it is given. */
function countBytes(name: 'write' | 'end'): void {
  const { prototype } = ServerResponse;
  const method = prototype[name] as (...args: unknown[]) => unknown;
  const counting = function (this: Tallied, chunk?: unknown, encoding?: unknown, callback?: unknown) {
    const tally = this[kTally];
    if (tally !== undefined) tally.bytes += sizeOf(chunk, encoding);
    return method.call(this, chunk, encoding, callback);
  };
  Object.defineProperty(prototype, name, { value: counting, writable: true, configurable: true });
}

/** What is known of an answer that is over. */
function answerOf(res: ServerResponse, { req, start, remote, bytes }: Tally): Answer {
  const { headers } = req;
  return {
    method: req.method ?? '-',
    target: textOf(req.url ?? '-'),
    version: req.httpVersion,
    status: res.statusCode,
    bytes: hasBody(req, res) ? bytes : 0,
    ms: performance.now() - start,
    aborted: !res.writableFinished && bytes !== Number(res.getHeader('content-length')),
    time: new Date(),
    remote,
    user: userOf(headers.authorization),
    referer: textOf(headers.referer),
    agent: textOf(headers['user-agent']),
  };
}

function sizeOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

const hasBody = (req: IncomingMessage, { statusCode }: ServerResponse) =>
  req.method !== 'HEAD' && statusCode !== 204 && statusCode !== 304;

function userOf(authorization: string | undefined): string | undefined {
  if (!authorization || !/^basic /i.test(authorization)) return undefined;
  return Buffer.from(authorization.slice(6), 'base64').toString('utf8').split(':')[0] || undefined;
}

/** Writes lines to stdout, many at once when many come at once, and drops them when nobody reads. */
function lineWriter(say: Messages): (line: string) => void {
  let waiting = '';
  let lost = 0;
  const flush = () => {
    if (lost > 0 && process.stdout.writableLength === 0) {
      console.error(say.logLinesLost(lost));
      lost = 0;
    }
    process.stdout.write(waiting);
    waiting = '';
  };
  return (line) => {
    if (process.stdout.writableLength + waiting.length > backlog) {
      lost++;
      return;
    }
    if (waiting === '') setImmediate(flush);
    waiting += `${line}\n`;
  };
}
