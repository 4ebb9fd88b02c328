/**
 * The types of `premier`: those of `node:http` as the installed `@types/node` has them, and what premier adds.
 *
 * `premier/https` builds on this file; the ES module has the same types, and this namespace as its default.
 */
import type * as http from 'node:http';
import { Server as NodeServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export * from 'node:http';

type AnyRequest = typeof http.IncomingMessage;
type AnyResponse<Request extends AnyRequest> = typeof http.ServerResponse<InstanceType<Request>>;
type Bytes = ReturnType<typeof Buffer.alloc>;

/** Why a request was refused: what a `'clientError'` listener gets. */
export interface ClientError extends Error {
  /** `HPE_…` for what broke the rules of HTTP, `ERR_HTTP_REQUEST_TIMEOUT`, or the code of a broken connection. */
  code?: string;
  /** What was wrong, as a sentence. */
  reason?: string;
  /** The section that says so, such as `RFC 9112 §6.3`; absent where the connection broke. */
  rfc?: string;
  /** The status that premier would answer with; absent where the connection broke. */
  status?: number;
  /** Bytes of the segment that had been read before the error. */
  bytesParsed?: number;
  /** The segment in which the error was found. */
  rawPacket?: Bytes;
}

/** Who the client of a request is. */
export interface ClientFacts {
  /** Its IP address; undefined where nobody knows one: on a Unix socket, or once the socket is gone. */
  readonly address: string | undefined;
  readonly protocol: 'http' | 'https';
  /** The host that it asked for, as in the Host field. */
  readonly host: string | undefined;
  /** The `X-Request-Id` of a trusted peer, where it has up to 128 letters, digits, and `_ . : -`. */
  readonly requestId: string | undefined;
}

/**
 * Who the client of a request is: the other end of its socket, or whom the proxies name that the server's option
 * `trustProxy` trusts. `request.socket` stays what it is.
 */
export function clientOf(request: Pick<http.IncomingMessage, 'socket' | 'rawHeaders'>): ClientFacts;

/** What a proxy said of a connection with the PROXY protocol, version 1 or 2. */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** The client; null where the proxy spoke for itself, or did not know. */
  readonly source: { readonly address: string; readonly port: number } | null;
  /** Where the client connected to. */
  readonly destination: { readonly address: string; readonly port: number } | null;
  /** Further values of version 2, by their type. */
  readonly values: readonly { readonly type: number; readonly value: Bytes }[];
}

/**
 * What a proxy said of the connection of a request's socket, on a server with the option `proxyProtocol`; undefined
 * where it came without.
 */
export function proxyHeaderOf(socket: Socket): ProxyHeader | undefined;

/** The options of `http.createServer` on the newest Node; each works on every Node. */
export interface ServerOptions<
  Request extends AnyRequest = AnyRequest,
  Response extends AnyResponse<Request> = typeof http.ServerResponse,
> extends http.ServerOptions<Request, Response> {
  /** How strictly requests are read: `relaxed` lets more characters into values, `insecure` is `insecureHTTPParser`. Default `'strict'`. */
  httpValidation?: 'strict' | 'relaxed' | 'insecure' | undefined;
  /** ms that a connection stays open longer than its `Keep-Alive` field says. Default 1000. */
  keepAliveTimeoutBuffer?: number | undefined;
  /**
   * `'prior-knowledge'`: clients that begin with its preface (RFC 9113 §3.3), as proxies do, are answered in HTTP/2, all
   * others in HTTP/1.1; by the same handlers. With `premier/https` `true` stands in its place: clients choose it by ALPN.
   * Default false.
   */
  http2?: 'prior-knowledge' | false | undefined;
  /**
   * Milliseconds in which a client of HTTP/2 should take 16 KiB of an answer that waits for it; then its stream is reset.
   * Default 60000; 0: no limit.
   */
  sendTimeout?: number | undefined;
  /** Skip the events of requests without a body. Default false. */
  optimizeEmptyRequests?: boolean | undefined;
  /**
   * Which peers are believed when they say who their client is (`Forwarded`, `X-Forwarded-For`, `-Proto`, `-Host`,
   * `X-Request-Id`): `loopback`, `unix`, addresses and networks such as `10.0.0.0/8`. What they say is what `clientOf`
   * tells. Default: nobody.
   */
  trustProxy?: string | readonly string[] | undefined;
  /**
   * Which peers speak the PROXY protocol, version 1 or 2, entries as of `trustProxy`: they have to, on every connection,
   * before HTTP and before TLS, and others are not let in. `socket.remoteAddress` is then the client's. Default: nobody.
   */
  proxyProtocol?: string | readonly string[] | undefined;
  /** Whether a request that asks for it is upgraded. Default: when `'upgrade'` has a listener. */
  shouldUpgradeCallback?: ((request: InstanceType<Request>) => boolean) | undefined;
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
  listening: [];
  request: Parameters<http.RequestListener<Request, Response>>;
  upgrade: [request: InstanceType<Request>, socket: Duplex, head: Bytes];
}

/** @see https://nodejs.org/api/http.html#class-httpserver */
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
 * Makes a server. Nothing listens until `server.listen()` is called.
 * @throws TypeError or RangeError for an option of the wrong type or range
 * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
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
