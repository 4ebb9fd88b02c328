/**
 * What passes between the parent of a pool and its workers: every message and its type, in this one file.
 *
 * In: a message by its type. Out: the same at the other end of the channel. It must never take a program's own messages
 * for ours, nor let the program hear ours: those are marked.
 */
import type { Worker } from 'node:cluster';
import { marked, onMarkedMessage } from '../node/private-messages.js';
import type { ServedState } from './certificates/served-state.js';
import type { WorkerLimits } from './worker-limits.js';
import type { WorkerReport } from './worker-report.js';
import { isWorker } from './worker-role.js';

/** How a worker is to stop. */
export interface StopTerms {
  /** Seconds after which what is left is cut. */
  stopAfter: number;
  /** Milliseconds that idle connections are left. */
  grace?: number | undefined;
  /** Nobody else goes on accepting connections at some address of its. */
  last: boolean;
  /** Of workers that stop together it is the last that accepts. */
  alone?: boolean;
}

/** What a parent tells its workers, by type. */
export interface ParentMessages {
  /** Be a lame duck: finish what is under way, say `closed`, wait for `bye`. Deadline in seconds, grace in ms. */
  stop: StopTerms;
  /** Nothing is on the way to this worker any more: it may end. */
  bye: object;
  /** Its program has said what was waited for, and it listens. */
  countsAsReady: object;
  /** Serve these certificates, and answer these questions of an authority; say that it is done, with the number. */
  certificates: { number: number; state: ServedState };
}

/** What a worker tells its parent, by type. */
export interface WorkerMessages {
  /** It listens everywhere it will, and serves. */
  ready: object;
  /** Its program has closed all its servers, so that it listens nowhere any more. */
  listensNoMore: object;
  /** It ends for a reason that no change of the program can mend: a port in use, a wrong option. */
  trouble: object;
  /** Somebody else than the parent told it to end. */
  signalled: { signal: NodeJS.Signals };
  /** It has reached one of its limits and should be replaced. */
  worn: { reason: string; limit: keyof WorkerLimits };
  /** It takes so many bytes before it has served anybody: more than it may. */
  alwaysFull: { memory: number };
  /** It stops, and waits for so many connections. */
  finishing: { connections: number };
  /** It stops, and accepts no more connections, as far as it knows; others may. */
  acceptsNoMore: object;
  /** It serves nobody any more; so many connections were cut. */
  closed: { cut: number };
  /** How it does: each second, and before it says `closed`. */
  report: WorkerReport;
  /** It needs certificates to serve. */
  wantsCertificates: object;
  /** Those with this number are in place. */
  hasCertificates: { number: number };
  /** Nothing listens for plain HTTP, so an authority can't ask there. */
  answersNoHttp: object;
}

export type ParentMessage = Tagged<ParentMessages>;
export type WorkerMessage = Tagged<WorkerMessages>;

/** The messages of a table, each with its type under the key `premier`. */
type Tagged<Messages> = {
  [Type in keyof Messages]: { premier: Type } & Messages[Type];
}[keyof Messages];

/** Tells the parent, if it is still there. Resolves once the message is on its way. */
export function tellParent(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) resolve();
    else process.send(marked(message), undefined, undefined, () => resolve());
  });
}

type OfParent = (message: ParentMessage) => void;

const listeners = new Map<string, Set<OfParent>>();

/** The last of each type that came before anybody asked for it: a worker is told to stop in whatever it is at. */
const unheard = new Map<string, ParentMessage>();

let hears = false;

function hear(): void {
  if (hears) return;
  hears = true;
  onMarkedMessage(process, (message) => {
    const { premier: type } = message as ParentMessage;
    const all = listeners.get(type);
    if (all === undefined) unheard.set(type, message as ParentMessage);
    else for (const listener of all) listener(message as ParentMessage);
  });
}

if (isWorker) hear();

/** Calls back for each message of a type from the parent. */
export function onParentMessage<Type extends keyof ParentMessages>(
  type: Type,
  listener: (message: ParentMessages[Type]) => void,
): void {
  hear();
  const all = listeners.get(type) ?? new Set();
  listeners.set(type, all.add(listener as OfParent));
  const earlier = unheard.get(type);
  unheard.delete(type);
  if (earlier) process.nextTick(listener as OfParent, earlier);
}

/** Tells a worker; one that is on its way out hears nothing. */
export function tellWorker(worker: Worker, message: ParentMessage): void {
  if (worker.isConnected()) worker.send(marked(message), () => {});
}

/** Calls back for each message of a worker. */
export function onWorkerMessage({ process }: Worker, listener: (message: WorkerMessage) => void): void {
  onMarkedMessage(process, (message) => listener(message as WorkerMessage));
}
