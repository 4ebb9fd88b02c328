// From `fetch(request) → response` (WHATWG Fetch) to a request listener. In: a function on Request and Response. Out: a
// listener on req and res. Bodies stream both ways at the pace of the slower side; a client that leaves aborts both.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';

/** What a handler gets besides the request: Node's own objects, under the names Hono's Node adapter gives them. */
export interface Incoming {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

export type FetchFunction = (request: Request, env: Incoming) => Response | Promise<Response>;

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Piece = Awaited<ReturnType<Reader['read']>>;

/** What came of a body at first, and what comes next. */
interface Start {
  pieces: Uint8Array[];
  next: Promise<Piece>;
}

/** A request that Fetch can't express; it is answered with this status and never reaches the handler. */
class Inexpressible extends Error {
  readonly status: number;
  constructor(status: number) {
    super();
    this.status = status;
  }
}

/** Makes a request listener of a fetch function. Its promise rejects when the function fails. */
export function fetchHandler(fetch: FetchFunction): (...args: Parameters<RequestListener>) => Promise<void> {
  return async (req, res) => {
    const gone = new AbortController();
    res.once('close', () => {
      if (!res.writableEnded) gone.abort();
    });
    let request: Request;
    try {
      request = requestFrom(req, gone.signal);
    } catch (error) {
      if (!(error instanceof Inexpressible)) throw error;
      res.writeHead(error.status, { 'Content-Length': 0 }).end();
      return;
    }
    const response = await fetch(request, { incoming: req, outgoing: res });
    if (!isResponse(response)) throw new TypeError(notAResponse(response));
    await send(response, req, res);
  };
}

/** Whether it is a Response, if only by what it has: that of the package undici is none of Node's. */
export function isResponse(value: unknown): value is Response {
  if (value instanceof Response) return true;
  if (Object.prototype.toString.call(value) !== '[object Response]') return false;
  const { headers, body } = value as Response;
  return (
    typeof headers?.getSetCookie === 'function' && (body === null || typeof body?.getReader === 'function')
  );
}

/** A polyfill's Response, whose body is no stream of Fetch, is none; what a handler that is none returns, even less. */
const notAResponse = (value: unknown) =>
  `a handler (request) must return a Response, not ${value === null ? 'null' : typeof value}; one that calls res.end() is written (req, res)`;

/** The same request, as Fetch writes it. */
function requestFrom(req: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (let index = 0; index < req.rawHeaders.length; index += 2) {
    headers.append(req.rawHeaders[index] as string, req.rawHeaders[index + 1] as string);
  }
  const { method = 'GET' } = req;
  const bodiless = method === 'GET' || method === 'HEAD';
  const url = urlOf(req);
  try {
    return new Request(url, {
      method,
      headers,
      signal,
      ...(bodiless ? {} : { body: bodyOf(req), duplex: 'half' }),
    } as RequestInit);
  } catch {
    // Fetch has no CONNECT, TRACE or TRACK.
    throw new Inexpressible(405);
  }
}

function urlOf({ url = '/', headers, socket }: IncomingMessage): URL {
  const scheme = (socket as TLSSocket).encrypted ? 'https' : 'http';
  // Joined as text: resolved against a base, a target such as //evil.example/ would name another host.
  const host = headers.host ?? 'localhost';
  const text = /^https?:\/\//i.test(url)
    ? url
    : `${scheme}://${host}${url.startsWith('/') ? url : `/${url}`}`;
  if (/[/?#\\@]/.test(host) || !URL.canParse(text)) throw new Inexpressible(400);
  return new URL(text);
}

/** The body of a request, read only as far as somebody asks for it. */
function bodyOf(req: IncomingMessage): ReadableStream<Uint8Array> {
  // Not to read on is no reason to break the connection: the answer still has to go out.
  let chunks: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        chunks ??= req.iterator({ destroyOnReturn: false });
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks?.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** What their fields say of a body is of another answer's (RFC 9110 §15.4.5), or ignored. */
const bodilessStatuses = [204, 304];

/** Writes a response out; resolves when it has been handed over or the client is gone. */
export async function send(response: Response, req: IncomingMessage, res: ServerResponse): Promise<void> {
  res.statusCode = response.status;
  // A body that is not as long as its Content-Length says would put the connection out of step.
  res.strictContentLength = true;
  if (response.statusText) res.statusMessage = response.statusText;
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') res.setHeader(name, value);
  }
  // The one field that can't be joined with commas (RFC 6265, 3).
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) res.setHeader('Set-Cookie', cookies);
  const announced = response.headers.get('content-length');
  if (response.body === null || req.method === 'HEAD') {
    if (req.method !== 'HEAD' && !bodilessStatuses.includes(response.status)) checkLength(0, true, announced);
    res.end();
    await response.body?.cancel();
    return;
  }
  await pump(response.body, res, announced);
}

async function pump(
  body: ReadableStream<Uint8Array>,
  res: ServerResponse,
  announced: string | null,
): Promise<void> {
  const reader = body.getReader();
  const leave = () => reader.cancel().catch(() => {});
  res.once('close', leave);
  // A stream that has nothing to say yet (server-sent events) still has its head to send.
  const head = setImmediate(() => res.flushHeaders());
  res.once('close', () => clearImmediate(head));
  const start = announced === null ? undefined : await readStart(reader, announced);
  for (const piece of start?.pieces ?? []) await write(res, piece);
  let next = start?.next ?? reader.read();
  for (;;) {
    const { done, value } = await next;
    if (res.destroyed) return;
    if (done) break;
    await write(res, value);
    next = reader.read();
  }
  res.off('close', leave);
  res.end();
}
/** Octets that are held back at most. */
const startLength = 65_536;

/**
 * Reads what comes of a body within a turn, while nothing has been sent: where its length is not what was announced,
 * another answer can still be given.
 */
async function readStart(reader: Reader, announced: string): Promise<Start> {
  const passed = turn();
  const pieces: Uint8Array[] = [];
  let length = 0;
  let next = reader.read();
  while (length < startLength) {
    // It is awaited later as well: until then, what it fails with is not unhandled.
    next.catch(() => {});
    const piece = await Promise.race([next, passed]);
    length += piece?.value?.byteLength ?? 0;
    checkLength(length, piece?.done === true, announced);
    if (!piece || piece.done) break;
    pieces.push(piece.value);
    next = reader.read();
  }
  return { pieces, next };
}

/** @throws {Error} a body of that length is over too early, or goes on too long */
function checkLength(length: number, over: boolean, announced: string | null): void {
  const wanted = Number(announced ?? length);
  if (!(length > wanted || (over && length < wanted))) return;
  throw new Error(
    `the Response says Content-Length: ${wanted}, but its body has ${over ? '' : 'at least '}${length} bytes`,
  );
}

async function write(res: ServerResponse, piece: Uint8Array): Promise<void> {
  if (!res.write(piece)) await drained(res);
}

const drained = (res: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
  });
