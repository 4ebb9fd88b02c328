// The program that the wire cases talk to: it answers each request with what it understood of it.
// Paths under /do/ make it behave otherwise; all else is an echo. It must never be the one that fails.
import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the echo says of a request. */
export interface Echo {
  method: string;
  url: string;
  httpVersion: string;
  rawHeaders: string[];
  /** latin1 */
  body: string;
  rawTrailers: string[];
}

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

function whenRead(req: IncomingMessage, done: (body: Buffer) => void): void {
  const parts: Buffer[] = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => done(Buffer.concat(parts)));
  req.on('error', () => {});
}

function echo(req: IncomingMessage, res: ServerResponse, body: Buffer): void {
  const { method, url, httpVersion, rawHeaders, rawTrailers } = req;
  const said = { method, url, httpVersion, rawHeaders, body: body.toString('latin1'), rawTrailers };
  const bytes = Buffer.from(JSON.stringify(said), 'latin1');
  res.setHeader('Content-Type', 'application/json');
  res.setHeader('Content-Length', bytes.length); // without it an HTTP/1.0 connection ends, as on node:http
  res.end(bytes);
}

/** Answers when the request has been read. */
const after =
  (answer: (res: ServerResponse, req: IncomingMessage) => void): Handler =>
  (req, res) =>
    whenRead(req, () => answer(res, req));

const behaviours: Record<string, Handler> = {
  // Answers at once and leaves the body unread.
  '/do/answer-early': (_req, res) => res.end('early'),
  '/do/answer-early-and-close': (_req, res) => {
    res.setHeader('Connection', 'close');
    res.end('early');
  },
  // Answers when 30 turns of the event loop are over: whatever came after it has been read by then.
  '/do/answer-late': after((res) => {
    let turns = 30;
    const wait = () => (turns-- > 0 ? setImmediate(wait) : res.end('late'));
    wait();
  }),
  '/do/stream': after((res) => {
    res.write('one ');
    setImmediate(() => {
      res.write('two ');
      res.end('three');
    });
  }),
  '/do/stream-with-trailers': after((res) => {
    res.setHeader('Trailer', 'Sum');
    res.write('body');
    res.addTrailers({ Sum: '42' });
    res.end();
  }),
  '/do/length': after((res) => {
    res.setHeader('Content-Length', 4);
    res.write('fo');
    res.end('ur');
  }),
  '/do/nothing': after((res) => res.end()),
  '/do/204': after((res) => {
    res.statusCode = 204;
    res.write('not ');
    res.end('sent');
  }),
  '/do/304': after((res) => {
    res.writeHead(304, { ETag: '"e"' });
    res.end('not sent');
  }),
  '/do/205': after((res) => {
    res.statusCode = 205;
    res.end();
  }),
  '/do/close': after((res) => {
    res.setHeader('Connection', 'close');
    res.end('closed');
  }),
  '/do/hints': after((res) => {
    res.writeProcessing();
    res.writeEarlyHints({ link: '</style.css>; rel=preload' });
    res.end('hinted');
  }),
  '/do/large': after((res) => res.end(Buffer.alloc(3_000_000, 'x'))),
  '/do/base64-with-line-breaks': after((res) => res.end('QUJD\r\nREVG\r\n', 'base64')),
  '/do/stream-hex': after((res) => {
    res.write('no hex', 'hex');
    res.write('4142434', 'hex');
    res.end();
  }),
  '/do/own-date': after((res) => {
    res.setHeader('Date', 'Sun, 06 Nov 1994 08:49:37 GMT');
    res.end('old');
  }),
  // The program's own framing fields, in ways that contradict each other or the message.
  '/do/both-framings': after((res) => {
    res.setHeader('Content-Length', 4);
    res.setHeader('Transfer-Encoding', 'chunked');
    res.end('four');
  }),
  '/do/304-with-coding': after((res) => {
    res.writeHead(304, { 'Transfer-Encoding': 'chunked' });
    res.end();
  }),
  '/do/204-with-length': after((res) => {
    res.writeHead(204, { 'Content-Length': '0' });
    res.end();
  }),
};

export const handler: Handler = (req, res) => {
  const path = (req.url ?? '').split('?')[0] as string;
  const behaviour = Object.hasOwn(behaviours, path) ? behaviours[path] : undefined;
  if (behaviour) behaviour(req, res);
  else whenRead(req, (body) => echo(req, res, body));
};
