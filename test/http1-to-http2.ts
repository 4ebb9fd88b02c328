// A front that speaks HTTP/1.1 with a test, and HTTP/2 over TLS with the server under test.
// In: where the server listens. Out: a socket for the test; each request on it goes on as a stream of one connection, and
// what is answered comes back as an answer of HTTP/1.1. It adds nothing that it isn't obliged to, and hides no failure: a
// stream that is reset cuts the test's socket, and a test that cuts its socket cuts the connection.
import type { Buffer } from 'node:buffer';
import nodeHttp, { type IncomingMessage, type ServerResponse } from 'node:http';
import http2, { type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';

const { setImmediate: nextTurn } = globalThis;

/** One end of a connection within the process. */
class End extends Duplex {
  other: End | undefined;
  #waiting: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: true });
  }

  override _read(): void {
    const goOn = this.#waiting;
    this.#waiting = undefined;
    goOn?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const { other } = this;
    if (other === undefined || other.destroyed) done();
    else if (other.push(chunk)) nextTurn(done);
    else other.#waiting = done;
  }

  override _final(done: () => void): void {
    this.other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#waiting = undefined;
    done(error);
    const { other } = this;
    if (other && !other.destroyed) nextTurn(() => other.destroy());
  }

  get bytesRead(): number {
    return 0;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  resetAndDestroy(): this {
    return this.destroy();
  }
}

const CONNECTION_FIELDS = new Set([
  'connection',
  'host',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** The fields of a request, as they go on. */
function fieldsOf({ method, url, headers, rawHeaders }: IncomingMessage) {
  const fields: Record<string, string | string[]> = {
    __proto__: null as never,
    ':method': method ?? 'GET',
    ':path': url ?? '/',
    ':scheme': 'https',
    ':authority': headers.host ?? 'localhost',
  };
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const value = rawHeaders[i + 1] as string;
    if (CONNECTION_FIELDS.has(name)) continue;
    const before = fields[name];
    fields[name] = before === undefined ? value : [before, value].flat();
  }
  return fields;
}

/** What may be said of an answer over HTTP/1.1. */
function rawFields(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers)
    .filter(([name]) => !name.startsWith(':'))
    .flatMap(([name, value]) => [value ?? []].flat().map((one): [string, string] => [name, one]));
}

function pass(session: ClientHttp2Session, request: IncomingMessage, response: ServerResponse): void {
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  const stream = session.request(fieldsOf(request), { endStream: !hasBody, waitForTrailers: true } as never);
  response.sendDate = false;
  stream.on('wantTrailers', () => {
    const { rawTrailers } = request;
    const trailers: Record<string, string> = {};
    for (let i = 0; i < rawTrailers.length; i += 2)
      trailers[rawTrailers[i] as string] = rawTrailers[i + 1] as string;
    stream.sendTrailers(trailers);
  });
  const interim = (status: number, headers: IncomingHttpHeaders) => {
    const lines = rawFields(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const reason = nodeHttp.STATUS_CODES[status] ?? '';
    request.socket.write(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`);
  };
  stream.on('headers', (headers) => interim(Number(headers[':status']), headers));
  stream.on('response', (headers) => {
    const fields = rawFields(headers).flat();
    response.writeHead(Number(headers[':status']), fields);
    // As latin1: flushHeaders would make UTF-8 of it.
    Reflect.get(response, '_send').call(response, '', 'latin1');
  });
  stream.on('trailers', (trailers) => response.addTrailers(Object.fromEntries(rawFields(trailers))));
  stream.on('error', () => request.socket.destroy());
  stream.on('close', () => {
    if (!response.writableEnded) request.socket.destroy();
  });
  stream.pipe(response, { end: false });
  stream.on('end', () => {
    // A stream that is lost before its answer ends as well.
    if (response.headersSent && stream.rstCode === 0) response.end();
  });
  if (hasBody) request.pipe(stream);
}

/** A socket for HTTP/1.1 to a server at `port` that is asked over HTTP/2. */
export function connectThrough(port: number, ca: string): Socket {
  const near = new End();
  const far = new End();
  near.other = far;
  far.other = near;
  const session = http2.connect(`https://localhost:${port}`, {
    createConnection: () =>
      tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost', ALPNProtocols: ['h2'] }),
  });
  session.on('error', () => far.destroy());
  session.on('close', () => far.end());
  far.on('close', () => session.destroy());
  far.on('error', () => {});
  const front = nodeHttp.createServer(
    { keepAliveTimeout: 0, insecureHTTPParser: true, maxHeaderSize: 1 << 20 },
    (request, response) => pass(session, request, response),
  );
  Object.assign(front, { httpAllowHalfOpen: true, maxHeadersCount: 0 });
  for (const event of ['checkContinue', 'checkExpectation'])
    front.on(event, (request, response) => pass(session, request, response));
  front.emit('connection', far);
  return near as unknown as Socket;
}
