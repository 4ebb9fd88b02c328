/**
 * Which modules a child process loads, as Node itself tells its parent: it is how Node's own `--watch` knows them.
 *
 * In: what a child sends. Out: the files that it loaded. A Node that tells nothing, or tells it in other words, gives
 * no report at all: `isModuleReport` is how that shows.
 */
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Put into the environment of a child, makes it report. */
export const REPORT_MODULES = { WATCH_REPORT_DEPENDENCIES: '1' };

const KINDS = ['watch:require', 'watch:import'] as const;

function listsIn(message: unknown): unknown[][] {
  const report = (message ?? {}) as Record<string, unknown>;
  return KINDS.map((kind) => report[kind]).filter((list) => Array.isArray(list));
}

/** Whether Node sent this, and not the program. */
export function isModuleReport(message: unknown): boolean {
  return listsIn(message).length > 0;
}

/** The files named in a message, absolute; none where it is no report. */
export function modulesIn(message: unknown): string[] {
  return listsIn(message)
    .flat()
    .filter((name) => typeof name === 'string')
    .filter((name) => !name.startsWith('node:'))
    .map((name) => (name.startsWith('file:') ? pathOf(name) : name))
    .filter((file) => isAbsolute(file));
}

/** Empty where no file can have that address: a program may send what looks like a report. */
function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return '';
  }
}
