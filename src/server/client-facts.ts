/**
 * Who the client of a request is: the other end of its socket, or whom trusted proxies name.
 *
 * In: the socket's facts and the request's fields. Out: an address, a scheme, a host. What is not said by a chain of
 * trusted peers, from the socket on, is not believed; an element that is no address ends the chain.
 */
import type { Socket } from 'node:net';
import type { ServerSocket } from '../transport/server-socket.js';
import { forwardedHops, type Hop, legacyHops } from './forwarded.js';
import { type HttpServer, kEngine } from './http-server.js';
import type { TrustedProxies } from './trusted-proxies.js';

export interface ClientFacts {
  /** IP address; undefined where nobody knows one (a Unix socket, a socket that is gone). */
  readonly address: string | undefined;
  readonly protocol: 'http' | 'https';
  /** The host it asked for, as in the Host field. */
  readonly host: string | undefined;
  /** The X-Request-Id of a trusted peer, where it is one that can be passed on and logged. */
  readonly requestId: string | undefined;
}

/** What is true of a socket, noted when it came: one that is closed has forgotten it. */
interface PeerFacts {
  readonly address: string | undefined;
  readonly isUnix: boolean;
  readonly encrypted: boolean;
}

/** Under which a socket keeps what was noted of its peer. */
export const kPeer = Symbol('premier.peer');

type NotedSocket = Pick<Socket, 'remoteAddress'> & {
  readonly [kPeer]?: PeerFacts;
  readonly encrypted?: boolean;
  readonly server?: object;
};

/** Notes who is at the other end of a socket that has come. */
export function notePeer(server: HttpServer, socket: ServerSocket): void {
  const peer: PeerFacts = {
    address: socket.remoteAddress,
    isUnix: socket.remoteAddress === undefined && typeof server.address() === 'string',
    encrypted: (socket as NotedSocket).encrypted === true,
  };
  Object.defineProperty(socket, kPeer, { value: peer, configurable: true });
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The values of fields by their names in lower case, lines of one name joined as a list. */
type FieldValues = Readonly<Record<string, string | undefined>>;

const NAMES: readonly string[] = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-request-id',
];

function hostIn(rawHeaders: readonly string[]): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') return rawHeaders[i + 1];
  }
  return undefined;
}

function valuesIn(rawHeaders: readonly string[]): FieldValues {
  const values: Record<string, string | undefined> = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (!NAMES.includes(name)) continue;
    const before = values[name];
    values[name] = before === undefined ? rawHeaders[i + 1] : `${before},${rawHeaders[i + 1]}`;
  }
  return values;
}

/** Whether what proxies say is looked at on this socket: else its other end is the client. */
export function isNoted(socket: object): boolean {
  return (socket as NotedSocket)[kPeer] !== undefined;
}

/** A request, or what is known of it elsewhere. */
interface Asked {
  readonly socket: object;
  readonly rawHeaders: readonly string[];
}

const known = new WeakMap<object, ClientFacts>();

/**
 * Who the client of a request is. Without the option `trustProxy` of its server that is the other end of its socket.
 * What trusted proxies say is read from the fields as they came.
 */
export function clientOf(request: Asked): ClientFacts {
  const { socket, rawHeaders } = request;
  const { [kPeer]: peer, remoteAddress, encrypted, server } = socket as NotedSocket;
  const own: ClientFacts = {
    address: peer === undefined ? remoteAddress : peer.address,
    protocol: (peer?.encrypted ?? encrypted) ? 'https' : 'http',
    host: hostIn(rawHeaders),
    requestId: undefined,
  };
  const trusted =
    server !== undefined && kEngine in server ? (server as HttpServer)[kEngine].trustedProxies : null;
  if (trusted === null || peer === undefined || !isTrusted(trusted, peer)) return own;
  let client = known.get(request);
  if (client === undefined) {
    client = readForwarded(own, valuesIn(rawHeaders), trusted);
    known.set(request, client);
  }
  return client;
}

function readForwarded(own: ClientFacts, values: FieldValues, trusted: TrustedProxies): ClientFacts {
  const id = values['x-request-id'];
  const requestId = id !== undefined && REQUEST_ID.test(id) ? id : undefined;
  return { ...furthest(own, hopsIn(values), trusted), requestId };
}

function isTrusted(trusted: TrustedProxies, { address, isUnix }: PeerFacts): boolean {
  return isUnix ? trusted.trustsUnix : address !== undefined && trusted.trusts(address);
}

/** Where both are there, it is the older ones that nearly every proxy sets, or else it would pass on its client's. */
function hopsIn(values: FieldValues): readonly Hop[] {
  const { forwarded, 'x-forwarded-for': addresses } = values;
  const { 'x-forwarded-proto': protocols, 'x-forwarded-host': hosts } = values;
  if (addresses === undefined && forwarded !== undefined) return forwardedHops(forwarded) ?? [];
  return legacyHops(addresses ?? '', protocols, hosts);
}

/** Goes from hop to hop, as long as each is named by a trusted one. */
function furthest(own: ClientFacts, hops: readonly Hop[], trusted: TrustedProxies): ClientFacts {
  let client = own;
  for (let i = hops.length - 1; i >= 0; i--) {
    const { address, protocol, host } = hops[i] as Hop;
    client = {
      address: address ?? client.address,
      protocol: protocol ?? client.protocol,
      host: host ?? client.host,
      requestId: undefined,
    };
    if (address === null || !trusted.trusts(address)) break;
  }
  return client;
}
