// `premier PROGRAM`: runs a program on the engine. What it exports is served as a folder would be; a program that calls
// listen() itself is left alone, but for the log and a graceful stop where it has none of its own.
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { Server } from 'node:net';
import { pathToFileURL } from 'node:url';
import { handlerOf } from './exported-handler.js';
import { type Asker, type Closable, closeGracefully, firstSignal, noteConnections } from './graceful-stop.js';
import type { Messages } from './language.js';
import type { OptionName } from './options.js';
import { type Context, serve } from './serve.js';
import type { Target } from './target.js';
import { ProgramFailure, Trouble, UsageError } from './trouble.js';

/** What can't be done for a program that makes its own server. */
const beyondReach: OptionName[] = ['auth', 'tls-cert', 'tls-key', 'host', 'open'];

/** Runs a program until a signal comes or it ends by itself. */
export async function runProgram(target: Target, context: Context): Promise<void> {
  const { args, say } = context;
  if (target.path.endsWith('ts') && !process.features.typescript) {
    throw new Trouble(say.noTypeScript(target.shown, process.version));
  }
  await import('../register.js');
  // As if the program had been started by itself, on the port asked for.
  process.argv.splice(1, Number.POSITIVE_INFINITY, target.path);
  if (args.given.has('port')) process.env.PORT = String(args.settings.port);

  const servers = listeningServers(() => refuseOptions(target, context));
  const handler = await load(target, say);
  if (handler && servers.noted.size === 0) {
    servers.forget();
    await serve({ handler: answering(handler, say) }, context);
  } else {
    const asker = await stopAsked();
    if (!asker && servers.noted.size === 0) throw new ProgramFailure(say.programDoesNothing(target.shown));
    if (!asker) return;
    await closeGracefully([...servers.noted], asker, say);
  }
  await leave();
}

/** The listener that the program exports, if it exports one. */
async function load({ path, shown }: Target, say: Messages): Promise<RequestListener | undefined> {
  try {
    return await handlerOf(await import(pathToFileURL(path).href));
  } catch (error) {
    console.error(`premier: ${say.programFailed(shown)}`);
    // Left uncaught: Node shows where in the code it happened, which a syntax error by itself does not tell.
    throw error;
  }
}

/** Notes which servers begin to listen. `onFirst` is called before the first one does. */
function listeningServers(onFirst: () => void): { noted: ReadonlySet<Closable>; forget(): void } {
  const noted = new Set<Server & Closable>();
  const { listen } = Server.prototype;
  Server.prototype.listen = function noting(this: Server, ...args: Parameters<typeof listen>) {
    if (noted.size === 0) onFirst();
    noted.add(this as Server & Closable);
    noteConnections(this as Server & Closable);
    return listen.apply(this, args);
  } as typeof listen;
  return {
    noted,
    forget: () => {
      Server.prototype.listen = listen;
    },
  };
}

/** Ends the command when an option was given that would silently do nothing: a password that isn't asked for, say. */
function refuseOptions({ shown }: Target, { args, say, command }: Context): void {
  const vain = beyondReach.filter((name) => args.given.has(name));
  if (vain.length === 0) return;
  const error = new UsageError(say.listensItself(shown, vain.map((name) => `--${name}`).join(', ')));
  console.error(`premier: ${error.message} ${say.seeHelp(command)}`);
  process.exit(error.exitCode);
}

/** Who asked the program to stop; nobody, when it ended by itself. */
function stopAsked(): Promise<Asker | undefined> {
  return Promise.race([
    firstSignal({ unlessHandled: true }),
    once(process, 'beforeExit').then(() => undefined),
  ]);
}

/** A failing handler costs its own request an answer, not everybody the server. */
function answering(handler: RequestListener, say: Messages): RequestListener {
  return async (req, res) => {
    try {
      await handler(req, res);
    } catch (error) {
      // A client that left is no failure of the program.
      if (res.destroyed) return;
      console.error(say.handlerFailed, error);
      if (res.headersSent) res.destroy();
      else res.writeHead(500, { 'Content-Type': 'text/plain' }).end('500 Internal Server Error\n');
    }
  };
}

/** Ends the process, whatever else the program keeps open, once what was printed is out. */
async function leave(): Promise<void> {
  const patience = setTimeout(() => process.exit(), 1000);
  // The log writes its lines at the end of a turn of the event loop.
  await new Promise(setImmediate);
  await new Promise<void>((done) => process.stdout.write('', () => done()));
  clearTimeout(patience);
  process.exit();
}
