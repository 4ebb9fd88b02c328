/**
 * Small documents in memory, bounded in bytes and in paths. In: a path as spelled in a target, and the document found
 * there. Out: that document, and when it was last compared with the disk. Whether it is still true is for the caller
 * to say; nothing here reads the disk.
 */

/** What the cache asks of a document. */
export interface Kept {
  /** Identifies the document, whatever path it was asked for by. */
  readonly key: string;
  /** Memory it takes. */
  bytes: number;
  /** The paths in the cache that lead to it; kept by the cache. */
  readonly paths: Set<string>;
}

export interface Route<D> {
  document: D;
  /** When the disk was last looked at, by `performance.now()`. */
  checked: number;
  /** Being compared with the disk just now. */
  renewing: boolean;
  /** Asked for since room was last made: it gets a second chance. */
  used: boolean;
}

/** Longer paths (characters) are not remembered: with escapes, a document has any number of them. */
const longestPath = 1024;

export class Cache<D extends Kept> {
  readonly #routes = new Map<string, Route<D>>();
  readonly #documents = new Map<string, D>();
  #bytes = 0;

  constructor(
    readonly maxBytes: number,
    readonly maxPaths: number,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  get paths(): number {
    return this.#routes.size;
  }

  route(path: string): Route<D> | undefined {
    const route = this.#routes.get(path);
    if (route !== undefined) route.used = true;
    return route;
  }

  document(key: string): D | undefined {
    return this.#documents.get(key);
  }

  /** Remembers what was found at a path just now. A newer document takes the place of an older one of its key. */
  put(path: string, document: D, checked: number): void {
    if (path.length > longestPath) return;
    const known = this.#documents.get(document.key);
    if (known !== document) {
      if (known !== undefined) this.#drop(known);
      this.#documents.set(document.key, document);
      this.#bytes += document.bytes;
    }
    const before = this.#routes.get(path);
    if (before !== undefined && before.document !== document) this.forget(path);
    document.paths.add(path);
    this.#routes.set(path, { document, checked, renewing: false, used: before !== undefined });
    this.#makeRoom();
  }

  /** Counts memory that a document in the cache takes on top, such as a compressed form. */
  grow(document: D, bytes: number): void {
    document.bytes += bytes;
    if (this.#documents.get(document.key) !== document) return;
    this.#bytes += bytes;
    this.#makeRoom();
  }

  /** Forgets a path, and its document when no other path leads to it. */
  forget(path: string): void {
    const route = this.#routes.get(path);
    if (route === undefined) return;
    this.#routes.delete(path);
    route.document.paths.delete(path);
    if (route.document.paths.size === 0) this.#drop(route.document);
  }

  clear(): void {
    this.#routes.clear();
    this.#documents.clear();
    this.#bytes = 0;
  }

  #drop(document: D): void {
    for (const path of document.paths) this.#routes.delete(path);
    document.paths.clear();
    if (this.#documents.get(document.key) !== document) return;
    this.#documents.delete(document.key);
    this.#bytes -= document.bytes;
  }

  /** Second chance: the oldest path goes, unless it was used since the last round. */
  #makeRoom(): void {
    while (this.#routes.size > 0 && (this.#bytes > this.maxBytes || this.#routes.size > this.maxPaths)) {
      const [path, route] = this.#routes.entries().next().value as [string, Route<D>];
      if (!route.used) {
        this.forget(path);
        continue;
      }
      route.used = false;
      this.#routes.delete(path);
      this.#routes.set(path, route);
    }
  }
}
