/**
 * Tells when files change. In: paths, of files that are there or not yet. Out: a call for each change below them. A folder
 * is known by its path: it may be removed and made again, replaced by another, or be a link that is switched, anywhere
 * on its way from the root. What the system cannot watch is looked at from time to time instead; it never goes silent.
 */
import { type FSWatcher, readdirSync, type Stats, statSync, watch as watchFolder } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';

export interface WatcherOptions {
  /** Called with the path of each change, several times for one that takes several steps. */
  readonly changed: (path: string) => void;
  /** Called once, when the system cannot watch a folder and it is looked at instead. */
  readonly polling: (error: NodeJS.ErrnoException) => void;
  /** Keep the process running. */
  readonly persistent: boolean;
  /** Folders watched at once; the one asked for longest ago makes room. Default: any number. */
  readonly most?: number;
  /** How to watch a folder. Default: `fs.watch`. */
  readonly watch?: typeof watchFolder;
}

/** A folder, and what of it matters. */
interface Watched {
  readonly path: string;
  readonly names: Set<string>;
  /** Every name matters that does not begin with a dot. */
  whole: boolean;
  /** `polled`: the system cannot watch it. */
  state: 'watched' | 'missing' | 'polled';
  watcher: FSWatcher | undefined;
  /** Since when its state is what it is, by `performance.now()`. */
  since: number;
  /** Which folder stood at the path when it was last looked at. */
  identity: string;
  /** What its names were when they were last looked at; only of one that is polled. */
  seen: Map<string, string>;
}

/** How often it is looked at whether the folders are still the same (ms), and what is polled. */
const often = 1000;
/** How often (ms), and for how long, where a folder is missing: it is likely to come back soon. */
const sooner = 100;
const lately = 60_000;
/** Beyond this number of names in a folder, all of them matter. */
const mostNames = 1000;

export class Watcher {
  readonly #folders = new Map<string, Watched>();
  readonly #options: WatcherOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #toldOfPolling = false;
  #closed = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** Watches a file, which need not be there. */
  watch(file: string): void {
    if (this.#closed) return;
    const folder = this.#folderAt(dirname(file));
    if (folder.names.has(basename(file))) return;
    if (folder.names.size < mostNames) folder.names.add(basename(file));
    else folder.whole = true;
    if (folder.state === 'polled') folder.seen = namesIn(folder);
  }

  /** Watches all that is in a folder, which need not be there. */
  watchFolder(path: string): void {
    if (this.#closed) return;
    const folder = this.#folderAt(path);
    folder.whole = true;
    if (folder.state === 'polled') folder.seen = namesIn(folder);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const folder of this.#folders.values()) folder.watcher?.close();
    this.#folders.clear();
  }

  #folderAt(path: string): Watched {
    const known = this.#folders.get(path);
    if (known !== undefined) {
      this.#folders.delete(path);
      this.#folders.set(path, known);
      return known;
    }
    const folder: Watched = {
      path,
      names: new Set(),
      whole: false,
      state: 'missing',
      watcher: undefined,
      since: performance.now(),
      identity: identityOf(statOf(path)),
      seen: new Map(),
    };
    this.#folders.set(path, folder);
    this.#begin(folder);
    this.#makeRoom();
    this.#lookLater();
    return folder;
  }

  #makeRoom(): void {
    const [oldest] = this.#folders.values();
    if (oldest === undefined || this.#folders.size <= (this.#options.most ?? Number.POSITIVE_INFINITY))
      return;
    oldest.watcher?.close();
    this.#folders.delete(oldest.path);
  }

  /** Begins to watch what stands at the path of a folder now. */
  #begin(folder: Watched): void {
    folder.watcher?.close();
    folder.watcher = undefined;
    folder.state = 'missing';
    folder.since = performance.now();
    if (folder.identity === '') return;
    const { watch = watchFolder, persistent } = this.#options;
    try {
      const watcher = watch(folder.path, { persistent }, (event, name) => {
        if (folder.watcher === watcher) this.#heard(folder, event, name);
      });
      watcher.on('error', () => {
        if (folder.watcher === watcher) void this.#look(folder, true);
      });
      folder.watcher = watcher;
      folder.state = 'watched';
    } catch (error) {
      this.#poll(folder, error as NodeJS.ErrnoException);
    }
  }

  #poll(folder: Watched, error: NodeJS.ErrnoException): void {
    // It has gone between two looks; that it comes back is to be told, even with the same number.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      folder.identity = '';
      return;
    }
    folder.state = 'polled';
    folder.seen = namesIn(folder);
    // A folder that may not be read says nothing of what the system can do.
    if (this.#toldOfPolling || error.code === 'EACCES') return;
    this.#toldOfPolling = true;
    this.#options.polling(error);
  }

  #heard(folder: Watched, event: string, name: string | null): void {
    if (name === null) this.#tellAll(folder);
    else if (matters(folder, name)) this.#options.changed(join(folder.path, name));
    // So systems tell that the folder itself was removed or renamed; its watcher is dead or elsewhere then.
    if (event === 'rename' && name === basename(folder.path)) void this.#look(folder, true);
  }

  #tellAll({ path, names, whole }: Watched): void {
    for (const name of names) this.#options.changed(join(path, name));
    if (whole && names.size === 0) this.#options.changed(path);
  }

  /**
   * Looks whether the folder at the path is the one that is watched.
   * @param doubted its watcher may be dead though the folder seems the same: a new one may have the number of the old
   */
  async #look(folder: Watched, doubted = false): Promise<void> {
    const identity = identityOf(await stat(folder.path).catch(() => undefined));
    if (this.#closed || this.#folders.get(folder.path) !== folder) return;
    if (identity !== folder.identity || doubted) {
      folder.identity = identity;
      this.#begin(folder);
      // Watched first, told then: whoever reads now misses nothing that comes after.
      this.#tellAll(folder);
      this.#lookLater();
    } else if (folder.state === 'polled') {
      this.#compare(folder);
    }
  }

  /** Tells what changed in a polled folder since it was last looked at. */
  #compare(folder: Watched): void {
    const before = folder.seen;
    folder.seen = namesIn(folder);
    for (const name of new Set([...before.keys(), ...folder.seen.keys()])) {
      if (before.get(name) !== folder.seen.get(name)) this.#options.changed(join(folder.path, name));
    }
  }

  /** Has all folders looked at after a while, and again and again. */
  #lookLater(): void {
    if (this.#looking || this.#closed) return;
    const recently = performance.now() - lately;
    const missing = [...this.#folders.values()].some(
      ({ state, since }) => state === 'missing' && since > recently,
    );
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#lookAtAll(), missing ? sooner : often);
    if (!this.#options.persistent) this.#timer.unref();
  }

  async #lookAtAll(): Promise<void> {
    this.#looking = true;
    for (const folder of [...this.#folders.values()]) await this.#look(folder);
    this.#looking = false;
    this.#lookLater();
  }
}

function matters({ names, whole }: Watched, name: string): boolean {
  return names.has(name) || (whole && !name.startsWith('.'));
}

function identityOf(stats: Stats | undefined): string {
  return stats?.isDirectory() ? `${stats.dev}:${stats.ino}` : '';
}

/** The names that matter, each with what changes when the file does. */
function namesIn(folder: Watched): Map<string, string> {
  const names = folder.whole ? [...folder.names, ...namesOf(folder.path)] : [...folder.names];
  return new Map(
    names
      .filter((name) => matters(folder, name))
      .map((name) => [name, traceOf(statOf(join(folder.path, name)))]),
  );
}

function namesOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function traceOf(stats: Stats | undefined): string {
  return stats === undefined ? '' : [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs, stats.mode].join();
}
