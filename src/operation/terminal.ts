/** Whether somebody sits in front of this process. In: nothing. Out: whether it has a terminal that controls it. */
import { closeSync, openSync } from 'node:fs';

export function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
