/**
 * Decodes field blocks (RFC 7541).
 *
 * In: whole blocks, each of them in order, also those of streams that are refused: the table must stay the same as the
 * client's. Out: fields, until their list is too large; what is beyond is decoded and not reported, up to a bound at
 * which the connection is given up. Never keeps more than its table, never looks at an octet more than a constant number
 * of times.
 */
import type { Buffer } from 'node:buffer';
import { Http2Error } from '../errors.js';
import { NO_OCTETS, type OctetRange } from '../frame.js';
import { INITIAL_HEADER_TABLE_SIZE } from '../protocol.js';
import { DynamicTable } from './dynamic-table.js';
import { FIELD_OVERHEAD, Field } from './field.js';
import { decodeHuffman } from './huffman.js';
import { STATIC_ENTRIES, STATIC_TABLE } from './static-table.js';

/** Where the decoder reports fields. */
export interface FieldSink {
  onField(field: Field): void;
}

/** The first octets of the representations, §6: what is told by the highest bits, and the bits left for an integer. */
const INDEXED = 0x80;
const INDEXED_BITS = 7;
const WITH_INDEXING = 0x40;
const WITH_INDEXING_BITS = 6;
const TABLE_SIZE = 0x20;
const TABLE_SIZE_BITS = 5;
/** Without indexing, and never indexed. */
const LITERAL_BITS = 4;
const HUFFMAN = 0x80;
const LENGTH_BITS = 7;

/** Octets after an integer's first: 28 bits of a value, and more than any size here. */
const MAX_CONTINUED_OCTETS = 4;

/** "At most two dynamic table size updates" announce a change, §4.2. */
const MAX_TABLE_SIZES = 2;

/** How much of a list is reported, and how much is decoded at all. */
export interface ListBounds {
  /** Octets of names and values, each field at least one, that are already too many to be reported. */
  readonly maxBytes: number;
  /** Octets of names, values and 32 a field at which the connection is given up. */
  readonly fatalBytes: number;
}

export class HpackDecoder {
  readonly #table: DynamicTable;
  readonly #maxTableSize: number;
  #bytes: Buffer = NO_OCTETS;
  #position = 0;
  #end = 0;

  /** @param maxTableSize - the SETTINGS_HEADER_TABLE_SIZE that was announced; 4096 where none was */
  constructor(maxTableSize: number = INITIAL_HEADER_TABLE_SIZE) {
    this.#maxTableSize = maxTableSize;
    this.#table = new DynamicTable(maxTableSize);
  }

  /** Octets that the fields in the table count. */
  get tableSize(): number {
    return this.#table.size;
  }

  /**
   * Decodes a block. False where its list is so large that not all of it was reported.
   * @throws Http2Error of the scope of the connection: the block cannot be decoded, or its list is far too large
   */
  decode(block: OctetRange, sink: FieldSink, bounds: ListBounds): boolean {
    this.#bytes = block.bytes;
    this.#position = block.start;
    this.#end = block.end;
    try {
      this.#readTableSizes();
      return this.#readFields(sink, bounds);
    } finally {
      this.#bytes = NO_OCTETS;
    }
  }

  #readFields(sink: FieldSink, bounds: ListBounds): boolean {
    let bytes = 0;
    let size = 0;
    while (this.#position < this.#end) {
      const field = this.#readField();
      const length = field.name.length + field.value.length;
      bytes += length || 1;
      size += length + FIELD_OVERHEAD;
      if (size >= bounds.fatalBytes) throw new Http2Error('fieldBlockTooLarge');
      if (bytes < bounds.maxBytes) sink.onField(field);
    }
    return bytes < bounds.maxBytes;
  }

  #readField(): Field {
    const first = this.#bytes[this.#position];
    if (first >= INDEXED) return this.#fieldAt(this.#readInteger(INDEXED_BITS));
    if (first >= WITH_INDEXING) {
      const field = this.#readLiteral(WITH_INDEXING_BITS);
      this.#table.add(field);
      return field;
    }
    if (first >= TABLE_SIZE) throw new Http2Error('tableSizeMisplaced');
    return this.#readLiteral(LITERAL_BITS);
  }

  /** A size update "MUST occur at the beginning of the first header block following the change", §4.2. */
  #readTableSizes(): void {
    for (let count = 0; this.#position < this.#end; count++) {
      const first = this.#bytes[this.#position];
      if (first < TABLE_SIZE || first >= WITH_INDEXING) return;
      if (count === MAX_TABLE_SIZES) throw new Http2Error('tableSizeMisplaced');
      const size = this.#readInteger(TABLE_SIZE_BITS);
      if (size > this.#maxTableSize) throw new Http2Error('tableSizeInvalid');
      this.#table.resize(size);
    }
  }

  #readLiteral(prefixBits: number): Field {
    const index = this.#readInteger(prefixBits);
    const name = index === 0 ? this.#readString() : this.#fieldAt(index).name;
    return new Field(name, this.#readString());
  }

  #fieldAt(index: number): Field {
    const field = index <= STATIC_ENTRIES ? STATIC_TABLE[index] : this.#table.at(index - STATIC_ENTRIES - 1);
    if (field === undefined) throw new Http2Error('indexInvalid');
    return field;
  }

  /** §5.1: the bits of the first octet, and where all of them are set, seven of each octet that follows. */
  #readInteger(prefixBits: number): number {
    const bytes = this.#bytes;
    if (this.#position >= this.#end) throw new Http2Error('blockTruncated');
    const most = (1 << prefixBits) - 1;
    let value = bytes[this.#position++] & most;
    if (value < most) return value;
    for (let shift = 0; shift < 7 * MAX_CONTINUED_OCTETS; shift += 7) {
      if (this.#position >= this.#end) throw new Http2Error('blockTruncated');
      const octet = bytes[this.#position++];
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
    throw new Http2Error('integerInvalid');
  }

  #readString(): string {
    if (this.#position >= this.#end) throw new Http2Error('blockTruncated');
    const isHuffman = this.#bytes[this.#position] >= HUFFMAN;
    const length = this.#readInteger(LENGTH_BITS);
    const start = this.#position;
    const end = start + length;
    if (end > this.#end) throw new Http2Error('blockTruncated');
    this.#position = end;
    if (length === 0) return '';
    if (!isHuffman) return this.#bytes.toString('latin1', start, end);
    const text = decodeHuffman(this.#bytes, start, end);
    if (text === null) throw new Http2Error('huffmanInvalid');
    return text;
  }
}
