/**
 * Tells systemd how the service does: READY, RELOADING, STOPPING, WATCHDOG (sd_notify(3)). In: the stages of this process.
 * Out: calls of `systemd-notify`, where NOTIFY_SOCKET is set: Node.js can't write to a socket of that kind itself. Where it
 * isn't there, that is told once, and the service goes on.
 */
import { spawn } from 'node:child_process';
import { lifecycle } from './lifecycle.js';

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

/** Whether systemd wants to hear that the service lives. */
export const isWatched = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  Number(environment.WATCHDOG_USEC) > 0 && environment.NOTIFY_SOCKET !== undefined;

/** Tells from now on; nothing where nobody listens. */
export function notifyServiceManager({ isAlive, onTrouble }: Managed): ServiceManager {
  const { NOTIFY_SOCKET, WATCHDOG_USEC } = process.env;
  if (!NOTIFY_SOCKET) return { reloading() {}, reloaded() {} };
  let hasFailed = false;
  const tell = (...assignments: string[]) => {
    if (hasFailed) return;
    const child = spawn('systemd-notify', [`--pid=${process.pid}`, '--no-block', ...assignments], {
      stdio: 'ignore',
    });
    child.once('error', (error) => {
      if (!hasFailed) onTrouble(error.message);
      hasFailed = true;
    });
    child.unref();
  };
  lifecycle.onChange((stage) => {
    if (stage === 'ready') tell('READY=1');
    if (stage === 'draining') tell('STOPPING=1');
  });
  if (isWatched()) {
    // Half of the time in which systemd must hear, as its manual asks for.
    setInterval(() => {
      if (isAlive()) tell('WATCHDOG=1');
    }, Number(WATCHDOG_USEC) / 2000).unref();
  }
  return {
    reloading: () => tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    reloaded: () => tell('READY=1'),
  };
}
