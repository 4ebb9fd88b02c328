/**
 * Who asks this process to stop. In: SIGINT, SIGTERM, and in a worker its parent's word. Out: a promise that resolves at
 * the first. A second signal ends the process at once with code 1. A worker leaves signals of others to its parent: a
 * terminal and systemd signal both, and whoever signals a worker alone wants it replaced.
 */
import cluster, { type Worker } from 'node:cluster';
import { releaseStops } from './early-signals.js';
import { lifecycle } from './lifecycle.js';
import { onParentMessage, type StopTerms, tellParent } from './worker-messages.js';
import { isWorker } from './worker-role.js';

/**
 * Milliseconds in which a second signal may be the first one's echo: a terminal, npm and `timeout` signal the process and
 * its whole group. The process must also live that long, for an echo would kill it on its way out.
 */
export const echo = 200;

/** Milliseconds after which a program that stops in its own way, and says nothing of it, is taken to accept no more. */
const ownWay = 500;

export interface StopRequest {
  /** Who wants it: the user, by a signal, or the parent of a worker. */
  asker: 'user' | 'parent';
  /** How, where the parent says so. */
  terms?: StopTerms;
}

export interface SignalOptions {
  /** Leave the signal to the listeners that others have put on it. */
  unlessHandled?: boolean;
  /** Called at a second signal, before the process ends. */
  beforeExit?: () => void;
}

/** Resolves when the process is to stop. */
export function stopRequest(options: SignalOptions = {}): Promise<StopRequest> {
  return isWorker ? parentsWord(options) : userSignal(options);
}

function userSignal({ unlessHandled, beforeExit }: SignalOptions): Promise<StopRequest> {
  return new Promise((resolve) => {
    let first: number | undefined;
    onSignals((signal) => {
      const again = first !== undefined && performance.now() - first >= echo;
      first ??= performance.now();
      if (unlessHandled && process.listenerCount(signal) > 1) return;
      if (again) {
        beforeExit?.();
        process.exit(1);
      }
      resolve({ asker: 'user' });
    });
  });
}

function parentsWord({ unlessHandled }: SignalOptions): Promise<StopRequest> {
  return new Promise((resolve) => {
    let told: StopRequest | undefined;
    onSignals((signal) => {
      if (!told) void tellParent({ premier: 'signalled', signal });
      else if (!unlessHandled || process.listenerCount(signal) === 1) resolve(told);
      else setTimeout(() => void tellParent({ premier: 'acceptsNoMore' }), ownWay).unref();
    });
    const obey = (request: StopRequest) => {
      if (told) return;
      told = request;
      // A program that has a stop of its own hears of it as it would by itself.
      process.emit('SIGTERM', 'SIGTERM');
    };
    onParentMessage('stop', (terms) => obey({ asker: 'parent', terms }));
    // Without its parent it is nobody's worker: it finishes what it has, and makes room for those that come. Node would
    // end it at once.
    cluster.worker?.once('disconnect', function stay(this: Worker) {
      // Before it serves, it would wait for ever for what only its parent can give it, and hold what it has been given.
      if (lifecycle.stage === 'starting') process.exit(1);
      this.exitedAfterDisconnect = true;
      obey({ asker: 'parent' });
    });
  });
}

function onSignals(listener: (signal: NodeJS.Signals) => void): void {
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  releaseStops();
}
