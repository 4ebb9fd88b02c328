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

/**
 * `server.addContext` for a name that had a context before: that one is let go. Node keeps every one it was given, and asks
 * the latest that fits.
 */
export function replaceContext(server: TlsServer, name: string, context: SecureContext): void {
  const { _contexts: contexts } = server as { _contexts?: [pattern: RegExp, context: unknown][] };
  const before = Array.isArray(contexts) ? contexts.length : 0;
  server.addContext(name, context);
  const added = contexts?.at(-1)?.[0];
  if (!Array.isArray(contexts) || contexts.length !== before + 1 || !(added instanceof RegExp)) return;
  for (let at = before - 1; at >= 0; at--) {
    if (contexts[at]?.[0]?.source === added.source) contexts.splice(at, 1);
  }
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
