/** The server half of `node:https`, over premier's own HTTP/1.1 engine; the client half is Node's. */
import https from 'node:https';
import type { Server as TlsServer } from 'node:tls';
import type { ManagedCertificates } from './operation/certificates/managed.js';
import type { CertificateOptions } from './operation/certificates/options.js';
import { type RequestListener, type SecureServerOptions, secureServerClass } from './server/server.js';

/**
 * Makes a server that speaks HTTP over TLS.
 * @param options - those of `tls.createServer` (`key`, `cert`, …) and of `http.createServer`
 * @param listener - added to the 'request' event
 * @see https://nodejs.org/api/https.html#httpscreateserveroptions-requestlistener
 */
export function createServer(
  options?: SecureServerOptions | RequestListener,
  listener?: RequestListener,
): https.Server {
  return new (secureServerClass())(options, listener);
}

/**
 * Looks after the certificates of a server; see `src/operation/certificates/managed.ts`. Loaded by who uses it: the engine
 * knows nothing of where certificates come from.
 */
async function manageCertificates(
  server: TlsServer,
  options: CertificateOptions,
): Promise<ManagedCertificates> {
  const certificates = await import('./operation/certificates/managed.js');
  return certificates.manageCertificates(server, options);
}

let premier: typeof https | undefined;

/** `node:https` as it is on this Node, with the server half replaced; made when it is first asked for. */
export function premierHttps(): typeof https {
  if (premier !== undefined) return premier;
  premier = Object.defineProperties({}, Object.getOwnPropertyDescriptors(https)) as typeof https;
  // The types of Node's class; what is more of it is in faces/https.d.cts.
  return Object.assign(premier, { createServer, manageCertificates, Server: secureServerClass() });
}
