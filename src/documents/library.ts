/**
 * Finds documents and remembers small ones. In: paths. Out: a document, or what else answers there. A document in
 * memory is compared with the disk at most about once a second, and never given longer than that after a change.
 */
import { performance } from 'node:perf_hooks';
import { Cache, type Route } from './cache.js';
import { type Document, keyOf, type Making, readDocument, type Sources, sameSources } from './document.js';
import { type Coding, everyCoding, neighbourSuffix } from './encodings.js';
import type { FileFacts } from './file.js';
import { type Found, Root } from './locate.js';
import { mediaTypeOf } from './media-type.js';
import type { Settings } from './options.js';
import { Reload, scriptFrom, withScript } from './reload.js';
import { type Outcome, resolve } from './resolve.js';
import { SharedWork } from './shared-work.js';
import { changing } from './status.js';
import { type Target, targetFrom } from './target.js';

/** How long a document is believed without a look at the disk (ms): "a change shows within a second". */
const believed = 900;
/** From this age on (ms), a request has the next look taken in the background, so that none has to wait for it. */
const renewed = 450;
/** How often a document that changes while it is read is tried again. */
export const tries = 3;
/** A compressed neighbour this much older (ms) than its document is out of date; a copy may set times in any order. */
const copying = 2000;

export class Library {
  readonly root: Root;
  readonly reload: Reload | undefined;
  readonly making: Making;
  readonly #settings: Settings;
  readonly #cache: Cache<Document>;
  /** Look-ups under way, so that many who ask at once cause one. */
  readonly #looking = new SharedWork<Document | Outcome>();

  constructor(folder: string, settings: Settings) {
    const { bytes, entries, entryBytes } = settings.cache;
    this.#settings = settings;
    this.#cache = new Cache(bytes, entries);
    this.root = new Root(folder, settings.followLinks);
    this.reload = settings.reload ? new Reload(settings.common, () => this.#cache.clear()) : undefined;
    this.making = {
      entryBytes: Math.min(entryBytes, bytes),
      compress: settings.compress,
      common: settings.common,
      grown: (document, more) => this.#cache.grow(document, more),
    };
  }

  /** The document at a path, if it is in memory and still to be believed. */
  remembered(path: string): Document | undefined {
    const route = this.#cache.route(path);
    if (route === undefined) return undefined;
    const age = performance.now() - route.checked;
    if (age >= believed) return undefined;
    if (age > renewed && !route.renewing) this.#renew(path, route);
    return route.document;
  }

  forget(path: string): void {
    this.#cache.forget(path);
  }

  /** What answers a path; a document is remembered. */
  look(path: string, target: Target): Promise<Document | Outcome> {
    return this.#looking.join(path, () => this.#lookNow(path, target));
  }

  async #lookNow(path: string, target: Target): Promise<Document | Outcome> {
    for (let attempt = 0; attempt < tries; attempt++) {
      const checked = performance.now();
      const outcome = await resolve(this.root, this.#settings, target);
      if (outcome.kind !== 'document') {
        this.#cache.forget(path);
        return outcome;
      }
      const document = await this.read(outcome.file, target);
      if (document === undefined) continue;
      this.#cache.put(path, document, checked);
      return document;
    }
    throw changing();
  }

  /** The document of a file, from memory if the disk still has it so, for a reader at `target`. */
  async read(file: Found, target: Target): Promise<Document | undefined> {
    this.reload?.watchDocument(file.path);
    if (this.reload !== undefined && mediaTypeOf(file.name).type === 'text/html') {
      return readDocument({ file, neighbours: new Map() }, this.making, {
        key: `${keyOf(file)}\0${scriptFrom(target.path)}`,
        edit: (bytes) => withScript(bytes, target.path),
      });
    }
    const sources: Sources = { file, neighbours: await this.#neighboursOf(file) };
    const known = this.#cache.document(keyOf(file));
    if (known?.settled && known.sources !== undefined && sameSources(known.sources, sources)) return known;
    return readDocument(sources, this.making);
  }

  /** Compressed forms beside a file. */
  async #neighboursOf(file: Found): Promise<Map<Coding, FileFacts>> {
    const neighbours = new Map<Coding, FileFacts>();
    if (!mediaTypeOf(file.name).compressible) return neighbours;
    const found = await Promise.all(
      everyCoding.map((coding) => this.root.at(file.path + neighbourSuffix[coding])),
    );
    everyCoding.forEach((coding, i) => {
      const neighbour = found[i];
      if (neighbour?.kind === 'file' && neighbour.mtimeMs > file.mtimeMs - copying) {
        neighbours.set(coding, neighbour);
      }
    });
    return neighbours;
  }

  /** Compares a document with the disk while it is still being shown. */
  #renew(path: string, route: Route<Document>): void {
    const target = targetFrom(path);
    if (typeof target === 'string') return;
    route.renewing = true;
    // Should it fail, the document is soon not believed any more, and the next request meets the trouble itself.
    this.look(path, target).catch(() => {});
  }
}
