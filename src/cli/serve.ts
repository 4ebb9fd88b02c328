// A handler becomes a server that listens, says so, logs and stops. In: a handler, or a server, and the settings. Out: a
// promise that resolves once the server has stopped in good order.
import type { RequestListener, Server } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { inheritedSockets } from '../operation/inherited-sockets.js';
import { lifecycle } from '../operation/lifecycle.js';
import { noteConnections } from '../operation/open-connections.js';
import { serveWith } from '../operation/served-servers.js';
import { stopRequest } from '../operation/stop-request.js';
import { tellParent } from '../operation/worker-messages.js';
import { isFurtherWorker } from '../operation/worker-role.js';
import { type Addresses, addressesOf, isPublic } from './addresses.js';
import { type CertificatesInUse, hintAtTrust } from './certificates.js';
import { retrying } from './command-line.js';
import type { Context } from './context.js';
import { listenForHttp } from './http-port.js';
import type { Messages } from './language.js';
import { distinctHosts, listen, listenOnInherited, type Place } from './listen.js';
import type { Settings } from './options.js';
import { strictly } from './over-tls.js';
import { announce, announceFurther, linesPrinted } from './start-lines.js';
import { stopServers } from './stop.js';

/** Something that answers requests, and may have an end to tell. */
export interface Site {
  handler: RequestListener;
  /** Requests that need no password. */
  exempt?: (req: Parameters<RequestListener>[0]) => boolean;
  /** Adds what goes with every answer to one that the command gives by itself. */
  addFields?: RequestListener;
  /** Ends what would keep a server from closing. */
  close?: () => void;
}

/** How to make one server for each address, and what they speak. */
export interface Servers {
  make: () => NetServer;
  scheme: 'http' | 'https';
  /** Looks after those of https. */
  certificates?: CertificatesInUse | undefined;
}

/**
 * Serves a site until a signal comes, then stops in good order.
 * @param certificates those that the options ask for; nothing for plain http
 */
export async function serve(
  site: Site,
  context: Context,
  certificates: CertificatesInUse | undefined,
): Promise<void> {
  const servers = await serversFor(await guarded(site, context), context, certificates);
  await serveOn(servers, context, site.close);
}

/**
 * Listens, says so, and closes in good order when a signal comes.
 * @param onStop called when the stop is asked for, before the servers close
 */
export async function serveOn(
  { make, scheme, certificates }: Servers,
  context: Context,
  onStop?: () => void,
): Promise<void> {
  const { args, say } = context;
  const { settings } = args;
  const made: Server[] = [];
  const makeNoted = () => {
    const server = noteConnections(make() as Server);
    made.push(server);
    return server;
  };
  const stopAsked = stopRequest();
  const listening =
    inheritedSockets.served.length > 0
      ? listenOnInherited(makeNoted, inheritedSockets.served, say)
      : listenAsTold(makeNoted, context);
  const found = await Promise.race([listening, stopAsked]);
  if ('asker' in found) {
    // Those that listen already may have been asked something, whatever becomes of the others.
    listening.catch(() => {});
    return stopServers(made, found, context);
  }
  const { servers, places } = found;
  const hosts = places.map(({ host }) => host);
  const port = places.find((place) => place.port !== undefined)?.port ?? 0;
  for (const server of servers) server.on('error', (error) => console.error(`premier: ${error.message}`));

  const plain = await (certificates && listenForHttp(certificates, { hosts, port }, context))?.catch(
    (error) => {
      // The command ends with its servers.
      for (const server of servers) server.close();
      certificates?.close();
      throw error;
    },
  );
  const addresses = addressesOf(scheme, { places, domains: settings.domain.flat() });
  announce(addresses, context);
  if (plain) {
    servers.push(...plain.servers);
    announceFurther(plain.found, context);
  }
  if (certificates) {
    hintAtTrust(certificates, context);
    certificates.listening();
  }
  if (!isFurtherWorker) {
    if (settings.auth && scheme === 'http' && hosts.some(isPublic)) console.error(say.passwordInClear);
    if (settings.open) void linesPrinted().then(() => openBrowser(addresses, say));
  }
  serveWith(servers);
  lifecycle.advance('ready');
  await tellParent({ premier: 'ready' });

  const request = await stopAsked;
  onStop?.();
  certificates?.close();
  await stopServers(servers, request, context);
}

/** On what else the command listens before its servers do. */
const portsBeside = ({ inspect }: Settings) => [{ option: '--inspect', port: inspect?.port }];

/** Listens where the options say. */
async function listenAsTold(make: () => Server, { args, say, command }: Context) {
  const { host, port: wanted, 'socket-mode': mode } = args.settings;
  const where = { hosts: distinctHosts(host), port: wanted, mode, others: portsBeside(args.settings) };
  const { servers, hosts, port } = await listen(
    make,
    where,
    retrying(command, args.words, args.forProgram),
    say,
  );
  return { servers, places: hosts.map((at): Place => ({ host: at, port })) };
}

async function guarded({ handler, exempt, addFields }: Site, { args }: Context): Promise<RequestListener> {
  const { auth } = args.settings;
  if (!auth) return handler;
  const { withBasicAuth } = await import('./basic-auth.js');
  return withBasicAuth(handler, auth, exempt ?? (() => false), addFields);
}

/** Servers for a handler: http, or https where the options ask for it. */
async function serversFor(
  handler: RequestListener,
  context: Context,
  certificates: CertificatesInUse | undefined,
): Promise<Servers> {
  if (certificates) {
    const { createServer } = await import('../https.js');
    const { answerPlainHttp } = await import('../observe.js');
    const { cipherSuites } = await import('./cipher-suites.js');
    const answering = await strictly(certificates.answering(handler), context);
    const make = () => {
      const server = createServer({ http2: true, ciphers: cipherSuites() }, answering);
      // Beside programs, servers refuse as those of node:https do; this one is the command's.
      server.prependListener('tlsClientError', answerPlainHttp);
      certificates.add(server);
      return server;
    };
    return { make, scheme: 'https', certificates };
  }
  const { createServer } = await import('../index.js');
  return { make: () => createServer(handler), scheme: 'http' };
}

/** Logs the answers of every server in this process, in the form asked for. */
export async function startLog({ args, say }: Context): Promise<void> {
  const { log, quiet, reload } = args.settings;
  const form = log ?? (quiet ? 'off' : 'text');
  if (form === 'off') return;
  const { logAnswers } = await import('./access-log.js');
  // A page that refreshes itself asks for these each time; nobody else does.
  logAnswers(form, say, reload ? '/.premier/' : undefined);
}

async function openBrowser({ here, network }: Addresses, say: Messages): Promise<void> {
  const address = here[0] ?? network[0];
  // A browser opens no socket of the file system.
  if (address === undefined) return;
  try {
    const { default: open } = await import('open');
    const browser = await open(address);
    browser.once('exit', (code) => {
      if (code) console.error(say.cannotOpen(address));
    });
  } catch {
    console.error(say.cannotOpen(address));
  }
}
