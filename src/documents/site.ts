/**
 * The way of a request through a folder of documents. In: requests. Out: answers: a document, a listing, a redirect,
 * the site's own page for what is missing, or a refusal. A document in memory is answered at once, without a promise.
 */
import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import process from 'node:process';
import Negotiator from 'negotiator';
import { answer, begin, type Refuse } from './answer.js';
import { without } from './answer-fields.js';
import { Document, pageDocument } from './document.js';
import { type Contents, readFolder } from './folder.js';
import { languageFor } from './language.js';
import { Library, routeFor, tries } from './library.js';
import { listingJson, listingPage, wishFrom } from './listing.js';
import type { Found } from './locate.js';
import { asksForPage } from './navigation.js';
import type { Settings } from './options.js';
import { policyOf } from './page.js';
import { refuse } from './refusal.js';
import { retrying, scriptFrom } from './reload-script.js';
import { SharedWork } from './shared-work.js';
import { statusOf } from './status.js';
import { type Target, targetFrom } from './target.js';

export type Next = (error?: unknown) => void;

/** One request and what is known of it. */
interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly next: Next | undefined;
  /** The path as it came. */
  readonly path: string;
  /** By what the answer is remembered. */
  readonly route: string;
  /** Counts the look-ups: a document that changed while it was to be sent is looked up again. */
  attempt: number;
}

const methods = 'GET, HEAD, OPTIONS';

export class Site {
  readonly #settings: Settings;
  readonly #library: Library;
  readonly #refuse: Refuse;
  readonly #folders = new SharedWork<Contents>();

  constructor(folder: string, settings: Settings) {
    this.#settings = settings;
    this.#refuse = (req, res, status, fields) => refuse(settings, req, res, status, fields);
    this.#library = new Library(folder, settings);
  }

  close(): void {
    this.#library.reload?.close();
  }

  handle(req: IncomingMessage, res: ServerResponse, next?: Next): void {
    const { method, url = '/' } = req;
    const cut = url.indexOf('?');
    const path = cut < 0 ? url : url.slice(0, cut);
    const route = this.#settings.single ? routeFor(path, asksForPage(req, path)) : path;
    const exchange = { req, res, next, path, route, attempt: 1 };
    if (method !== 'GET' && method !== 'HEAD') {
      this.#answerMethod(exchange);
      return;
    }
    const unslashed = exchange.path === '/' && unslashedMount(req);
    if (unslashed) {
      refuse(this.#settings, req, res, 308, ['Location', unslashed]);
      return;
    }
    const document = this.#library.remembered(exchange.route);
    if (document === undefined) this.#find(exchange);
    else this.#send(exchange, document);
  }

  #answerMethod({ req, res, next }: Exchange): void {
    const preflight = req.headers['access-control-request-method'] !== undefined;
    if (next !== undefined && !(preflight && this.#settings.cors !== false)) {
      next();
    } else if (req.method !== 'OPTIONS') {
      refuse(this.#settings, req, res, 405, ['Allow', methods]);
    } else {
      const cors = [
        'Access-Control-Allow-Methods',
        methods,
        'Access-Control-Allow-Headers',
        '*, Authorization',
      ];
      const allowed = this.#settings.cors === false ? [] : cors;
      const { refusal, vary } = this.#settings.rules.forUrl(req.url ?? '/');
      const varying = vary.length > 0 ? ['Vary', vary.join(', ')] : [];
      begin(res, 204, [...without(['Allow', methods, ...allowed], refusal), ...varying, ...refusal]);
      res.end();
    }
  }

  /** Looks up what is not in memory, and answers. */
  #find(exchange: Exchange): void {
    const { req, res, path, route } = exchange;
    const target = targetFrom(req.url ?? '/');
    const { rules } = this.#settings;
    if (this.#library.reload?.answers(req, res, path, rules.forUrl(req.url ?? '/').refusal)) return;
    if (target === undefined || (target.reach === 'route' && route === path)) {
      refuse(this.#settings, req, res, 400);
    } else this.#attempt(exchange, this.#answerTarget(exchange, target));
  }

  async #answerTarget(exchange: Exchange, target: Target): Promise<void> {
    const found = await this.#library.look(exchange.route, target);
    if (isAnswered(exchange)) return;
    if (found instanceof Document) this.#send(exchange, found);
    else if (found.kind === 'redirect') this.#redirect(exchange, target, found.path);
    else if (found.kind === 'folder') await this.#list(exchange, target, found.folder);
    else await this.#answerMissing(exchange, target);
  }

  #send(exchange: Exchange, document: Document): void {
    const chosen = document.choose(exchange.req.headers);
    if (chosen instanceof Promise) {
      this.#attempt(
        exchange,
        chosen.then(() => isAnswered(exchange) || this.#send(exchange, document)),
      );
      return;
    }
    const { req, res } = exchange;
    if (chosen === undefined) {
      refuse(this.#settings, req, res, 406, [], ['Accept-Encoding']);
      return;
    }
    const sending = answer(req, res, chosen, this.#refuse);
    if (sending !== undefined) this.#attempt(exchange, sending);
  }

  #redirect({ req, res }: Exchange, target: Target, path: string): void {
    refuse(this.#settings, req, res, 308, ['Location', mountOf(req, target) + path + target.query]);
  }

  async #list(exchange: Exchange, target: Target, folder: Found): Promise<void> {
    const { root, making, reload } = this.#library;
    reload?.watchFolder(folder);
    const { req } = exchange;
    const lang = languageFor(req, this.#settings.lang);
    const json = new Negotiator(req).mediaType(['text/html', 'application/json']) === 'application/json';
    const asked = wishFrom(target.query);
    const wish = json ? { ...asked, page: 0 } : asked;
    const contents = await this.#folders.join(JSON.stringify([folder.path, wish, lang]), () =>
      readFolder(root, folder, wish, lang),
    );
    const script = this.#scriptFor(target);
    const place = { segments: target.segments, home: basename(root.folder) || '/', wish, lang, script };
    const policy = policyOf(script !== undefined, true);
    const fields = ['Content-Language', lang, 'Content-Security-Policy', policy];
    const listing = pageDocument(
      Buffer.from(json ? listingJson(contents, place) : listingPage(contents, place)),
      {
        type: json ? 'application/json' : 'text/html; charset=utf-8',
        vary: ['Accept', 'Accept-Language'],
        own: json ? [] : fields,
        added: this.#settings.rules.for(target),
      },
      { ...making, grown: () => {} },
    );
    if (!isAnswered(exchange)) this.#send(exchange, listing);
  }

  /** Nothing is there: the next handler's turn, or 404 with the site's own page for it. */
  async #answerMissing(exchange: Exchange, target: Target): Promise<void> {
    const { req, res, next } = exchange;
    if (next !== undefined) {
      // Not from within the promise: what the next handler throws is not ours to answer.
      process.nextTick(next);
      return;
    }
    await this.#library.watchMissing(target);
    const file = await this.#library.root.locate(['404.html']);
    const page = file?.kind === 'file' ? await this.#library.read(file, target, 'as 404') : undefined;
    const { 'accept-encoding': accept } = req.headers;
    const chosen = await page?.choose(accept === undefined ? {} : { 'accept-encoding': accept });
    if (isAnswered(exchange)) return;
    if (!(chosen?.source instanceof Uint8Array)) {
      refuse({ ...this.#settings, script: this.#scriptFor(target) }, req, res, 404);
      return;
    }
    const { refusal } = this.#settings.rules.for(target);
    begin(res, 404, chosen.fieldsForMissing(refusal));
    res.end(req.method === 'HEAD' ? undefined : chosen.source);
  }

  /**
   * Sees to it that a failure is answered. Where a document has changed or gone since it was looked up, it is looked
   * up again; nothing has been sent then.
   */
  #attempt(exchange: Exchange, work: Promise<unknown>): void {
    const { req, res, route } = exchange;
    work.catch((error: unknown) => {
      const status = statusOf(error);
      if (res.headersSent) {
        res.destroy();
        return;
      }
      if (
        (status === 404 || (error as NodeJS.ErrnoException).code === 'EBUSY') &&
        exchange.attempt++ < tries
      ) {
        this.#library.forget(route);
        this.#find(exchange);
        return;
      }
      if (status >= 500) this.#settings.onError(error as Error, req);
      const target = targetFrom(req.url ?? '/');
      if (target !== undefined) void this.#library.watchMissing(target);
      const script = this.#scriptFor(target, status === 503 ? retrying : '');
      refuse({ ...this.#settings, script }, req, res, status, status === 503 ? ['Retry-After', '1'] : []);
    });
  }

  /** The address of the script that reloads a page, if pages are to be reloaded. */
  #scriptFor(target: Target | undefined, query = ''): string | undefined {
    return this.#library.reload && target && scriptFrom(target.path) + query;
  }
}

/** The client has gone, or somebody else has answered while the disk was being read, such as a time limit. */
function isAnswered({ res }: Exchange): boolean {
  return res.destroyed || res.headersSent;
}

/** The target before a framework took the path of its mount off the front. */
function originalOf(req: IncomingMessage): Target | undefined {
  const { originalUrl } = req as { originalUrl?: string };
  return originalUrl === undefined ? undefined : targetFrom(originalUrl);
}

/** Mounted at /static, a request for /static itself arrives as /; relative links need the slash. */
function unslashedMount(req: IncomingMessage): string | undefined {
  const original = originalOf(req);
  return original === undefined || original.folder ? undefined : `${original.path}/${original.query}`;
}

/** What a framework took off the front. Decoded once and spelled safely, it never leads to another host. */
function mountOf(req: IncomingMessage, target: Target): string {
  const original = originalOf(req)?.path ?? '';
  return original.endsWith(target.path) ? original.slice(0, original.length - target.path.length) : '';
}
