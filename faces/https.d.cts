/** The types of `premier/https`: those of `node:https` as the installed `@types/node` has them, and what premier adds. */
import type * as http from 'node:http';
import { Server as NodeServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket, TlsOptions } from 'node:tls';
import type { ClientError, ServerOptions as PlainServerOptions } from './index.cjs';

export * from 'node:https';

type AnyRequest = typeof http.IncomingMessage;
type AnyResponse<Request extends AnyRequest> = typeof http.ServerResponse<InstanceType<Request>>;
type Bytes = ReturnType<typeof Buffer.alloc>;

/** The options of `https.createServer`: those of `tls.createServer` and of premier's `http.createServer`. */
export interface ServerOptions<
  Request extends AnyRequest = AnyRequest,
  Response extends AnyResponse<Request> = typeof http.ServerResponse,
> extends Omit<PlainServerOptions<Request, Response>, 'http2'>,
    TlsOptions {
  /**
   * Whether HTTP/2 is spoken with the clients that choose it by ALPN, beside HTTP/1.1; the same handlers answer both.
   * Default false.
   */
  http2?: boolean | undefined;
}

/** The events of a server, with what their listeners get. */
interface Events<Request extends AnyRequest, Response extends AnyResponse<Request>> {
  checkContinue: Parameters<http.RequestListener<Request, Response>>;
  checkExpectation: Parameters<http.RequestListener<Request, Response>>;
  clientError: [error: ClientError, socket: Duplex];
  close: [];
  connect: [request: InstanceType<Request>, socket: Duplex, head: Bytes];
  connection: [socket: Socket];
  dropRequest: [request: InstanceType<Request>, socket: Duplex];
  error: [error: Error];
  keylog: [line: Bytes, socket: TLSSocket];
  listening: [];
  newSession: [sessionId: Bytes, sessionData: Bytes, callback: () => void];
  OCSPRequest: [
    certificate: Bytes,
    issuer: Bytes,
    callback: (error: Error | null, response: Buffer | null) => void,
  ];
  request: Parameters<http.RequestListener<Request, Response>>;
  resumeSession: [sessionId: Bytes, callback: (error: Error | null, sessionData: Buffer | null) => void];
  secureConnection: [socket: TLSSocket];
  tlsClientError: [error: Error, socket: TLSSocket];
  upgrade: [request: InstanceType<Request>, socket: Duplex, head: Bytes];
}

/** @see https://nodejs.org/api/https.html#class-httpsserver */
export class Server<
  Request extends AnyRequest = AnyRequest,
  Response extends AnyResponse<Request> = typeof http.ServerResponse,
> extends NodeServer<Request, Response> {
  constructor(requestListener?: http.RequestListener<Request, Response>);
  constructor(
    options: ServerOptions<Request, Response>,
    requestListener?: http.RequestListener<Request, Response>,
  );

  addListener<E extends keyof Events<Request, Response>>(
    event: E,
    listener: (...args: Events<Request, Response>[E]) => void,
  ): this;
  addListener(event: string | symbol, listener: (...args: any[]) => void): this;
  on<E extends keyof Events<Request, Response>>(
    event: E,
    listener: (...args: Events<Request, Response>[E]) => void,
  ): this;
  on(event: string | symbol, listener: (...args: any[]) => void): this;
  once<E extends keyof Events<Request, Response>>(
    event: E,
    listener: (...args: Events<Request, Response>[E]) => void,
  ): this;
  once(event: string | symbol, listener: (...args: any[]) => void): this;
  prependListener<E extends keyof Events<Request, Response>>(
    event: E,
    listener: (...args: Events<Request, Response>[E]) => void,
  ): this;
  prependListener(event: string | symbol, listener: (...args: any[]) => void): this;
  prependOnceListener<E extends keyof Events<Request, Response>>(
    event: E,
    listener: (...args: Events<Request, Response>[E]) => void,
  ): this;
  prependOnceListener(event: string | symbol, listener: (...args: any[]) => void): this;
}

/**
 * Makes a server that speaks HTTP over TLS.
 * @throws TypeError or RangeError for an option of the wrong type or range
 * @see https://nodejs.org/api/https.html#httpscreateserveroptions-requestlistener
 */
export function createServer<
  Request extends AnyRequest = AnyRequest,
  Response extends AnyResponse<Request> = typeof http.ServerResponse,
>(requestListener?: http.RequestListener<Request, Response>): Server<Request, Response>;
export function createServer<
  Request extends AnyRequest = AnyRequest,
  Response extends AnyResponse<Request> = typeof http.ServerResponse,
>(
  options: ServerOptions<Request, Response>,
  requestListener?: http.RequestListener<Request, Response>,
): Server<Request, Response>;
