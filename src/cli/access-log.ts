// The access log: one line for each answer of any server in this process. In: the requests and responses that Node's
// diagnostics channels tell of. Out: lines on stdout. Never a control character that a client sent.
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { styleText } from 'node:util';
import type { Messages } from './language.js';

export type LogForm = 'text' | 'json' | 'combined';

/** What is known of an answer once it is over. */
export interface Answer {
  method: string;
  target: string;
  version: string;
  status: number;
  /** Bytes of the body that were handed over, without the framing. */
  bytes: number;
  /** Milliseconds from the head of the request to the end of the answer. */
  ms: number;
  /** The client left before the end. */
  aborted: boolean;
  time: Date;
  remote: string | undefined;
  user: string | undefined;
  referer: string | undefined;
  agent: string | undefined;
}

/** Bytes that may wait for a slow reader of stdout before lines are dropped. */
const backlog = 1024 * 1024;

/** Logs the answers from now on. */
export function logAnswers(form: LogForm, say: Messages): void {
  const colours = process.stdout.isTTY === true && process.stdout.hasColors();
  const format = formats(say, colours)[form];
  const write = lineWriter(say);
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
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
      aborted: !res.writableFinished,
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

/** Control characters, and what a terminal or a log reader may take for one or for the end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0');

/** A text from outside, with nothing in it that a terminal obeys. */
export const printable = (text: string): string =>
  text.replace(unsafe, (character) =>
    character <= '\u00ff' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`,
  );

/** The same between double quotes, so that quotes inside can't end it. */
const quoted = (text: string | undefined) => `"${printable((text ?? '-').replace(/["\\]/g, '\\$&'))}"`;

/** How each form writes an answer. */
export function formats(say: Messages, colours: boolean): Record<LogForm, (answer: Answer) => string> {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colours ? styleText(style, text, { validateStream: false }) : text;
  return {
    text: ({ method, target, status, bytes, ms, aborted }) => {
      const line = `${printable(method)} ${printable(target)} ${paint(colourOf(status), String(status))} ${paint('dim', `${bytes} B ${ms.toFixed(1)} ms`)}`;
      return aborted ? `${line} ${paint('yellow', say.aborted)}` : line;
    },
    json: ({ time, version, ms, aborted, ...answer }) =>
      JSON.stringify({
        time: time.toISOString(),
        ...answer,
        ms: Number(ms.toFixed(3)),
        ...(aborted && { aborted }),
      }).replace(unsafe, (character) => `\\u${hex(character, 4)}`),
    combined: ({ remote, user, time, method, target, version, status, bytes, referer, agent }) =>
      `${remote ?? '-'} - ${printable(user ?? '-').replace(/\s/g, '_')} [${apacheTime(time)}] ${quoted(`${method} ${target} HTTP/${version}`)} ${status} ${bytes} ${quoted(referer)} ${quoted(agent)}`,
  };
}

function colourOf(status: number) {
  if (status >= 500) return 'red';
  if (status >= 400) return 'yellow';
  return status >= 300 ? 'cyan' : 'green';
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22/Nov/2026:12:00:00 +0000` */
function apacheTime(time: Date): string {
  const day = String(time.getUTCDate()).padStart(2, '0');
  return `${day}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}:${time.toISOString().slice(11, 19)} +0000`;
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
