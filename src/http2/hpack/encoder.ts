/**
 * Encodes field blocks (RFC 7541) without a dynamic table.
 *
 * In: fields, checked by whoever made them. Out: octets, written where the caller says. A field's code
 * hangs on nothing but the field, so that names, and the value that a name had last, are encoded once for all
 * connections: `date`, `content-type` and their like are copies. Never keeps a value that may be a secret, and marks
 * those as never to be indexed by anybody on the way (§7.1.3).
 */
import { FIELD_STRIDE, type FieldList, NO_FIELDS } from '../../http/field-list.js';
import { INITIAL_HEADER_TABLE_SIZE } from '../protocol.js';
import { encodeHuffman, huffmanLength } from './huffman.js';
import { STATIC_NAMES, STATIC_TABLE } from './static-table.js';

/** How an integer begins: the highest bits of its first octet, and how many are left for it (§5.1, §6). */
interface Prefix {
  readonly bits: number;
  readonly most: number;
}

const INDEXED: Prefix = { bits: 0x80, most: 0x7f };
const WITHOUT_INDEXING: Prefix = { bits: 0x00, most: 0x0f };
const NEVER_INDEXED: Prefix = { bits: 0x10, most: 0x0f };
const TABLE_SIZE: Prefix = { bits: 0x20, most: 0x1f };
const HUFFMAN_STRING: Prefix = { bits: 0x80, most: 0x7f };
const PLAIN_STRING: Prefix = { bits: 0x00, most: 0x7f };

/** Octets of an integer at most: 2^31 behind any prefix. */
const INTEGER_BYTES = 6;
/** Octets of a field besides its name and value: an index and two lengths. */
const FIELD_BYTES = 3 * INTEGER_BYTES;

/** Fields whose values are secrets, or easily guessed ones. */
const SENSITIVE: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
]);

/** Names that are remembered; a program that makes names up does not fill the memory with them. */
const MAX_NAMES = 512;
/** Octets of a value that is remembered with its name. */
const MAX_REMEMBERED_VALUE = 256;

/** What is known of a name: its code, and the code of the whole field with the value it had last. */
class NameCode {
  /** Representation and name. */
  readonly octets: Uint8Array;
  readonly sensitive: boolean;
  lastValue: string | null = null;
  /** Made when a value comes a second time in a row: those that always change cost nothing more. */
  lastField: Uint8Array | null = null;

  /** @param name - in lower case */
  constructor(name: string) {
    this.sensitive = SENSITIVE.has(name);
    const kind = this.sensitive ? NEVER_INDEXED : WITHOUT_INDEXING;
    const index = STATIC_NAMES.get(name) ?? 0;
    const octets = new Uint8Array(INTEGER_BYTES + stringBound(name));
    let end = writeInteger(octets, 0, kind, index);
    if (index === 0) end = writeString(octets, end, name);
    this.octets = octets.slice(0, end);
  }
}

const names = new Map<string, NameCode>();

function codeOfName(name: string): NameCode {
  let code = names.get(name);
  if (code === undefined) {
    code = new NameCode(name);
    if (names.size < MAX_NAMES) names.set(name, code);
  }
  return code;
}

/** Octets that a string's code has at most. */
function stringBound(text: string): number {
  return INTEGER_BYTES + text.length;
}

function writeInteger(bytes: Uint8Array, start: number, prefix: Prefix, value: number): number {
  const { bits, most } = prefix;
  let at = start;
  if (value < most) {
    bytes[at++] = bits | value;
    return at;
  }
  bytes[at++] = bits | most;
  let rest = value - most;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = 0x80 | (rest & 0x7f);
  bytes[at++] = rest;
  return at;
}

/** The Huffman code where that is shorter. */
function writeString(bytes: Uint8Array, start: number, text: string): number {
  const length = huffmanLength(text);
  if (length < text.length) {
    const at = writeInteger(bytes, start, HUFFMAN_STRING, length);
    return encodeHuffman(text, bytes, at);
  }
  let at = writeInteger(bytes, start, PLAIN_STRING, text.length);
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}

/** Octets up to which each is copied by itself: a call into native code would take longer. */
const FEW_OCTETS = 12;

function writeOctets(bytes: Uint8Array, start: number, octets: Uint8Array): number {
  if (octets.length > FEW_OCTETS) bytes.set(octets, start);
  else for (let i = 0; i < octets.length; i++) bytes[start + i] = octets[i];
  return start + octets.length;
}

function writeField(bytes: Uint8Array, start: number, name: string, value: string): number {
  const code = codeOfName(name);
  const isRepeated = code.lastValue === value;
  if (isRepeated && code.lastField !== null) return writeOctets(bytes, start, code.lastField);
  const end = writeString(bytes, writeOctets(bytes, start, code.octets), value);
  if (isRepeated) code.lastField = Uint8Array.from(bytes.subarray(start, end));
  else if (!code.sensitive && value.length <= MAX_REMEMBERED_VALUE) {
    code.lastValue = value;
    code.lastField = null;
  }
  return end;
}

const statusIndex = new Map<number, number>();
for (const [index, field] of STATIC_TABLE.entries()) {
  if (field?.name === ':status') statusIndex.set(Number(field.value), index);
}

function boundOf({ entries }: FieldList): number {
  let bound = 0;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE)
    bound += entries[i].length + entries[i + 2].length + FIELD_BYTES;
  return bound;
}

/** Octets that a block of these fields, with a status, has at most. */
export function blockBound(fields: FieldList, added: FieldList = NO_FIELDS): number {
  return 4 * INTEGER_BYTES + boundOf(fields) + boundOf(added);
}

function writeFields(bytes: Uint8Array, start: number, { entries }: FieldList): number {
  let at = start;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE)
    at = writeField(bytes, at, entries[i], entries[i + 2]);
  return at;
}

/** The list that was shared last, and its code: made when it comes a second time. */
let sharedList = NO_FIELDS;
let sharedCode: Uint8Array | null = null;

function writeShared(bytes: Uint8Array, start: number, list: FieldList): number {
  if (list !== sharedList) {
    sharedList = list;
    sharedCode = null;
    return writeFields(bytes, start, list);
  }
  if (sharedCode !== null) return writeOctets(bytes, start, sharedCode);
  const end = writeFields(bytes, start, list);
  sharedCode = Uint8Array.from(bytes.subarray(start, end));
  return end;
}

export class HpackEncoder {
  #tableSize = INITIAL_HEADER_TABLE_SIZE;
  #announceTableSize = false;

  /**
   * The client bounds the table of its decoder. Although nothing is put into it, a bound that is lower than before
   * has to be confirmed (§4.2), and decoders insist on it.
   */
  limitTable(size: number): void {
    if (size >= this.#tableSize) return;
    this.#tableSize = size;
    this.#announceTableSize = true;
  }

  /**
   * Writes the block of a response's head, or of trailers, at `start`, where `blockBound(fields, added)` octets are free.
   * @param status - 0 for trailers, which have none
   * @param added - fields that follow, no secrets among them: a list that never changes, and that many blocks may share
   * @returns the index after the block
   */
  encode(
    bytes: Uint8Array,
    start: number,
    status: number,
    fields: FieldList,
    added: FieldList = NO_FIELDS,
  ): number {
    let at = start;
    if (this.#announceTableSize) {
      at = writeInteger(bytes, at, TABLE_SIZE, this.#tableSize);
      this.#announceTableSize = false;
    }
    if (status !== 0) {
      const index = statusIndex.get(status);
      if (index === undefined) at = writeField(bytes, at, ':status', String(status));
      else at = writeInteger(bytes, at, INDEXED, index);
    }
    at = writeFields(bytes, at, fields);
    return added === NO_FIELDS ? at : writeShared(bytes, at, added);
  }
}
