// A handler becomes a server that listens, says so, logs and stops. In: a handler and the settings. Out: a promise that
// resolves once the server has stopped in good order.
import { readFileSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { addresses, isPublic } from './addresses.js';
import type { Arguments } from './arguments.js';
import { closeGracefully, firstSignal, noteConnections } from './graceful-stop.js';
import type { Messages } from './language.js';
import { listen } from './listen.js';
import { announce } from './start-lines.js';
import { codeOf, Trouble, UsageError } from './trouble.js';

/** What every part of the command may need to know. */
export interface Context {
  args: Arguments;
  say: Messages;
  /** How the user started us, for the way out in an error: `premier` or `npm start --`. */
  command: string;
}

/** Something that answers requests, and may have an end to tell. */
export interface Site {
  handler: RequestListener;
  /** Requests that need no password. */
  exempt?: (req: Parameters<RequestListener>[0]) => boolean;
  /** Ends what would keep a server from closing. */
  close?: () => void;
}

/** Serves until a signal comes, then stops in good order. */
export async function serve(site: Site, context: Context): Promise<void> {
  const { args, say, command } = context;
  const { settings } = args;
  const makeServer = await serverMaker(await guarded(site, context), context);
  const { logRefusals } = await import('./access-log.js');
  const makeNoted = () => logRefusals(noteConnections(makeServer()));
  const stopAsked = firstSignal();
  const { servers, port } = await listen(makeNoted, settings, command, say);
  for (const server of servers) server.on('error', (error) => console.error(`premier: ${error.message}`));

  const scheme = settings['tls-cert'] ? 'https' : 'http';
  const found = addresses(scheme, settings.host, port);
  announce(found, context);
  if (settings.auth && scheme === 'http' && isPublic(settings.host)) console.error(say.passwordInClear);
  if (settings.open) await openBrowser(found.here ?? (found.network[0] as string), say);

  const asker = await stopAsked;
  site.close?.();
  await closeGracefully(servers, asker, say);
}

async function guarded({ handler, exempt }: Site, { args }: Context): Promise<RequestListener> {
  const { auth } = args.settings;
  if (!auth) return handler;
  const { withBasicAuth } = await import('./basic-auth.js');
  return withBasicAuth(handler, auth, exempt ?? (() => false));
}

/** How to make a server for the handler: http, or https with the certificate given. */
async function serverMaker(handler: RequestListener, { args, say }: Context): Promise<() => Server> {
  const { 'tls-cert': certFile, 'tls-key': keyFile } = args.settings;
  if (certFile === undefined && keyFile === undefined) {
    const { createServer } = await import('../index.js');
    return () => createServer(handler);
  }
  if (certFile === undefined || keyFile === undefined) throw new UsageError(say.tlsNeedsBoth);
  const pair = { cert: read(certFile, say), key: read(keyFile, say) };
  const { createSecureContext } = await import('node:tls');
  const { createServer } = await import('../https.js');
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new Trouble(say.badTls((error as Error).message));
  }
  return () => createServer(pair, handler);
}

function read(file: string, say: Messages): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Trouble(say.unreadable(file, codeOf(error)));
  }
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

async function openBrowser(address: string, say: Messages): Promise<void> {
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
