/**
 * Signals that come before anybody here has a handler for them: Node's own way would be to die of them. In: signals, from the
 * first moment of the command on. Out: SIGINT and SIGTERM end the process in good order, since nobody is served yet; SIGHUP
 * waits for who knows what it means. A worker leaves SIGINT and SIGHUP to its parent, which a terminal signals as well, and
 * dies of SIGTERM, which its parent sees.
 */
import { hasTerminal } from './terminal.js';
import { isWorker } from './worker-role.js';

const stops = ['SIGINT', 'SIGTERM'] as const;

let held = false;
let hadTerminal = false;
let hungUp = false;

/** Holds signals from now on, once. */
export function holdSignals(): void {
  if (held) return;
  held = true;
  hadTerminal = !isWorker && hasTerminal();
  for (const signal of stops) if (!isWorker || signal === 'SIGINT') process.on(signal, stop);
  process.on('SIGHUP', hangUp);
}

/** Somebody has handlers for SIGINT and SIGTERM. */
export function releaseStops(): void {
  for (const signal of stops) process.off(signal, stop);
}

/** Somebody has a handler for SIGHUP; what came before is as good as done, since nothing was there that it could be for. */
export function takeHangUps(): void {
  process.off('SIGHUP', hangUp);
  hungUp = false;
}

/** Nobody has one, so that it does what it does to any process. */
export async function releaseHangUps(): Promise<void> {
  await signalsTold();
  process.off('SIGHUP', hangUp);
  if (hungUp) process.kill(process.pid, 'SIGHUP');
  hungUp = false;
}

/**
 * Node tells of a signal in the next turn of its event loop, and of none whose last listener has gone by then; modules may
 * be loaded without any turn, which takes a while.
 */
export function signalsTold(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A program may have a stop of its own before anything else here has. */
function stop(signal: NodeJS.Signals): void {
  if (!isWorker && process.listenerCount(signal) === 1) process.exit(0);
}

function hangUp(): void {
  if (isWorker) return;
  // Nobody is there any more for whom to start.
  if (hadTerminal && !hasTerminal()) process.exit(0);
  hungUp = true;
}
