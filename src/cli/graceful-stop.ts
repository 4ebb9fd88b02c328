// Stops servers when SIGINT or SIGTERM asks for it: new connections are refused, answers under way are finished, and
// what is left after a time is cut; then the promise resolves. A second signal ends the process at once with code 1.
import type { Server } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Messages } from './language.js';
import { isWorker, stopMessage } from './worker.js';

/**
 * Milliseconds in which a second signal may be the first one's echo: a terminal, npm and `timeout` signal the process and
 * its whole group. The process must also live that long, for an echo would kill it on its way out.
 */
const echo = 200;

/** Milliseconds after which the user is told what is being waited for; a server ends by then what is idle. */
const patience = 500;

/** Milliseconds from the cut until the process ends, whatever a server still waits for. */
const afterCut = 100;

/** A server as far as closing it goes. */
export type Closable = Pick<Server, 'on' | 'close'>;

/** What is open on a server. */
interface Open {
  sockets: Set<Socket>;
  /** Those of HTTP/2: its server lets them live after close(). */
  sessions: Set<Http2Session>;
}

const noted = new WeakMap<Closable, Open>();

/** Notes a server's connections, so that what never ends can be cut, whatever protocol it has been upgraded to. */
export function noteConnections<S extends Closable>(server: S): S {
  if (noted.has(server)) return server;
  const open: Open = { sockets: new Set(), sessions: new Set() };
  noted.set(server, open);
  server.on('connection', (socket: Socket) => keepWhileOpen(open.sockets, socket));
  server.on('session', (session: Http2Session) => keepWhileOpen(open.sessions, session));
  return server;
}

function keepWhileOpen<Item extends Socket | Http2Session>(open: Set<Item>, item: Item): void {
  open.add(item);
  item.once('close', () => open.delete(item));
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

export interface Stop {
  asker: Asker;
  /** Seconds after which what is left is cut. */
  stopAfter: number;
}

/** Closes servers once the answers under way are finished, or cuts them when they take too long. */
export async function closeGracefully(
  servers: readonly Closable[],
  { asker, stopAfter }: Stop,
  say: Messages,
): Promise<void> {
  const closed = Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  for (const server of servers) for (const session of noted.get(server)?.sessions ?? []) session.close();
  const word = setTimeout(() => {
    const { length } = openSockets(servers);
    if (asker === 'user' && length > 0) console.error(say.stopping(length));
  }, patience);
  const tooLong = new AbortController();
  const cut = delay(stopAfter * 1000, undefined, tooLong).then(() => {
    clearTimeout(word);
    const left = openSockets(servers);
    if (left.length > 0) console.error(say.cut(left.length, stopAfter));
    for (const socket of left) socket.destroy();
    return delay(afterCut);
  });
  cut.catch(() => {});
  await Promise.all([Promise.race([closed, cut]), delay(echo)]);
  clearTimeout(word);
  tooLong.abort();
}

/** Each once: a server may have them from another, which listens on a further address for it. */
const openSockets = (servers: readonly Closable[]): Socket[] => [
  ...new Set(servers.flatMap((server) => [...(noted.get(server)?.sockets ?? [])])),
];
