/**
 * What a `tls.Server` keeps of its options, and reads again for each connection. In: a server. Out: its protocols, which
 * can be changed while it runs, and the options that `setSecureContext` would forget. Node has no public way to either.
 */
import type { SecureContext, SecureContextOptions, TLSSocket, Server as TlsServer } from 'node:tls';

/** As the option of `tls.createServer`; `this` is the connection. Without a name, Node says `false`, or nothing. */
export type AlpnCallback = (
  this: TLSSocket,
  asked: { servername: string | false | undefined; protocols: string[] },
) => string | undefined;

/** How a server chooses a protocol (RFC 7301). */
export interface Negotiation {
  /** As it goes over the wire: each after its length. */
  ALPNProtocols: Buffer | undefined;
  ALPNCallback: AlpnCallback | undefined;
}

export function negotiationOf(server: TlsServer): Negotiation {
  const { ALPNProtocols, ALPNCallback } = server as TlsServer & Negotiation;
  return { ALPNProtocols, ALPNCallback };
}

/** Later connections are negotiated so. */
export function negotiate(server: TlsServer, how: Negotiation): void {
  Object.assign(server, how);
}

/** The protocols in a list as it goes over the wire. */
export function protocolsIn(list: Buffer | undefined): string[] {
  const found: string[] = [];
  for (let at = 0; list && at < list.length; at += 1 + (list[at] ?? 0)) {
    found.push(list.toString('latin1', at + 1, at + 1 + (list[at] ?? 0)));
  }
  return found;
}

/** All but the certificate and its key. */
const keptOptions = [
  'ca',
  'minVersion',
  'maxVersion',
  'secureProtocol',
  'crl',
  'sigalgs',
  'ciphers',
  'ecdhCurve',
  'dhparam',
  'honorCipherOrder',
  'secureOptions',
  'sessionIdContext',
] as const satisfies readonly (keyof SecureContextOptions)[];

/** What a server was made with, for a call of `setSecureContext` that changes its certificate only. */
export function securityOf(server: TlsServer): SecureContextOptions {
  const all = server as TlsServer & SecureContextOptions;
  return Object.fromEntries(keptOptions.map((name) => [name, all[name]]));
}

type NamedContext = [pattern: RegExp, context: unknown];

/**
 * `server.addContext` for several names, in the place of those that were added before; a name is the same in capitals. Node
 * keeps every context it was given, and asks the latest that fits.
 * @param before what this returned the last time; contexts of others stay
 */
export function replaceContexts(
  server: TlsServer,
  before: readonly unknown[],
  named: Iterable<readonly [name: string, context: SecureContext]>,
): unknown[] {
  const { _contexts: contexts } = server as { _contexts?: NamedContext[] };
  const known = Array.isArray(contexts) ? contexts : [];
  for (const one of before) {
    const at = known.indexOf(one as NamedContext);
    if (at >= 0) known.splice(at, 1);
  }
  const others = known.length;
  for (const [name, context] of named) server.addContext(name, context);
  const added = known.slice(others);
  for (const one of added) if (one[0] instanceof RegExp) one[0] = new RegExp(one[0].source, 'i');
  return added;
}

/**
 * One connection gets this certificate, whatever its server has for the name that was asked for. To be called while its
 * protocol is chosen: in TLS 1.3 that is before Node looks for a context by name, which would take the place of the key.
 */
export function useForConnection(socket: TLSSocket, context: SecureContext): void {
  const named = socket as TLSSocket & { _SNICallback?: SniCallback };
  if (typeof named._SNICallback === 'function') named._SNICallback = (_name, done) => done(null, context);
  socket.setKeyCert(context);
}

type SniCallback = (name: string, done: (error: Error | null, context?: SecureContext) => void) => void;
