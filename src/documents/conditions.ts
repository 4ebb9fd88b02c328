/**
 * Conditional requests, in the order of RFC 9110 §13.2.2. In: the request's fields and the validators of the selected
 * representation. Out: send it, 304 or 412, and whether a Range still holds.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { parseDate, sameTag } from './validators.js';

export interface Validators {
  /** An entity tag, quotes included. */
  readonly etag: string;
  /** Time of the last change in whole seconds, as ms since 1970; a page made on the spot has none. */
  readonly lastModified: number | undefined;
  /** The time tells the contents: other contents never had it. */
  readonly dateTrusted: boolean;
}

/** What a GET or HEAD with these conditions is to be answered with. */
export function evaluate(headers: IncomingHttpHeaders, validators: Validators): 200 | 304 | 412 {
  const { lastModified } = validators;
  if (headers['if-match'] !== undefined) {
    if (!matches(headers['if-match'], validators.etag, true)) return 412;
  } else if (headers['if-unmodified-since'] !== undefined && lastModified !== undefined) {
    const since = parseDate(headers['if-unmodified-since']);
    if (since !== undefined && lastModified > since) return 412;
  }
  if (headers['if-none-match'] !== undefined) {
    return matches(headers['if-none-match'], validators.etag, false) ? 304 : 200;
  }
  if (headers['if-modified-since'] !== undefined && lastModified !== undefined) {
    const since = parseDate(headers['if-modified-since']);
    if (since !== undefined && lastModified <= since) return 304;
  }
  return 200;
}

/**
 * Whether If-Range lets a Range be honoured (RFC 9110 §13.1.5). Only strong validators do: a weak tag never, and a
 * date only when nobody can have set it and its second is over, since the document could have changed again within it.
 */
export function rangeHolds(ifRange: string | undefined, validators: Validators, now = Date.now()): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return sameTag(ifRange, validators.etag, true);
  const { lastModified, dateTrusted } = validators;
  if (lastModified === undefined || !dateTrusted) return false;
  return parseDate(ifRange) === lastModified && now - lastModified >= 1000;
}

/** Whether a list of entity tags, or `*`, has this tag; in the strong comparison a weak one never matches. */
function matches(list: string, etag: string, strong: boolean): boolean {
  if (list.trim() === '*') return true;
  for (const [tag] of list.matchAll(/(?:W\/)?"[^"]*"/g)) {
    if (sameTag(tag, etag, strong)) return true;
  }
  return false;
}
