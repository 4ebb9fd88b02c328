/**
 * The fields that the caller adds to answers, by path, and premier's own that go with them. In: the option `headers`.
 * Out: for a target, the fields of its document, of a page that stands in for it, and of a refusal. What says how long
 * a document may be kept, or what it is, never goes with an answer that has no document: a cache would keep the absence.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { type PathTest, pathTest } from './path-pattern.js';
import { pathAsSpelled, type Target, targetFrom } from './target.js';

/** One value, or several, each on a line of its own. */
export type FieldValue = string | readonly string[];

/** Fields of every answer; below a pattern of paths such as `'/assets/*'`, those of the answers there. */
export type HeaderRules = Record<string, FieldValue | Record<string, FieldValue>>;

/** Fields as flat lists: name, value, name, value. */
export interface AnswerFields {
  /** The same for targets with the same fields. */
  readonly id: string;
  /** The caller's media type for the document itself, in place of ours. */
  readonly type: string | undefined;
  /** What the caller's answers vary by, besides ours. */
  readonly vary: readonly string[];
  /** With a document or a listing: 200, 206, 304. */
  readonly document: readonly string[];
  /** With the page of a single-page app where no document is. */
  readonly standIn: readonly string[];
  /** With every other status. */
  readonly refusal: readonly string[];
}

/** Fields that follow from the document and the request; a fixed value would break the answer. */
const computed = new Set([
  'accept-ranges',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'date',
  'etag',
  'keep-alive',
  'last-modified',
  'location',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether premier computes a field for each answer, so that nobody can fix it. */
export function isComputed(name: string): boolean {
  return computed.has(name.toLowerCase());
}

/** What tells caches how long: Cache-Control, its targeted kin (RFC 9213) and its forerunners. */
const caching = /^(?:.*-)?(?:cache-control|expires|max-age)$|^(?:age|pragma|surrogate-control|edge-control)$/;
/** What tells of a document (RFC 9110 §8), in a refusal of something else. */
const describing = /^(?:content-(?:type|language|location|disposition|digest|md5)|repr-digest|digest)$/;

type Field = readonly [name: string, value: string];

interface Rule {
  readonly test: PathTest | undefined;
  readonly fields: readonly Field[];
}

/** Different sets of rules remembered; there are seldom more than a handful. */
const remembered = 500;

export class FieldRules {
  readonly #rules: readonly Rule[];
  readonly #cors: readonly Field[];
  readonly #known = new Map<string, AnswerFields>();

  /** @throws {TypeError} a name or value that HTTP does not allow, or that premier computes itself */
  constructor(headers: HeaderRules, cors: boolean | string) {
    this.#rules = rulesFrom(headers);
    this.#cors =
      cors === false
        ? []
        : [
            ['Access-Control-Allow-Origin', cors === true ? '*' : cors],
            ['Access-Control-Expose-Headers', '*'],
          ];
  }

  /** The fields for a target. */
  for(target: Target): AnswerFields {
    return this.#forPath(plainPath(target));
  }

  /** The fields for a refusal, whatever was asked for: a path that can't be decoded is held against the patterns as it came. */
  forUrl(url: string): AnswerFields {
    const target = targetFrom(url);
    return target === undefined ? this.#forPath(pathAsSpelled(url)) : this.for(target);
  }

  #forPath(path: string | undefined): AnswerFields {
    const rules = this.#rules.filter(({ test }) => test === undefined || (path !== undefined && test(path)));
    const id = rules.map((rule) => this.#rules.indexOf(rule)).join();
    let fields = this.#known.get(id);
    if (fields === undefined) {
      fields = this.#made(id, rules);
      if (this.#known.size >= remembered) this.#known.clear();
      this.#known.set(id, fields);
    }
    return fields;
  }

  #made(id: string, rules: readonly Rule[]): AnswerFields {
    // What a later rule says of a name is said instead of an earlier one.
    const given = new Map<string, readonly Field[]>();
    for (const { fields } of rules) {
      for (const name of new Set(fields.map(lowerName))) {
        given.set(
          name,
          fields.filter((field) => lowerName(field) === name),
        );
      }
    }
    const vary = given.get('vary') ?? [];
    const type = given.get('content-type')?.at(-1)?.[1];
    for (const name of ['vary', 'content-type']) given.delete(name);
    const all = [...given.values()].flat();
    const elsewhere = all.filter(
      (field) => !caching.test(lowerName(field)) && !describing.test(lowerName(field)),
    );
    const nosniff: Field = ['X-Content-Type-Options', 'nosniff'];
    const list = (keep: string, fields: readonly Field[]) =>
      replaced([nosniff, ['Cache-Control', keep], ...this.#cors], fields);
    return {
      id,
      type,
      vary: vary.map(([, value]) => value),
      document: list('no-cache', all),
      standIn: list('no-cache', elsewhere),
      refusal: list('no-store', elsewhere),
    };
  }
}

function lowerName([name]: Field): string {
  return name.toLowerCase();
}

/** Our fields and the caller's as a flat list; where both have a name, the caller's. */
function replaced(ours: readonly Field[], theirs: readonly Field[]): string[] {
  const names = new Set(theirs.map(lowerName));
  return [...ours.filter((field) => !names.has(lowerName(field))), ...theirs].flat();
}

/** A flat list of fields without those that another list has. */
export function without(fields: readonly string[], others: readonly string[]): string[] {
  const names = new Set(others.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
  return fields.filter((_, i) => !names.has((fields[i - (i % 2)] as string).toLowerCase()));
}

function plainPath({ segments, folder }: Target): string {
  return `/${segments.join('/')}${folder && segments.length > 0 ? '/' : ''}`;
}

/** Rules in the order in which they hold: those of every answer, then those by path as they were written. */
function rulesFrom(headers: HeaderRules): Rule[] {
  const general: Field[] = [];
  const byPath: Rule[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('/')) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw new TypeError(`documents(): headers[${JSON.stringify(name)}] is an object of fields`);
      }
      const fields = Object.entries(value as Record<string, FieldValue>).flatMap(checkedFields);
      byPath.push({ test: pathTest(name), fields });
    } else {
      general.push(...checkedFields([name, value as FieldValue]));
    }
  }
  return [{ test: undefined, fields: general }, ...byPath];
}

function checkedFields([name, values]: [string, FieldValue]): Field[] {
  validateHeaderName(name);
  if (isComputed(name)) {
    throw new TypeError(
      `documents(): the field '${name}' depends on the document and cannot be fixed by an option`,
    );
  }
  return [values].flat().map((value): Field => {
    validateHeaderValue(name, value as string);
    return [name, String(value)];
  });
}
