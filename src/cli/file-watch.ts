// Tells when one of some files changes. In: files, one by one. Out: a call for each burst of changes, once a file that
// changed is there: editors replace files, builds and checkouts remove whole folders and make them again.
import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Watcher } from '../documents/watcher.js';

/** Milliseconds without a further change before it is told: editors and compilers write in bursts. */
const calm = 100;
/** However they follow each other, changes are told after this time. */
const patience = 2000;

/** Source code that isn't a package's, nor in a folder that tools hide. */
function isSource(file: string): boolean {
  return /\.(?:[cm]?[jt]sx?|json)$/.test(file) && !/(?:^|[\\/])(?:node_modules|\.[^\\/]*)[\\/]/.test(file);
}

export class FileWatch {
  readonly #watcher: Watcher;
  readonly #trees = new Map<string, FSWatcher>();
  readonly #changed: (file: string) => void;
  /** Files that changed since it was last told, the latest last. */
  readonly #waiting = new Set<string>();
  #first = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param changed called with the file that changed last
   * @param polling called once, when the system cannot watch and files are looked at instead
   */
  constructor(changed: (file: string) => void, polling: (error: NodeJS.ErrnoException) => void) {
    this.#changed = changed;
    this.#watcher = new Watcher({ changed: (file) => this.#note(file), polling, persistent: true });
  }

  /**
   * Watches one more file.
   * @param since milliseconds since the epoch; a file modified later than that counts as changed
   */
  add(file: string, since: number): void {
    this.#watcher.watch(file);
    if (modifiedAt(file) > since) this.#note(file);
  }

  /**
   * Watches whatever is source code in a folder and those below, but for packages: for where nobody can tell which
   * files matter.
   */
  addSources(folder: string): void {
    if (this.#trees.has(folder)) return;
    try {
      const watcher = watch(folder, { recursive: true }, (_event, name) => {
        if (name !== null && isSource(name)) this.#note(join(folder, name));
      });
      watcher.on('error', () => watcher.close());
      this.#trees.set(folder, watcher);
    } catch {
      // The folder is gone, or the system watches no more: the files that are known are watched all the same.
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher.close();
    for (const watcher of this.#trees.values()) watcher.close();
    this.#trees.clear();
  }

  #note(file: string): void {
    this.#waiting.delete(file);
    this.#waiting.add(file);
    const now = performance.now();
    if (this.#timer === undefined) this.#first = now;
    else if (now - this.#first > patience) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), calm);
  }

  #tell(): void {
    this.#timer = undefined;
    // What was removed is told when it is back; without it the program could not start.
    const there = [...this.#waiting].filter((file) => existsSync(file));
    for (const file of there) this.#waiting.delete(file);
    const last = there.at(-1);
    if (last !== undefined) this.#changed(last);
  }
}

/** When a file was last modified (ms since the epoch); never, when it can't be told. */
function modifiedAt(file: string): number {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}
