// The access log: one line for each answer of any server in this process. In: the requests and responses that Node's
// diagnostics channels tell of. Out: lines on stdout. Never a control character that a client sent.
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Messages } from './language.js';
import { type Answer, formats, type LogForm } from './log-formats.js';

/** Bytes that may wait for a slow reader of stdout before lines are dropped. */
const backlog = 1024 * 1024;

/**
 * Logs the answers from now on.
 * @param silent the start of targets that are not logged, if any
 */
export function logAnswers(form: LogForm, say: Messages, silent?: string): void {
  const colours = process.stdout.isTTY === true && process.stdout.hasColors();
  const format = formats(say, colours)[form];
  const write = lineWriter(say);
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (silent !== undefined && request.url?.startsWith(silent)) return;
    observe(request, response, (answer) => write(format(answer)));
  });
}

/** Tells of an answer when it is over. */
function observe(req: IncomingMessage, res: ServerResponse, tell: (answer: Answer) => void): void {
  const start = performance.now();
  const remote = req.socket.remoteAddress;
  let bytes = 0;
  let nested = false;
  const counting = <Args extends unknown[], Result>(method: (...args: Args) => Result) =>
    function count(this: ServerResponse, ...args: Args): Result {
      // An end() that calls write() hands over the same bytes once.
      if (nested) return method.apply(this, args);
      bytes += sizeOf(args[0], args[1]);
      nested = true;
      try {
        return method.apply(this, args);
      } finally {
        nested = false;
      }
    };
  res.write = counting(res.write) as typeof res.write;
  res.end = counting(res.end) as typeof res.end;
  res.once('close', () => {
    const { headers } = req;
    tell({
      method: req.method ?? '-',
      target: req.url ?? '-',
      version: req.httpVersion,
      status: res.statusCode,
      bytes: hasBody(req, res) ? bytes : 0,
      ms: performance.now() - start,
      aborted: !res.writableFinished && bytes !== Number(res.getHeader('content-length')),
      time: new Date(),
      remote,
      user: userOf(headers.authorization),
      referer: headers.referer,
      agent: headers['user-agent'],
    });
  });
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
