/**
 * What a `tls.Server` keeps of its options, and reads again for each connection. In: a server. Out: its protocols, which
 * can be changed while it runs, and the options that `setSecureContext` would forget. Node has no public way to either.
 */
import type { SecureContextOptions, TLSSocket, Server as TlsServer } from 'node:tls';

/** As the option of `tls.createServer`; `this` is the connection. */
export type AlpnCallback = (
  this: TLSSocket,
  asked: { servername: string; protocols: string[] },
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
