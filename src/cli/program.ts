// `premier PROGRAM`: runs a program on the engine, as the main one of its process. What it exports is served as a folder
// would be; a program that calls listen() itself is left alone, but for https where the options ask for it, the first lines, the
// log, and a graceful stop where it has none of its own.
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import Module from 'node:module';
import { pathToFileURL } from 'node:url';
import { leaveProcess } from '../operation/leave-process.js';
import type { Closable } from '../operation/open-connections.js';
import { type StopRequest, stopRequest } from '../operation/stop-request.js';
import {
  aboutListening,
  type CertificatesInUse,
  certificatesFor,
  hintAtTrust,
  httpsOnly,
} from './certificates.js';
import type { Context } from './context.js';
import { type Exported, exportedBy } from './exported.js';
import type { Messages } from './language.js';
import type { OptionName } from './options.js';
import { securing } from './over-tls.js';
import type { ProgramFailures } from './program-failures.js';
import { listeningServers } from './program-servers.js';
import { type Servers, serve, serveOn } from './serve.js';
import { stopServers } from './stop.js';
import type { Target } from './target.js';
import { ProgramFailure, Trouble, UsageError } from './trouble.js';

/** What can't be done for a program that makes its own server and lets it listen. */
const forListening: OptionName[] = ['auth', ...aboutListening, 'host', 'open'];

/** What can't be done for a server over TLS that a program has made. */
const forSecure: OptionName[] = [...httpsOnly];

/** Milliseconds after which it is told that the program has neither listened nor ended. */
const patience = 5000;

/** Runs a program until a signal comes or it ends by itself. */
export async function runProgram(context: Context): Promise<void> {
  const { args, say, target } = context;
  if (target.path.endsWith('ts') && !process.features.typescript) {
    throw new Trouble(say.noTypeScript(target.shown, process.version));
  }
  await import('../register.js');
  // As if the program had been started by itself, on the port asked for; so are the processes that it forks.
  process.execArgv.push('--import', new URL('../register.js', import.meta.url).href);
  process.argv.splice(1, Number.POSITIVE_INFINITY, target.path, ...args.forProgram);
  if (args.given.has('port')) process.env.PORT = String(args.settings.port);

  const certificates = await certificatesFor(context);
  const servers = await listening(certificates, context);
  const exported = await load(target, say);
  const serves = exported.handler ?? exported.server;
  if (serves && servers.noted.size === 0) {
    servers.forget();
    await serveExported(exported, certificates, context);
  } else {
    await waitFor(servers.noted, context, () => certificates?.close());
  }
  await leaveProcess();
}

/** Looks after the servers that the program lets listen by itself. */
async function listening(certificates: CertificatesInUse | undefined, context: Context) {
  const secure = certificates && (await securing(certificates, context));
  return listeningServers(context, {
    onFirst: () => {
      const { listensWithoutTls, listensItself } = context.say;
      const isPublic = aboutListening.some((name) => context.args.given.has(name));
      const error = inVain(forListening, context, isPublic ? listensWithoutTls : listensItself);
      if (error) endWith(error, context);
    },
    secures: (server) => {
      if (!secure || secure(server)) return secure !== undefined;
      // What speaks neither HTTP nor TLS is none of these options' affair.
      if (!('setSecureContext' in server || 'updateSettings' in server)) return false;
      const error = inVain(forSecure, context, context.say.listensOverTls);
      if (error) endWith(error, context);
      return false;
    },
    onAnnounced: () => {
      if (certificates) hintAtTrust(certificates, context);
    },
  });
}

/** Runs the program and returns what it exports. */
async function load({ path, shown }: Target, say: Messages): Promise<Exported> {
  // Node goes on to show where in the code it happened, which a syntax error by itself does not tell.
  const explain = () => console.error(`premier: ${say.programFailed(shown)}`);
  process.once('uncaughtExceptionMonitor', explain);
  const { runMain } = Module as unknown as { runMain?: (path: string) => void };
  // As node itself runs its argument: `require.main === module`, and `import.meta.main`.
  runMain?.(path);
  const exported = await exportedBy(await import(pathToFileURL(realpathSync(path)).href));
  process.off('uncaughtExceptionMonitor', explain);
  return exported;
}

async function serveExported(
  { server, handler }: Exported,
  certificates: CertificatesInUse | undefined,
  context: Context,
): Promise<void> {
  const { args, say } = context;
  const { ProgramFailures: Failures } = await import('./program-failures.js');
  const failures = new Failures(say, args.settings.log === 'json');
  if (server && !(certificates && handler))
    await serveOn(await serversOf(server, failures, certificates, context), context);
  else if (handler) await serve({ handler: failures.answering(handler) }, context, certificates);
}

/** The very server that the program exports. */
async function serversOf(
  server: NonNullable<Exported['server']>,
  failures: ProgramFailures,
  certificates: CertificatesInUse | undefined,
  context: Context,
): Promise<Servers> {
  const secure = certificates && (await securing(certificates, context));
  const isSecured = secure?.(server) ?? false;
  // A stream of HTTP/2 needs no request event, so that no password could be asked for.
  const unfit: OptionName[] =
    'updateSettings' in server ? [...forSecure, 'auth'] : isSecured ? [] : forSecure;
  const error = inVain(unfit, context, context.say.exportsServer);
  if (error) throw error;
  const { doorsTo, guardServer } = await import('./exported-server.js');
  const guarded = guardServer(server, failures, context.args.settings.auth);
  const scheme = isSecured || 'setSecureContext' in server ? 'https' : 'http';
  return { make: doorsTo(guarded), scheme, ...(isSecured && { certificates }) };
}

/** Waits for a signal, or for the end of a program that listens by itself. */
async function waitFor(noted: ReadonlySet<Closable>, context: Context, onStop: () => void): Promise<void> {
  const { target, say } = context;
  const notice = setTimeout(() => {
    if (noted.size === 0) console.error(`premier: ${say.notListeningYet(target.shown, patience / 1000)}`);
  }, patience).unref();
  const request = await stopAsked();
  clearTimeout(notice);
  if (!request && noted.size === 0) throw new ProgramFailure(say.programDoesNothing(target.shown));
  onStop();
  if (!request) return;
  await stopServers([...noted], request, context);
}

/** What to say when an option was given that would silently do nothing: a password that isn't asked for, say. */
function inVain(
  names: readonly OptionName[],
  { args, target }: Context,
  complaint: (path: string, options: string) => string,
): UsageError | undefined {
  const vain = names.filter((name) => args.given.has(name)).map((name) => `--${name}`);
  return vain.length === 0 ? undefined : new UsageError(complaint(target.shown, vain.join(', ')));
}

function endWith(error: UsageError, { say, command }: Context): never {
  console.error(`premier: ${error.message} ${say.seeHelp(command)}`);
  process.exit(error.exitCode);
}

/** Who asked the program to stop; nobody, when it ended by itself. */
function stopAsked(): Promise<StopRequest | undefined> {
  return Promise.race([
    stopRequest({ unlessHandled: true }),
    once(process, 'beforeExit').then(() => undefined),
  ]);
}
