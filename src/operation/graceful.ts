/**
 * `graceful(server)`: a program's servers stop without losing a request. In: servers, and how long things may take. Out:
 * the stage, for a readiness check of the program's own, and a promise of the end.
 */
import cluster from 'node:cluster';
import { inspect } from 'node:util';
import { LONGEST_WAIT } from '../node/timers.js';
import { drain, usualDrainDelay } from './drain.js';
import { closeAsLameDuck } from './lame-duck.js';
import { leaveProcess } from './leave-process.js';
import { Lifecycle } from './lifecycle.js';
import { type Closable, noteConnections } from './open-connections.js';
import type { Stage } from './stage.js';
import { stopRequest } from './stop-request.js';
import { onParentMessage, tellParent } from './worker-messages.js';

export type { Stage } from './stage.js';

/** How servers stop. */
export interface GracefulOptions {
  /**
   * Seconds for which everybody is still served after the request to stop, so that a balancer notices. Default 0, and 5
   * on Kubernetes (where `KUBERNETES_SERVICE_HOST` is set).
   */
  drainDelay?: number;
  /** Seconds from then on after which what is left is cut. Default 30. */
  stopAfter?: number;
  /**
   * Milliseconds without a request for which idle connections are left, since their clients were told that they go on.
   * Default 1000; servers of premier keep a longer `closingGrace`.
   */
  grace?: number;
  /**
   * Called when a stop is asked for, before the drain: the time to tell a registry. What it throws, and what `onStopped`
   * does, rejects `stop()` once the servers have stopped; after a signal it ends the process with code 1.
   */
  onDrain?: () => unknown;
  /** Called when the servers have stopped: the time to close databases. It is waited for. */
  onStopped?: (outcome: StopOutcome) => unknown;
  /** Whether the process ends then, with its `exitCode`. Default true. */
  exit?: boolean;
}

/** How a stop went. */
export interface StopOutcome {
  /** Connections that were not finished in time, and cut. */
  cut: number;
}

/** Servers that stop gracefully. */
export interface Graceful {
  /** `ready` until a stop is asked for, then `draining`, then `stopping`. */
  readonly stage: Stage;
  /** Stops as a signal does. The same promise each time. */
  stop(): Promise<StopOutcome>;
  /** Resolves when the servers have stopped, whoever asked for it. */
  readonly stopped: Promise<StopOutcome>;
}

/**
 * Stops servers at SIGINT or SIGTERM without losing a request: they serve on for `drainDelay`, then accept no more, answer
 * what still comes with `Connection: close`, leave idle connections a grace, and cut what is left after `stopAfter`.
 * A second signal ends the process at once, with code 1.
 * @param servers a server, or several; those of premier, or of `node:http` under `premier/register`
 * @throws {TypeError | RangeError} what is given is no server, or an option is none
 */
export function graceful(servers: Closable | readonly Closable[], options: GracefulOptions = {}): Graceful {
  const all = [servers].flat() as Closable[];
  if (all.length === 0 || all.some((server) => typeof server?.close !== 'function'))
    throw new TypeError('graceful(): no server was given: it takes one, or a list of some');
  checkNames(options);
  const { drainDelay, stopAfter, grace } = timesOf(options);
  checkRest(options);
  for (const server of all) noteConnections(server);
  const lifecycle = new Lifecycle();
  lifecycle.advance('ready');
  let stopping: Promise<StopOutcome> | undefined;
  let last = !cluster.isWorker;
  let alone = true;
  let onClosing: (() => void) | undefined;
  // A worker may be replaced. Whether all stop says the message of the command's parent that becomes a signal here.
  if (cluster.isWorker)
    onParentMessage('stop', (terms) => {
      last = terms.last;
      alone = terms.alone === true;
      onClosing = () => void tellParent({ premier: 'acceptsNoMore' });
    });
  let settle: (outcome: StopOutcome) => void = () => {};
  const stopped = new Promise<StopOutcome>((resolve) => {
    settle = resolve;
  });
  const run = async (): Promise<StopOutcome> => {
    lifecycle.advance('draining');
    // What fails there is told once nobody can lose an answer by it.
    const told = new Promise((resolve) => resolve(options.onDrain?.()));
    told.catch(() => {});
    await drain(drainDelay);
    lifecycle.advance('stopping');
    const cut = await closeAsLameDuck(all, { stopAfter, grace, last, alone, onClosing });
    try {
      await options.onStopped?.({ cut });
      await told;
    } finally {
      settle({ cut });
    }
    if (options.exit ?? true) await leaveProcess();
    return { cut };
  };
  const stop = () => {
    stopping ??= run();
    return stopping;
  };
  void stopRequest().then(stop);
  return {
    get stage() {
      return lifecycle.stage;
    },
    stop,
    stopped,
  };
}

const known: Record<keyof GracefulOptions, true> = {
  drainDelay: true,
  stopAfter: true,
  grace: true,
  onDrain: true,
  onStopped: true,
  exit: true,
};

function checkNames(options: GracefulOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`graceful(): the options are an object, not ${inspect(options)}`);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    throw new TypeError(
      `graceful(): there is no option ${unknown}; there are ${Object.keys(known).join(', ')}`,
    );
}

function timesOf({ drainDelay, stopAfter = 30, grace = 1000 }: GracefulOptions) {
  // The parent of a worker has waited already.
  const times = { drainDelay: drainDelay ?? (cluster.isWorker ? 0 : usualDrainDelay()), stopAfter, grace };
  for (const [name, value] of Object.entries(times)) {
    if (typeof value !== 'number')
      throw new TypeError(`graceful(): ${name} is a number, not ${typeof value}`);
    const most = name === 'grace' ? LONGEST_WAIT : Math.floor(LONGEST_WAIT / 1000);
    if (!(value >= 0 && value <= most))
      throw new RangeError(`graceful(): ${name} can't be ${value}: it is from 0 to ${most}`);
  }
  return times;
}

function checkRest(options: GracefulOptions): void {
  for (const name of ['onDrain', 'onStopped'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'function')
      throw new TypeError(`graceful(): ${name} is a function, not ${typeof options[name]}`);
  if (options.exit !== undefined && typeof options.exit !== 'boolean')
    throw new TypeError(`graceful(): exit is true or false, not ${typeof options.exit}`);
}
