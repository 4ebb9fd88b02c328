// Tells when one of some files changes. In: files, one by one. Out: a call for each burst of changes. Each file is
// watched through its folder, for editors replace files, and a folder stays.
import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Milliseconds without a further change before it is told: editors and compilers write in bursts. */
const calm = 100;

/** Source code that isn't a package's, nor in a folder that tools hide. */
function isSource(file: string): boolean {
  return /\.(?:[cm]?[jt]sx?|json)$/.test(file) && !/(?:^|[\\/])(?:node_modules|\.[^\\/]*)[\\/]/.test(file);
}

export class FileWatch {
  readonly #folders = new Map<string, { watcher: FSWatcher; names: Set<string> }>();
  readonly #trees = new Map<string, FSWatcher>();
  readonly #changed: (file: string) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param changed called with the file that changed last */
  constructor(changed: (file: string) => void) {
    this.#changed = changed;
  }

  /**
   * Watches one more file.
   * @param since milliseconds since the epoch; a file modified later than that counts as changed
   */
  add(file: string, since: number): void {
    const folder = dirname(file);
    const watched = this.#folders.get(folder) ?? this.#watch(folder);
    if (!watched || watched.names.has(basename(file))) return;
    watched.names.add(basename(file));
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats && stats.mtimeMs > since) this.#tell(file);
  }

  /**
   * Watches whatever is source code in a folder and those below, but for packages: for where nobody can tell which
   * files matter.
   */
  addSources(folder: string): void {
    if (this.#trees.has(folder)) return;
    try {
      const watcher = watch(folder, { recursive: true }, (_event, name) => {
        if (name !== null && isSource(name)) this.#tell(join(folder, name));
      });
      watcher.on('error', () => watcher.close());
      this.#trees.set(folder, watcher);
    } catch {
      // As for a single folder.
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const { watcher } of this.#folders.values()) watcher.close();
    for (const watcher of this.#trees.values()) watcher.close();
    this.#folders.clear();
    this.#trees.clear();
  }

  #watch(folder: string): { watcher: FSWatcher; names: Set<string> } | undefined {
    const names = new Set<string>();
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name !== null && names.has(name)) this.#tell(join(folder, name));
      });
      watcher.on('error', () => {
        watcher.close();
        this.#folders.delete(folder);
      });
      this.#folders.set(folder, { watcher, names });
      return { watcher, names };
    } catch {
      // The folder is gone, or there is no descriptor left: its files are watched no more.
      return undefined;
    }
  }

  #tell(file: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#changed, calm, file);
  }
}
