// Stops servers when SIGINT or SIGTERM asks for it: new connections are refused, answers under way are finished, then
// the promise resolves. A second signal ends the process at once with code 1.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Messages } from './language.js';
import { isWorker, stopMessage } from './worker.js';

/**
 * Milliseconds in which a second signal may be the first one's echo: npm passes on what the terminal has already sent to
 * the whole group. The process must also live that long, for an echo would kill it on its way out.
 */
const echo = process.env.npm_lifecycle_event === undefined ? 0 : 200;

/** Milliseconds between two looks at which connections have become idle. */
const sweep = 50;

/** Milliseconds after which the user is told what is being waited for. */
const patience = 300;

/** A server as far as closing it goes. */
export type Closable = Pick<Server, 'on' | 'prependListener' | 'close' | 'getConnections'> &
  Partial<Pick<Server, 'closeIdleConnections'>>;

const connections = new WeakMap<Closable, Set<Socket>>();

/** Notes a server's connections, so that closing it can tell those on which nothing was ever asked. */
export function noteConnections<S extends Closable>(server: S): S {
  if (connections.has(server)) return server;
  const open = new Set<Socket>();
  connections.set(server, open);
  const event = 'setSecureContext' in server ? 'secureConnection' : 'connection';
  server.on(event, (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return server;
}

/** Browsers open connections ahead of need; to the server they look like a request that is just about to come. */
function closeSilentConnections(server: Closable): void {
  for (const socket of connections.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
}

export interface SignalOptions {
  /** Leave the signal to the listeners that others have put on it. */
  unlessHandled?: boolean;
}

/** Who asked for the stop: the user, who waits for it, or the parent of a worker that another one replaces. */
export type Asker = 'user' | 'parent';

/** Resolves at the first SIGINT or SIGTERM; the second one ends the process. */
export function firstSignal({ unlessHandled = false }: SignalOptions = {}): Promise<Asker> {
  return new Promise((resolve) => {
    let asker: Asker = 'user';
    let first: number | undefined;
    const receive = (signal: NodeJS.Signals) => {
      const again = first !== undefined && performance.now() - first >= echo;
      first ??= performance.now();
      if (unlessHandled && process.listenerCount(signal) > 1) return;
      if (again) process.exit(1);
      resolve(asker);
    };
    process.on('SIGINT', receive);
    process.on('SIGTERM', receive);
    if (!isWorker) return;
    process.on('message', (message) => {
      // A signal to the whole group may have come before.
      if (message !== stopMessage || first !== undefined) return;
      asker = 'parent';
      process.kill(process.pid, 'SIGTERM');
    });
  });
}

/** Closes servers once the answers under way are finished. */
export async function closeGracefully(
  servers: readonly Closable[],
  asker: Asker,
  say: Messages,
): Promise<void> {
  for (const server of servers) server.prependListener('request', sayGoodbye);
  const closed = Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  // A connection becomes idle when its answer is finished, and only then may be closed.
  const sweeping = setInterval(() => {
    for (const server of servers) {
      server.closeIdleConnections?.();
      closeSilentConnections(server);
    }
  }, sweep);
  const word = setTimeout(async () => {
    if (asker === 'parent') return;
    const counts = await Promise.all(servers.map(openConnections));
    console.error(say.stopping(counts.reduce((sum, count) => sum + count, 0)));
  }, patience);
  await Promise.all([closed, delay(echo)]);
  clearInterval(sweeping);
  clearTimeout(word);
}

/** Tells the client that the answer is the last one on its connection. */
function sayGoodbye(_req: IncomingMessage, res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('Connection', 'close');
}

const openConnections = (server: Closable): Promise<number> =>
  new Promise((resolve) => server.getConnections((_error, count) => resolve(count ?? 0)));
