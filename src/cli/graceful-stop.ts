// Stops servers when SIGINT or SIGTERM asks for it: new connections are refused, answers under way are finished, then
// the promise resolves. A second signal ends the process at once with code 1.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Messages } from './language.js';

/**
 * Milliseconds in which a second signal may be the first one's echo: npm passes on what the terminal has already sent to
 * the whole group. The process must also live that long, for an echo would kill it on its way out.
 */
const echo = process.env.npm_lifecycle_event === undefined ? 0 : 200;

/** Milliseconds between two looks at which connections have become idle. */
const sweep = 50;

/** Milliseconds after which the user is told what is being waited for. */
const patience = 300;

/** Resolves at the first SIGINT or SIGTERM; the second one ends the process. */
export function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const receive = () => {
      if (first === undefined) {
        first = performance.now();
        resolve();
      } else if (performance.now() - first >= echo) process.exit(1);
    };
    process.on('SIGINT', receive);
    process.on('SIGTERM', receive);
  });
}

/** Closes servers once the answers under way are finished. */
export async function closeGracefully(servers: readonly Server[], say: Messages): Promise<void> {
  const lastAnswer = (_req: IncomingMessage, res: ServerResponse) => {
    if (!res.headersSent) res.setHeader('Connection', 'close');
  };
  for (const server of servers) server.prependListener('request', lastAnswer);
  const closed = Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  // A connection becomes idle when its answer is finished, and only then may be closed.
  const sweeping = setInterval(() => {
    for (const server of servers) server.closeIdleConnections();
  }, sweep);
  const word = setTimeout(async () => {
    const counts = await Promise.all(servers.map(openConnections));
    console.error(say.stopping(counts.reduce((sum, count) => sum + count, 0)));
  }, patience);
  await Promise.all([closed, delay(echo)]);
  clearInterval(sweeping);
  clearTimeout(word);
}

const openConnections = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((_error, count) => resolve(count ?? 0)));
