// The text after an option, checked and turned into a value. Each function throws a `UsageError` that says what was
// expected; none of them touches the file system or the network.
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Messages } from './language.js';
import { UsageError } from './trouble.js';

/** A name and a password, as `--auth` gives them. */
export interface Credentials {
  user: string;
  password: string;
}

/** A field for every answer, as `--header` gives it. */
export interface Field {
  name: string;
  value: string;
}

/** Fields whose value follows from the document and the request: a fixed one would break the answer. */
const computed = new Set(
  'accept-ranges connection content-encoding content-length content-range date etag keep-alive last-modified location trailer transfer-encoding upgrade'.split(
    ' ',
  ),
);

export function readPort(text: string, option: string, say: Messages): number {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(port <= 65535)) throw new UsageError(say.badPort(option, text));
  return port;
}

export function readAuth(text: string, option: string, say: Messages): Credentials {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) throw new UsageError(say.badAuth(option));
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

export function readHeader(text: string, _option: string, say: Messages): Field {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0));
  const value = text.slice(colon + 1).trim();
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new UsageError(say.badHeader(text));
  }
  if (computed.has(name.toLowerCase())) throw new UsageError(say.reservedHeader(name));
  return { name, value };
}

/** Reads one of a few words. */
export function readWord<Word extends string>(...words: Word[]) {
  return (text: string, option: string, say: Messages): Word => {
    const known = words.find((word) => word === text);
    if (known === undefined) throw new UsageError(say.badChoice(option, text, words.join(', ')));
    return known;
  };
}
