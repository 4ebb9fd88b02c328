/**
 * A representation: the bytes of a document in one content coding, with every field of its answers made in advance,
 * so that sending it again costs nothing but the sending. It never changes once made.
 */
import type { Buffer } from 'node:buffer';
import { type AnswerFields, without } from './answer-fields.js';
import type { Validators } from './conditions.js';
import type { CodingOrIdentity } from './encodings.js';
import type { FileFacts } from './file.js';

export interface Facts {
  readonly coding: CodingOrIdentity;
  /** Media type with charset. */
  readonly type: string;
  readonly etag: string;
  readonly lastModified: number | undefined;
  readonly dateTrusted: boolean;
  /** Length in bytes; `undefined` when it is compressed while it is sent. */
  readonly size: number | undefined;
  /** The bytes, or where to read them. */
  readonly source: Buffer | FileFacts;
  /** Fields by which the answer was chosen among others. */
  readonly vary: readonly string[];
  /** Fields that the caller adds, and those of ours that go with them. */
  readonly added: AnswerFields;
  /** It is sent where something else was asked for and isn't there. */
  readonly standsIn?: boolean;
  /** Fields of ours that the caller may replace, as a flat list. */
  readonly own?: readonly string[];
}

export class Representation implements Validators {
  readonly coding: CodingOrIdentity;
  readonly type: string;
  readonly etag: string;
  readonly lastModified: number | undefined;
  readonly dateTrusted: boolean;
  readonly size: number | undefined;
  readonly source: Buffer | FileFacts;
  /** Fields of an answer with the whole, status 200. */
  readonly fields: string[];
  /** Fields of a 304 (RFC 9110 §15.4.5). */
  readonly notModified: string[];
  readonly #described: string[];

  constructor(readonly facts: Facts) {
    this.coding = facts.coding;
    this.type = facts.type;
    this.etag = facts.etag;
    this.lastModified = facts.lastModified;
    this.dateTrusted = facts.dateTrusted;
    this.size = facts.size;
    this.source = facts.source;
    const given = facts.standsIn ? facts.added.standIn : facts.added.document;
    const common = [...without(facts.own ?? [], given), ...given];
    const varying = [...facts.vary, ...facts.added.vary];
    const vary = varying.length === 0 ? [] : ['Vary', varying.join(', ')];
    const modified =
      facts.lastModified === undefined ? [] : ['Last-Modified', new Date(facts.lastModified).toUTCString()];
    this.notModified = ['ETag', facts.etag, ...modified, ...vary, ...common];
    const coding = facts.coding === 'identity' ? [] : ['Content-Encoding', facts.coding];
    this.#described = [...coding, ...this.notModified];
    this.fields = this.fieldsFor(facts.size, facts.type);
    if (facts.size !== undefined) this.fields.push('Accept-Ranges', 'bytes');
  }

  /** Fields of a 404 with it as its page: it validates nothing, and `refusal` are the fields that go with a refusal. */
  fieldsForMissing(refusal: readonly string[]): string[] {
    const nothing: AnswerFields = { ...this.facts.added, document: [] };
    const bare = new Representation({
      ...this.facts,
      lastModified: undefined,
      standsIn: false,
      added: nothing,
    });
    return [...without(bare.fields, ['ETag', '', 'Accept-Ranges', '', ...refusal]), ...refusal];
  }

  /** Fields for a body of another length and type than the whole: a part, several parts. */
  fieldsFor(length: number | undefined, type = this.type): string[] {
    const framed = length === undefined ? [] : ['Content-Length', String(length)];
    return ['Content-Type', type, ...framed, ...this.#described];
  }
}
