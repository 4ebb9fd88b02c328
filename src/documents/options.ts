/**
 * The options of `documents()`: what the caller may say goes in, complete and checked settings come out.
 * A wrong option throws at once, when the program starts, never while a request is answered.
 */

import type { IncomingMessage } from 'node:http';
import { validateHeaderValue } from 'node:http';
import { FieldRules, type HeaderRules } from './answer-fields.js';

/** Languages in which listings and error pages are written. */
export type Language = 'en' | 'fr';

/** Bounds of the memory in which small documents are kept. */
export interface CacheLimits {
  /** Bytes of all documents kept in memory, their compressed forms included. Default 64 MiB. */
  bytes?: number;
  /** Paths remembered. Default 4096. */
  entries?: number;
  /** Bytes of the largest document kept in memory; larger ones are streamed from disk. Default 1 MiB. */
  entryBytes?: number;
}

export interface DocumentsOptions {
  /** Name of the document that stands for its folder; `false` for none. Default `'index.html'`. */
  index?: string | false;
  /** Answer a folder that has no index with a list of what is in it. Default `true`, with `single` `false`. */
  listing?: boolean;
  /**
   * Single-page app: where no document is, answer who asks for a page (`Accept: text/html`, `Sec-Fetch-Mode: navigate`)
   * with the root's index, so that the page's own router takes over. What is missing of scripts, pictures and data stays
   * 404. Default `false`.
   */
  single?: boolean;
  /** `/page` answers with `page.html`, and `/page.html` redirects to `/page`. Default `false`. */
  cleanUrls?: boolean;
  /** Follow symbolic links that lead out of the root. Links that stay inside always work. Default `false`. */
  followLinks?: boolean;
  /** Let pages of other origins read the documents: `true` for all, or the one origin. Default `false`. */
  cors?: boolean | string;
  /**
   * Fields added to every answer; they replace premier's own of the same name. Those that say how long a document may
   * be kept (`Cache-Control`, `Expires`…) or what it is (`Content-Disposition`…) go with documents and listings only.
   * An array is sent as a line for each value. Below a pattern of paths, such as `'/assets/*'`, stand the fields of the
   * answers there, in place of those of the same name above.
   */
  headers?: HeaderRules;
  /** Refresh open pages when a document changes: a script is added to HTML. Default `false`. */
  reload?: boolean;
  /** Language of listings and error pages. Default: as the request's Accept-Language asks, else English. */
  lang?: Language;
  /** Compress text that has no `.br`, `.zst` or `.gz` neighbour. Default `true`. */
  compress?: boolean;
  /** Bounds of the memory in which small documents are kept. */
  cache?: CacheLimits;
  /**
   * Told of trouble that a client cannot have caused (a disk that fails, no descriptors left) and that was answered
   * with a 5xx status. Default: one line on stderr.
   */
  onError?: (error: Error, req: IncomingMessage) => void;
  /**
   * Told once when the system cannot watch a folder for `reload` (no inotify instance left, say), so that files are
   * looked at every second instead. Default: one line on stderr.
   */
  onPolling?: (error: NodeJS.ErrnoException) => void;
}

/** The options with every default filled in. */
export interface Settings extends Required<Omit<DocumentsOptions, 'headers' | 'lang' | 'cache'>> {
  /** The caller's fields and ours, by path. */
  rules: FieldRules;
  lang: Language | undefined;
  cache: Required<CacheLimits>;
}

/**
 * Checks the options and fills in the defaults.
 * @throws {TypeError} an option is unknown, has the wrong type, or names a field that premier computes itself
 * @throws {RangeError} a limit is not a whole number ≥ 0
 */
export function settingsFrom(options: DocumentsOptions = {}): Settings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`documents(): the options are an object, not ${JSON.stringify(options)}`);
  const defaults: Settings = {
    index: 'index.html',
    listing: !options.single,
    single: false,
    cleanUrls: false,
    followLinks: false,
    cors: false,
    reload: false,
    compress: true,
    onError: reportOnStderr,
    onPolling: ({ message }) =>
      console.error(
        `premier: the system cannot watch files (${message}); they are looked at every second instead.`,
      ),
    rules: new FieldRules({}, false),
    lang: undefined,
    cache: { bytes: 64 * 1024 * 1024, entries: 4096, entryBytes: 1024 * 1024 },
  };
  const names = [...Object.keys(defaults).filter((name) => name !== 'rules'), 'headers'];
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`documents(): there is no option '${unknown}'; there are ${names.join(', ')}`);
  const { headers = {}, ...others } = options;
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  const settings: Settings = {
    ...defaults,
    ...given,
    rules: new FieldRules(headers, options.cors ?? false),
    cache: limitsFrom(defaults.cache, options.cache ?? {}),
  };
  checkIndex(settings.index);
  for (const name of ['listing', 'single', 'cleanUrls', 'followLinks', 'reload', 'compress'] as const) {
    if (typeof settings[name] !== 'boolean') {
      throw new TypeError(`documents(): ${name} is true or false, not ${JSON.stringify(settings[name])}`);
    }
  }
  checkCors(settings.cors);
  if (settings.lang !== undefined && settings.lang !== 'en' && settings.lang !== 'fr') {
    throw new TypeError(`documents(): lang is 'en' or 'fr', not '${settings.lang}'`);
  }
  return settings;
}

function checkIndex(index: string | false): void {
  if (index === false) return;
  if (typeof index !== 'string' || index === '' || /[/\\\0]/.test(index) || index.startsWith('.')) {
    throw new TypeError(
      `documents(): index is the plain name of a document, such as 'index.html', or false, not ${JSON.stringify(index)}`,
    );
  }
}

function checkCors(cors: unknown): void {
  if (typeof cors === 'boolean') return;
  if (typeof cors !== 'string' || cors === '') {
    throw new TypeError(
      `documents(): cors is true, false or an origin such as 'https://example.com', not ${JSON.stringify(cors)}`,
    );
  }
  validateHeaderValue('Access-Control-Allow-Origin', cors);
}

function limitsFrom(defaults: Required<CacheLimits>, limits: CacheLimits): Required<CacheLimits> {
  const result = { ...defaults };
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(defaults, name)) throw new TypeError(`documents(): there is no cache limit '${name}'`);
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`documents(): cache.${name} is a whole number from 0 up, not ${value}`);
    }
    result[name as keyof CacheLimits] = value;
  }
  return result;
}

function reportOnStderr(error: Error, req: IncomingMessage): void {
  console.error(`premier: ${req.method} ${JSON.stringify(req.url)}: ${error.message}`);
}
