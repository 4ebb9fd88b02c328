/**
 * What a program set of the fields of a response that matter to its connection.
 *
 * In: fields by their lower-cased name. Out: what they say of framing and persistence. Most responses have none of them.
 */
import { isDigits, listHas } from '../http/grammar.js';

export interface FieldsSet {
  readonly hasContentLength: boolean;
  /** The octets that Content-Length announces; -1 where there is no such field, or none that is a number. */
  readonly contentLength: number;
  /** The codings of Transfer-Encoding, over all its lines, in lower case; null where there is none. */
  readonly codings: readonly string[] | null;
  readonly hasTrailer: boolean;
  readonly hasConnection: boolean;
  /** Connection has `close`. */
  readonly asksClose: boolean;
  /** A line of Connection has no `close`. */
  readonly goesOn: boolean;
  readonly hasKeepAlive: boolean;
}

/** Not frozen: on Node 20 and 22 a copy of what is frozen costs ten times as much, and is made for each Content-Length. */
export const NOTHING_SET: FieldsSet = {
  hasContentLength: false,
  contentLength: -1,
  codings: null,
  hasTrailer: false,
  hasConnection: false,
  asksClose: false,
  goesOn: false,
  hasKeepAlive: false,
};

export function mattersToConnection(key: string): boolean {
  switch (key.length) {
    case 7:
      return key === 'trailer';
    case 10:
      return key === 'connection' || key === 'keep-alive';
    case 14:
      return key === 'content-length';
    case 17:
      return key === 'transfer-encoding';
    default:
      return false;
  }
}

/** The same with one more field, one that matters. */
export function noted(set: FieldsSet, key: string, value: string): FieldsSet {
  switch (key) {
    case 'trailer':
      return { ...set, hasTrailer: true };
    case 'connection': {
      const asksClose = listHas(value, 'close');
      const { asksClose: asked, goesOn } = set;
      return { ...set, hasConnection: true, asksClose: asked || asksClose, goesOn: goesOn || !asksClose };
    }
    case 'keep-alive':
      return { ...set, hasKeepAlive: true };
    case 'content-length':
      return withLength(set, lengthIn(value));
    default:
      return { ...set, codings: [...(set.codings ?? []), ...codingsIn(value)] };
  }
}

/** Written out: to copy an object takes several times as long. */
function withLength(set: FieldsSet, contentLength: number): FieldsSet {
  return {
    hasContentLength: true,
    contentLength,
    codings: set.codings,
    hasTrailer: set.hasTrailer,
    hasConnection: set.hasConnection,
    asksClose: set.asksClose,
    goesOn: set.goesOn,
    hasKeepAlive: set.hasKeepAlive,
  };
}

/** What is no number announces nothing, and so may not leave (RFC 9110 §8.6). */
function lengthIn(value: string): number {
  const digits = value.trim();
  const length = isDigits(digits) ? Number(digits) : -1;
  return length <= Number.MAX_SAFE_INTEGER ? length : -1;
}

function codingsIn(value: string): string[] {
  const codings = value.toLowerCase().split(',');
  return codings.map((coding) => coding.trim()).filter((coding) => coding !== '');
}
