/**
 * The target of a request → the names of folders and document it stands for. In: `req.url`, as it came off the wire.
 * Out: decoded segments, or `undefined` where no document can have it. Every spelling that could mean two things (`..`,
 * bytes that are not UTF-8, NUL) is refused here, so that no later module meets one.
 */
import { Buffer, isUtf8 } from 'node:buffer';
import { sep } from 'node:path';

export interface Target {
  /** The path as it was spelled, without query; safe in a `Location`. */
  readonly path: string;
  /** The query with its `?`, or nothing; safe in a `Location`. */
  readonly query: string;
  /** What it may lead to; only `'document'` is ever looked for on disk. */
  readonly reach: Reach;
  /** Decoded names, none of them empty, `.` or `..`; with reach `'document'`, none of them hidden. */
  readonly segments: readonly string[];
  /** The path ends with a slash: a folder is meant. */
  readonly folder: boolean;
  /** Slashes stood side by side; `path` has them merged. */
  readonly merged: boolean;
}

/**
 * `document`: a document may be there. `hidden`: one might, but it is nobody's business. `route`: a name has an encoded
 * slash, which no document has; it may be an address within a single-page app.
 */
export type Reach = 'document' | 'hidden' | 'route';

/** Decodes the target of a request, in origin-form or absolute-form (RFC 9112 §3.2); `undefined` if it is malformed. */
export function targetFrom(url: string): Target | undefined {
  const { local, cut, raw } = partsOf(url);
  if (!raw.startsWith('/') || local.includes('#') || raw.includes('\\')) return undefined;
  const merged = raw.includes('//');
  const path = merged ? raw.replace(/\/{2,}/g, '/') : raw;
  const decoded = decodePercent(path);
  if (decoded === undefined || decoded.includes('\0')) return undefined;
  const segments = decoded.split('/');
  if (segments.includes('..') || segments.includes('.')) return undefined;
  const names = segments.filter((segment) => segment !== '');
  const slashed = segments.length > path.split('/').length;
  return {
    path: visible(path),
    query: cut < 0 ? '' : visible(local.slice(cut)),
    reach: slashed ? 'route' : isHidden(names) || names.some(isForeign) ? 'hidden' : 'document',
    segments: names,
    folder: path.endsWith('/'),
    merged,
  };
}

/** The path of a target that no document can have, as it was spelled; `undefined` where there is none (`*`). */
export function pathAsSpelled(url: string): string | undefined {
  const { raw } = partsOf(url);
  return raw.startsWith('/') ? raw : undefined;
}

/** What follows the origin of a target, where the query begins in it, and what stands before that. */
function partsOf(url: string): { local: string; cut: number; raw: string } {
  const origin = /^https?:\/\/[^/?#]*/i.exec(url);
  const local = origin === null ? url : url.slice(origin[0].length);
  const cut = local.indexOf('?');
  return { local, cut, raw: (cut < 0 ? local : local.slice(0, cut)) || (origin === null ? '' : '/') };
}

/** Whether a path has a name that begins with a dot; `.well-known` at the root is public (RFC 8615). */
export function isHidden(names: readonly string[]): boolean {
  return names.some((name, depth) => name.startsWith('.') && !(depth === 0 && name === '.well-known'));
}

/** Names that Windows reads as something else: a drive or stream, a device, a name without its last dots. */
function isForeign(name: string): boolean {
  return (
    sep === '\\' && (/[\\:*?"<>|]|[. ]$/.test(name) || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name))
  );
}

/** Percent-decodes to text; `undefined` for a bad escape or bytes that are not UTF-8 (overlong forms are not). */
function decodePercent(path: string): string | undefined {
  if (!/[%\x80-\uffff]/.test(path)) return path;
  if (/%(?![0-9a-f]{2})/i.test(path)) return undefined;
  const bytes = Buffer.from(
    path.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** Percent-encodes what may not stand in a URI: a client sent it raw, a `Location` must not repeat it. */
function visible(part: string): string {
  return part.replace(
    /[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]/g,
    (char) => `%${(char.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
