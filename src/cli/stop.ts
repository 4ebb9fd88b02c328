// Stops the servers of this process in good order, and says so. In: servers and who asked. Out: a promise that resolves
// once they have stopped. A worker tells its parent instead of the user.
import { setTimeout as delay } from 'node:timers/promises';
import { drain, usualDrainDelay } from '../operation/drain.js';
import { closeAsLameDuck } from '../operation/lame-duck.js';
import { lifecycle } from '../operation/lifecycle.js';
import type { Closable } from '../operation/open-connections.js';
import { echo, type StopRequest } from '../operation/stop-request.js';
import { leaveParent } from '../operation/worker-farewell.js';
import { tellParent } from '../operation/worker-messages.js';
import type { Arguments } from './arguments.js';
import type { Messages } from './language.js';
import { lastReport } from './reports.js';

/** Milliseconds that idle connections are left when all stops: at a terminal somebody waits for the end. */
export function stopGrace(): number | undefined {
  return process.stdin.isTTY || process.stdout.isTTY ? undefined : 1000;
}

/** What is told, and how long it may take. */
interface Telling {
  args: Arguments;
  say: Messages;
}

/** Stops servers as was asked: by the user, or by the parent of this worker. */
export function stopServers(
  servers: readonly Closable[],
  request: StopRequest,
  telling: Telling,
): Promise<void> {
  return request.asker === 'user' ? stopForUser(servers, telling) : stopForParent(servers, request, telling);
}

async function stopForUser(servers: readonly Closable[], { args, say }: Telling): Promise<void> {
  const stopAfter = args.settings['stop-after'];
  const onWait = (connections: number) => console.error(say.stopping(connections));
  lifecycle.advance('draining');
  await drain(args.settings['drain-delay'] ?? usualDrainDelay());
  lifecycle.advance('stopping');
  const [cut] = await Promise.all([
    closeAsLameDuck(servers, { stopAfter, grace: stopGrace(), last: true, onWait }),
    delay(echo),
  ]);
  if (cut > 0) console.error(say.cut(cut, stopAfter));
}

async function stopForParent(
  servers: readonly Closable[],
  { terms }: StopRequest,
  { args }: Telling,
): Promise<void> {
  const onWait = (connections: number) => void tellParent({ premier: 'finishing', connections });
  const cut = await closeAsLameDuck(servers, {
    stopAfter: args.settings['stop-after'],
    last: false,
    ...terms,
    onClosing: () => void tellParent({ premier: 'acceptsNoMore' }),
    onWait,
  });
  await leaveParent(cut, lastReport());
}
