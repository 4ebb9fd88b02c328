/**
 * Sockets that systemd has opened for this service (sd_listen_fds(3)): connections wait there while the service is started
 * again. In: the environment, once. Out: their descriptors and names. A worker gets the numbers that they have in its
 * parent, which listens for it.
 */

import { isWorker } from './worker-role.js';

/** The first descriptor after the standard ones. */
const first = 3;

/** The variable by which a parent tells its workers. */
const ours = 'PREMIER_LISTEN_FDS';

/** The name of a socket that is the admin listener's (`FileDescriptorName=`). */
const adminName = 'admin';

export interface InheritedSocket {
  fd: number;
  /** As the unit calls it; empty where nothing does. */
  name: string;
}

/** What systemd has opened, by who is to answer there. */
export interface InheritedSockets {
  /** Those that are served. */
  served: InheritedSocket[];
  admin: InheritedSocket | undefined;
}

/**
 * Reads what this process was given, and takes it out of the environment.
 * @param pid the process it has to be meant for: not a shell that started this one
 */
export function readInherited(environment: NodeJS.ProcessEnv, pid: number): InheritedSockets {
  const { LISTEN_FDS = '', LISTEN_PID, LISTEN_FDNAMES = '', [ours]: fromParent } = environment;
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES', ours]) delete environment[name];
  if (isWorker) return { served: JSON.parse(fromParent ?? '[]') as InheritedSocket[], admin: undefined };
  if (Number(LISTEN_PID) !== pid || !/^[1-9]\d?$/.test(LISTEN_FDS)) return { served: [], admin: undefined };
  const names = LISTEN_FDNAMES.split(':');
  const all = Array.from({ length: Number(LISTEN_FDS) }, (_, index): InheritedSocket => {
    return { fd: first + index, name: names[index] ?? '' };
  });
  const admin = all.find(({ name }) => name === adminName);
  return { served: all.filter((socket) => socket !== admin), admin };
}

/** What this process was given. */
export const inheritedSockets: InheritedSockets = readInherited(process.env, process.pid);

/** What a parent adds to the environment of its workers. */
export const socketsForWorkers = ({ served }: InheritedSockets): NodeJS.ProcessEnv =>
  served.length > 0 ? { [ours]: JSON.stringify(served) } : {};
