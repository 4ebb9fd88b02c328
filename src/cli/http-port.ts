// The port for plain http beside https: it sends everybody to https, and answers the authority's challenges. In: the hosts
// and the port of https. Out: servers that listen and where, nothing where none is asked for.
import type { Server } from 'node:http';
import { noteConnections } from '../operation/open-connections.js';
import { isFurtherWorker } from '../operation/worker-role.js';
import { type Addresses, addressesOf } from './addresses.js';
import type { CertificatesInUse } from './certificates.js';
import { retrying } from './command-line.js';
import type { Context } from './context.js';
import { listen } from './listen.js';
import { socketPath } from './options.js';
import { Trouble } from './trouble.js';

/**
 * Listens on --http-port, or on 80 where the names are public.
 * @throws {Trouble} the port was asked for and can't be had
 */
export async function listenForHttp(
  certificates: CertificatesInUse,
  secure: { hosts: readonly string[]; port: number },
  context: Context,
): Promise<{ servers: Server[]; found: Addresses } | undefined> {
  const { args, say, command } = context;
  const { 'http-port': asked, domain } = args.settings;
  if (asked === undefined && domain.length === 0) return undefined;
  const { createServer } = await import('../index.js');
  const retry = retrying(command, args.words, args.forProgram);
  const onNetwork = secure.hosts.filter((host) => socketPath(host) === undefined);
  const make = () => noteConnections(createServer(certificates.redirect));
  try {
    const others = [{ option: '--port', port: secure.port }];
    const where = { hosts: onNetwork, port: asked ?? 80, option: 'http-port', others } as const;
    const { servers, port = 0 } = await listen(make, where, retry, say);
    for (const server of servers) server.on('error', (error) => console.error(`premier: ${error.message}`));
    return {
      servers,
      found: addressesOf('http', {
        places: onNetwork.map((host) => ({ host, port })),
        domains: domain.flat(),
      }),
    };
  } catch (error) {
    if (asked !== undefined || !(error instanceof Trouble)) throw error;
    certificates.answersHttp(false);
    if (!isFurtherWorker) console.error(`premier: ${say.certificates.httpPortTaken(error.message)}`);
    return undefined;
  }
}
