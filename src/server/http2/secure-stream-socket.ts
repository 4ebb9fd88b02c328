/**
 * The `socket` of a request and a response that came over HTTP/2 and TLS.
 *
 * In: the stream's exchange. Out: what stream-socket.ts makes, which is a `tls.TLSSocket` too, with the facts of the
 * connection's: whether it is encrypted, who the client is, which protocol was chosen. Nothing changes the connection.
 */
import { TLSSocket } from 'node:tls';
import { noSocketBytes } from '../../node/errors.js';
import { nextTick } from '../../node/timers.js';
import { answerFor, type SocketHost } from './connection-facts.js';
import {
  StreamSocket,
  type StreamSocketConstructor,
  type StreamSocketHost,
  setUpStreamSocket,
} from './stream-socket.js';

const FACTS = ['encrypted', 'authorized', 'authorizationError', 'alpnProtocol', 'servername'];

const QUESTIONS = [
  'exportKeyingMaterial',
  'getCertificate',
  'getCipher',
  'getEphemeralKeyInfo',
  'getFinished',
  'getPeerCertificate',
  'getPeerFinished',
  'getPeerX509Certificate',
  'getProtocol',
  'getSession',
  'getSharedSigalgs',
  'getTLSTicket',
  'getX509Certificate',
  'isSessionReused',
];

/** What would change the connection of other streams too. */
const refusals = {
  /** "Clients MUST NOT [...] renegotiate", and neither must servers: RFC 9113 §9.2.1. */
  renegotiate(_options: unknown, callback?: (error: Error) => void): boolean {
    if (callback) nextTick(callback, noSocketBytes());
    return false;
  },
  setMaxSendFragment: () => false,
  disableRenegotiation() {},
  enableTrace() {},
  setKeyCert() {},
  setServername() {},
  setSession() {},
};

/**
 * The same kind of socket where its connection is encrypted. Made when it is first asked for: without TLS nobody need load
 * node:tls.
 * @param setUp - a constructor that may be called without `new`
 */
export function secureTwin<Host extends SocketHost>(
  plain: StreamSocketConstructor<Host>,
  setUp: object,
): () => StreamSocketConstructor<Host> {
  const twin = setUp as StreamSocketConstructor<Host>;
  let isMade = false;
  return () => {
    if (!isMade) become(twin, plain);
    isMade = true;
    return twin;
  };
}

function become(twin: { prototype: object }, plain: { prototype: object }): void {
  twin.prototype = Object.create(TLSSocket.prototype, {
    ...Object.getOwnPropertyDescriptors(plain.prototype),
    constructor: { value: twin, writable: true, configurable: true },
  });
  Object.assign(twin.prototype, refusals);
  answerFor(twin.prototype, FACTS, QUESTIONS);
  Object.setPrototypeOf(twin, TLSSocket);
}

const secureStreamSocket = secureTwin(
  StreamSocket,
  function SecureStreamSocket(this: StreamSocket, host: StreamSocketHost) {
    setUpStreamSocket.call(this as never, host);
  },
);

/** The socket that stands for a stream, or for a connection in 'clientError'. */
export function socketFor(host: StreamSocketHost): StreamSocket {
  return host.transport.encrypted === true ? new (secureStreamSocket())(host) : new StreamSocket(host);
}
