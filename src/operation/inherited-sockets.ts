/**
 * Sockets that systemd has opened for this service (sd_listen_fds(3)): connections wait there while the service is started
 * again. In: the environment, once. Out: their descriptors. A worker gets the numbers that they have in its parent, which
 * listens for it.
 */

import { isWorker } from './worker-role.js';

/** The first descriptor after the standard ones. */
const first = 3;

/** The variable by which a parent tells its workers. */
const ours = 'PREMIER_LISTEN_FDS';

/** Descriptors of sockets that this process was given, none where there are none. Takes them out of the environment. */
export function inheritedSockets(environment: NodeJS.ProcessEnv = process.env, pid = process.pid): number[] {
  const { LISTEN_FDS, LISTEN_PID, [ours]: fromParent } = environment;
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES', ours]) delete environment[name];
  // What was meant for another process, a shell that started this one, is not ours.
  const count = isWorker ? fromParent : Number(LISTEN_PID) === pid ? LISTEN_FDS : undefined;
  if (!/^[1-9]\d?$/.test(count ?? '')) return [];
  return Array.from({ length: Number(count) }, (_, index) => first + index);
}

/** What a parent adds to the environment of its workers. */
export const socketsForWorkers = (descriptors: readonly number[]): NodeJS.ProcessEnv =>
  descriptors.length > 0 ? { [ours]: String(descriptors.length) } : {};
