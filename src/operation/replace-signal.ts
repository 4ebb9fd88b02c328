/**
 * SIGHUP: replace all workers, as servers of the system do. But a terminal that goes away sends it as well, and then
 * nobody is there any more for whom to serve. Windows knows only the latter.
 */
import { takeHangUps } from './early-signals.js';
import { hasTerminal } from './terminal.js';

/** Calls back at each SIGHUP, and says whether the terminal of this process is gone. */
export function onReplaceSignal(listener: (terminalIsGone: boolean) => void): void {
  const hadTerminal = hasTerminal();
  process.on('SIGHUP', () => listener(process.platform === 'win32' || (hadTerminal && !hasTerminal())));
  takeHangUps();
}

/** A worker leaves the signal to its parent, which gets it too where a whole group does. */
export function ignoreReplaceSignal(): void {
  process.on('SIGHUP', () => {});
  takeHangUps();
}
