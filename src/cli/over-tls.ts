// Servers of plain HTTP that a program has made, over TLS all the same, HTTP/2 included. In: certificates, and servers before
// they listen. Out: whether each of them speaks https from now on.
import type { RequestListener } from 'node:http';
import type { Server as NetServer } from 'node:net';
import type { CertificatesInUse } from './certificates.js';
import type { Context } from './context.js';

/** Whether a server speaks https from now on, or did so already by this. */
export type Securing = (server: NetServer) => boolean;

/** Loads what it takes; the rest is done at once, as listen() is. */
export async function securing(certificates: CertificatesInUse, context: Context): Promise<Securing> {
  const [{ createServer }, { answerPlainHttp, putBehindTls }, { cipherSuites }] = await Promise.all([
    import('node:tls'),
    import('../observe.js'),
    import('./cipher-suites.js'),
  ]);
  const strict = context.args.settings.hsts === undefined ? undefined : await strictly(() => {}, context);
  const secured = new WeakSet<NetServer>();
  return (server) => {
    if (secured.has(server)) return true;
    const ALPNCallback = ({ protocols }: { protocols: string[] }) =>
      offeredBy(server).find((protocol) => protocols.includes(protocol));
    const door = createServer({ ALPNCallback, ciphers: cipherSuites() });
    if (!putBehindTls(server, door)) return false;
    door.prependListener('tlsClientError', answerPlainHttp);
    certificates.add(door, server);
    if (strict) server.prependListener('request', strict);
    secured.add(server);
    return true;
  };
}

/** A proxy whose CONNECT leads to other hosts has no other way than HTTP/1.1. */
function offeredBy(server: NetServer): string[] {
  return server.listenerCount('connect') > 0 ? ['http/1.1'] : ['h2', 'http/1.1'];
}

/** Puts Strict-Transport-Security before a handler, where --hsts asks for it. */
export async function strictly(handler: RequestListener, { args }: Context): Promise<RequestListener> {
  const { hsts } = args.settings;
  if (hsts === undefined) return handler;
  const { withStrictTransport } = await import('../operation/certificates/strict-transport.js');
  return withStrictTransport(handler, hsts);
}
