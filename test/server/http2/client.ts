// A server of premier/https that speaks HTTP/2, and clients of node:http2 that ask it.
// In: a handler and options. Out: what each request was answered, in the order and with the words of the client.
import assert from 'node:assert/strict';
import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import http2, {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { test as nodeTest, type TestContext } from 'node:test';
import tls, { type TLSSocket } from 'node:tls';
import premier from 'premier/https';
import { certificate, type Listener, pem, type Server } from '../../subjects.js';

/** A sentence that is true of a server that speaks HTTP/2, with the check that shows it. */
export function test(sentence: string, check: (context: TestContext) => Promise<void>): void {
  nodeTest(sentence, { timeout: 20_000 }, check);
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  trailers: IncomingHttpHeaders;
  /** The interim responses before it. */
  interim: IncomingHttpHeaders[];
  /** The code with which the stream was reset; NO_ERROR where it was not. */
  code: number;
}

/** Reads what is answered on a stream until that is closed, be it by a reset. */
export async function read(stream: ClientHttp2Stream): Promise<Answer> {
  const answer: Answer = { status: 0, headers: {}, body: '', trailers: {}, interim: [], code: 0 };
  stream.on('headers', (headers) => answer.interim.push(headers));
  stream.on('response', (headers) => {
    answer.headers = headers;
    answer.status = Number(headers[':status']);
  });
  stream.on('trailers', (trailers) => {
    answer.trailers = trailers;
  });
  stream.on('data', (data: Buffer) => {
    answer.body += data.toString();
  });
  stream.on('error', () => {});
  await new Promise((resolve) => stream.once('close', resolve));
  answer.code = stream.rstCode;
  return answer;
}

export interface Served {
  server: Server;
  port: number;
  /** A connection of its own. */
  connect(): ClientHttp2Session;
  /** One request on a connection that all of them share. */
  ask(headers?: OutgoingHttpHeaders | string, body?: string | Buffer): Promise<Answer>;
  /** The same on a stream that the test ends by itself. */
  begin(headers?: OutgoingHttpHeaders): ClientHttp2Stream;
  /** One GET over HTTP/1.1, on the same port. */
  askHttp1(path?: string): Promise<{ version: string; status: number; body: string }>;
  /** A TLS connection that has chosen h2 and says nothing by itself. */
  raw(): Promise<TLSSocket>;
}

export async function serve(
  context: TestContext,
  listener: Listener | undefined,
  options: Record<string, unknown> = {},
): Promise<Served> {
  const settings = { ...certificate, http2: true, ...options };
  const server = premier.createServer(settings as never, listener as never) as unknown as Server;
  const closed: (() => void)[] = [];
  context.after(() => {
    for (const close of closed) close();
    server.closeAllConnections();
    if (server.listening) server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connect = () => {
    const session = http2.connect(`https://localhost:${port}`, {
      ca: pem('authority-cert'),
      createConnection: () => {
        const socket = tls.connect({
          port,
          host: '127.0.0.1',
          ca: pem('authority-cert'),
          servername: 'localhost',
          ALPNProtocols: ['h2'],
        });
        return socket;
      },
    });
    session.on('error', () => {});
    closed.push(() => session.destroy());
    return session;
  };
  let shared: ClientHttp2Session | undefined;
  const begin = (headers: OutgoingHttpHeaders = {}) => {
    shared ??= connect();
    return shared.request(headers, { endStream: false });
  };
  return {
    server,
    port,
    connect,
    begin,
    ask(headers = {}, body) {
      const fields = typeof headers === 'string' ? { ':path': headers } : headers;
      shared ??= connect();
      const stream = shared.request(fields, { endStream: body === undefined });
      if (body !== undefined) stream.end(body);
      return read(stream);
    },
    async askHttp1(path = '/') {
      const request = https.get({
        host: '127.0.0.1',
        port,
        path,
        ca: pem('authority-cert'),
        servername: 'localhost',
        agent: false,
      });
      const [response] = await once(request, 'response');
      let body = '';
      for await (const data of response) body += data;
      return { version: response.httpVersion, status: response.statusCode, body };
    },
    async raw() {
      const socket = tls.connect({
        port,
        host: '127.0.0.1',
        ca: pem('authority-cert'),
        servername: 'localhost',
        ALPNProtocols: ['h2'],
      });
      closed.push(() => socket.destroy());
      await once(socket, 'secureConnect');
      assert.equal(socket.alpnProtocol, 'h2');
      return socket;
    },
  };
}
