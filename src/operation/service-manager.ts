/**
 * Tells systemd how the service does: READY, RELOADING, STOPPING, WATCHDOG (sd_notify(3)). In: the stages of this process.
 * Out: calls of `systemd-notify`, where NOTIFY_SOCKET is set: Node.js can't write to a socket of that kind itself. Where it
 * isn't there, that is told once, and the service goes on.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { lifecycle } from './lifecycle.js';
import { isWorker } from './worker-role.js';

export interface ServiceManager {
  /** All processes are being replaced, and later: have been. */
  reloading(): void;
  reloaded(): void;
}

/** What is asked of the service. */
export interface Managed {
  /** Whether some process that serves answers: the watchdog hears of it only then. */
  isAlive(): boolean;
  /** Called once where systemd can't be told. */
  onTrouble(reason: string): void;
}

/** The least that is left between two words, in ms: each costs a process. */
const shortest = 20;

/**
 * Milliseconds in which systemd wants to hear that the service lives (sd_watchdog_enabled(3)); undefined where it does not:
 * nothing is asked for, or not of this process and its workers.
 */
export function watchdogTime(
  { NOTIFY_SOCKET, WATCHDOG_USEC = '', WATCHDOG_PID }: NodeJS.ProcessEnv = process.env,
  pid = isWorker ? process.ppid : process.pid,
): number | undefined {
  if (!NOTIFY_SOCKET || !/^\d+$/.test(WATCHDOG_USEC) || (WATCHDOG_PID && WATCHDOG_PID !== String(pid)))
    return;
  const time = Number(WATCHDOG_USEC) / 1000;
  // Beyond what a timer can wait for, nothing is asked for in earnest.
  return time > 0 && time < 2 ** 31 ? time : undefined;
}

/** Tells from now on; nothing where nobody listens. */
export function notifyServiceManager({ isAlive, onTrouble }: Managed): ServiceManager {
  const { NOTIFY_SOCKET } = process.env;
  if (!NOTIFY_SOCKET) return { reloading() {}, reloaded() {} };
  let hasFailed = false;
  const tell = (...assignments: string[]): ChildProcess | undefined => {
    if (hasFailed) return undefined;
    const child = spawn('systemd-notify', [`--pid=${process.pid}`, '--no-block', ...assignments], {
      stdio: 'ignore',
    });
    child.once('error', (error) => {
      if (!hasFailed) onTrouble(error.message);
      hasFailed = true;
    });
    child.unref();
    return child;
  };
  lifecycle.onChange((stage) => {
    if (stage === 'ready') tell('READY=1');
    if (stage === 'draining') tell('STOPPING=1');
  });
  const time = watchdogTime();
  if (time !== undefined) {
    let isTelling = false;
    const live = () => {
      if (isTelling || !isAlive()) return;
      isTelling = true;
      tell('WATCHDOG=1')?.once('exit', () => {
        isTelling = false;
      });
    };
    // Half of the time in which systemd must hear, as its manual asks for.
    setInterval(live, Math.max(time / 2, shortest)).unref();
  }
  return {
    reloading: () => void tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    reloaded: () => void tell('READY=1'),
  };
}
