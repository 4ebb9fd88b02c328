/**
 * Names → what stands there on disk. In: decoded segments. Out: a regular file or a folder inside the root, else
 * `undefined`: for what is missing, hidden, outside, or no file at all, so that nobody can tell these apart.
 */
import { realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type FileFacts, factsFrom } from './file.js';
import { statusOf } from './status.js';
import { isHidden } from './target.js';

export interface Found extends FileFacts {
  readonly kind: 'file' | 'folder';
  /** The path it was asked for by, which may be that of a link or lead through one. */
  readonly asked: string;
  /** The last name of that path. */
  readonly name: string;
}

/** How long the root's own real path is believed (ms): a root that is a link may be switched by a deployment. */
const rootLifetime = 900;

export class Root {
  #real = '';
  #checked = Number.NEGATIVE_INFINITY;

  constructor(
    readonly folder: string,
    readonly followLinks: boolean,
  ) {}

  /**
   * What stands at these names, links resolved. Names with accents are also tried in the other Unicode normal form,
   * for a folder that was copied from a Mac.
   * @throws the file system's error when it is not one of "nothing there"
   */
  async locate(segments: readonly string[]): Promise<Found | undefined> {
    const path = join(this.folder, ...segments);
    for (const form of new Set([path, path.normalize('NFC'), path.normalize('NFD')])) {
      const found = await this.at(form);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What stands at an absolute path, which may be a link; as `locate` otherwise. */
  async at(path: string): Promise<Found | undefined> {
    try {
      const real = await realpath(path);
      if (!(await this.#shows(real))) return undefined;
      const stats = await stat(real);
      const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : undefined;
      return kind && { kind, asked: path, name: basename(path), ...factsFrom(real, stats) };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  /** Whether a real path may be shown: inside the root and not hidden there, or outside by a link that may be followed. */
  async #shows(real: string): Promise<boolean> {
    if (performance.now() - this.#checked > rootLifetime) await this.#lookUpRoot();
    // What seems to lie outside may lie inside a root that has just been switched.
    if (!this.#contains(real)) await this.#lookUpRoot();
    if (!this.#contains(real)) return this.followLinks;
    return !isHidden(relative(this.#real, real).split(sep));
  }

  #contains(real: string): boolean {
    const root = this.#real;
    return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
  }

  async #lookUpRoot(): Promise<void> {
    this.#real = await realpath(this.folder);
    this.#checked = performance.now();
  }
}
