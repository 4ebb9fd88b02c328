/**
 * Finds documents and remembers small ones. In: paths. Out: a document, or what else answers there. A document in
 * memory is compared with the disk at most about once a second, and never given longer than that after a change.
 */
import type { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Cache, type Route } from './cache.js';
import {
  type Document,
  type Edition,
  keyOf,
  type Making,
  readDocument,
  type Sources,
  sameSources,
} from './document.js';
import { type Coding, everyCoding, neighbourSuffix } from './encodings.js';
import type { FileFacts } from './file.js';
import { type Found, Root } from './locate.js';
import { mediaTypeOf } from './media-type.js';
import { decisive } from './navigation.js';
import type { Settings } from './options.js';
import { Reload } from './reload.js';
import { scriptFrom, withScript } from './reload-script.js';
import { type Outcome, resolve } from './resolve.js';
import { Samples } from './sample.js';
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

/** What stands before a path for those who ask for a page; no path begins so. */
const pageMark = 'page ';

/** The key by which the answer to a path is remembered: a single-page app answers pages and others differently. */
export function routeFor(path: string, page: boolean): string {
  return page ? pageMark + path : path;
}

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
    this.reload = settings.reload ? new Reload(() => this.#cache.clear(), settings.onPolling) : undefined;
    this.making = {
      entryBytes: Math.min(entryBytes, bytes),
      compress: settings.compress,
      samples: new Samples(),
      grown: (document, more) => this.#cache.grow(document, more),
    };
  }

  /** The document of a route, if it is in memory and still to be believed. */
  remembered(route: string): Document | undefined {
    const known = this.#cache.route(route);
    if (known === undefined) return undefined;
    const age = performance.now() - known.checked;
    if (age >= believed) return undefined;
    if (age > renewed && !known.renewing) this.#renew(route, known);
    return known.document;
  }

  forget(route: string): void {
    this.#cache.forget(route);
  }

  /** What answers a route; a document is remembered. */
  look(route: string, target: Target): Promise<Document | Outcome> {
    return this.#looking.join(route, () => this.#lookNow(route, target));
  }

  async #lookNow(route: string, target: Target): Promise<Document | Outcome> {
    const page = route.startsWith(pageMark);
    for (let attempt = 0; attempt < tries; attempt++) {
      const checked = performance.now();
      const outcome = await resolve(this.root, this.#settings, target, page);
      if (outcome.kind !== 'document') {
        this.#cache.forget(route);
        return outcome;
      }
      const document = await this.read(outcome.file, target, outcome.standsIn ? 'for a page' : undefined);
      if (document === undefined) continue;
      this.#cache.put(route, document, checked);
      return document;
    }
    throw changing();
  }

  /**
   * The document of a file, from memory if the disk still has it so, for a reader at `target`.
   * @param standsIn it is sent in place of what isn't at the target, with status 200 or 404
   */
  async read(file: Found, target: Target, standsIn?: 'for a page' | 'as 404'): Promise<Document | undefined> {
    this.reload?.watchDocument(file);
    const added = this.#settings.rules.for(target);
    const key = [keyOf(file), added.id, standsIn ?? ''].join('\0');
    const edition: Edition = {
      added,
      standsIn: standsIn !== undefined,
      vary: standsIn === 'for a page' ? decisive : [],
    };
    const type = (edition.standsIn ? undefined : added.type) ?? mediaTypeOf(file.name).type;
    if (this.reload !== undefined && /^text\/html\b/i.test(type ?? '')) {
      const script = scriptFrom(target.path);
      const edit = (bytes: Buffer) => withScript(bytes, script);
      const sources = { file, neighbours: new Map() };
      return readDocument(`${key}\0${script}`, sources, this.making, { ...edition, edit });
    }
    const sources: Sources = { file, neighbours: await this.#neighboursOf(file) };
    const known = this.#cache.document(key);
    if (known?.settled && known.sources !== undefined && sameSources(known.sources, sources)) return known;
    return readDocument(key, sources, this.making, edition);
  }

  /** Watches what would answer a target where nothing was, or what was could not be read. */
  async watchMissing({ segments, reach }: Target): Promise<void> {
    const { reload, root } = this;
    if (reload === undefined || reach !== 'document') return;
    for (let depth = segments.length; depth >= 0; depth--) {
      const found = await root.locate(segments.slice(0, depth)).catch(() => undefined);
      if (found?.kind !== 'folder' && depth > 0) continue;
      const folder = found?.asked ?? root.folder;
      const next = segments[depth] ?? (this.#settings.index || '404.html');
      for (const name of new Set([next, next.normalize('NFC'), next.normalize('NFD'), `${next}.html`])) {
        reload.watchMissing(join(folder, name));
      }
      return;
    }
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
  #renew(route: string, known: Route<Document>): void {
    const target = targetFrom(route.startsWith(pageMark) ? route.slice(pageMark.length) : route);
    if (target === undefined) return;
    known.renewing = true;
    // Should it fail, the document is soon not believed any more, and the next request meets the trouble itself.
    this.look(route, target).catch(() => {});
  }
}
