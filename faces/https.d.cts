/** The types of `premier/https`: those of `node:https` as the installed `@types/node` has them, and what premier adds. */
import type * as http from 'node:http';
import { Server as NodeServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket, TlsOptions, Server as TlsServer } from 'node:tls';
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

/** A public authority, spoken to by ACME (RFC 8555), and what it wants to know. */
export interface PublicCertificates {
  /** Public names and addresses. Each gets a certificate of its own; the first is served to clients that name none. */
  domains: readonly string[];
  /** Where the authority may write to. */
  email?: string | undefined;
  /** Set to say that you agree to the authority's terms, which its directory names. Default false. */
  agreeToTerms?: boolean | undefined;
  /** The URL of its directory. Default: Let's Encrypt's. */
  directory?: string | undefined;
  /** An account that you have with it already: its identifier, and its MAC key in base64url (RFC 8555 §7.3.4). */
  externalAccount?: { kid: string; key: string } | undefined;
  /** One of its profiles, such as `shortlived`. */
  profile?: string | undefined;
  /**
   * How it may ask whether a name leads here, the preferred way first. Default: by tls-alpn-01 (RFC 8737), on port 443; after
   * http-01, on port 80, where `redirect` is used.
   */
  challenges?: readonly ('http-01' | 'tls-alpn-01')[] | undefined;
}

/** The paths of a certificate and of its key. */
export interface PairFiles {
  cert: string;
  key: string;
}

/** Where certificates come from: exactly one of `local`, `files` and `acme`. */
export interface CertificateOptions {
  /** This computer's own authority, for its own names; a list adds local names, such as `app.test`. */
  local?: true | readonly string[] | undefined;
  /**
   * Two files in PEM, the chain included; taken over when they change, if they fit. Of several pairs, each serves its own
   * names, and the first who names none of them.
   */
  files?: PairFiles | readonly PairFiles[] | undefined;
  acme?: PublicCertificates | undefined;
  /** The folder that keeps keys and accounts. Default: `premier` in the user's folder of data. */
  folder?: string | undefined;
}

/** What happened to a certificate. */
export type CertificateChange =
  | { kind: 'obtained'; name: string; until: Date }
  | { kind: 'reloaded'; names: string[]; until: Date };

/**
 * What is in the way, of which public name where each has a certificate of its own: `again` is when it is tried again, `until`
 * how long what is served is good.
 */
export interface CertificateTrouble {
  kind: 'problem';
  problem: Error;
  name?: string | undefined;
  again?: Date | undefined;
  until?: Date | undefined;
}

/** Looks after the certificates of a server. */
export interface ManagedCertificates {
  /** Names and addresses that are served. */
  readonly names: string[];
  /** A listener for a server of plain HTTP: answers the authority's questions, and sends everybody else to https (308). */
  readonly redirect: http.RequestListener;
  /** Looks at once for something newer, and tries again what failed. */
  reload(): Promise<void>;
  /** Looks after nothing any more; what is served goes on. Happens by itself when the server closes. */
  close(): void;
  on(event: 'change', listener: (change: CertificateChange) => void): this;
  /** Without a listener, a problem is a warning of the process. */
  on(event: 'problem', listener: (problem: Error, trouble: CertificateTrouble) => void): this;
}

/**
 * Looks after the certificates of a server for as long as it runs. They are swapped in without losing a connection, and what
 * is served goes on whatever goes wrong. Resolves once the first is in place; where it comes from a public authority, that
 * may be later, and is told by 'change'.
 * @throws TypeError for what is no server over TLS, or is looked after already, and for options that make no sense; Error with
 * a `code`, such as 'noSuchFile', for files or a local authority that can't be used, or terms that are not agreed to
 */
export function manageCertificates(
  server: TlsServer,
  options: CertificateOptions,
): Promise<ManagedCertificates>;
