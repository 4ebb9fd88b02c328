/**
 * Receives field blocks: HEADERS frames and what continues them (RFC 9113 §6.2, §6.10, §8.1).
 *
 * In: frames. Out: requests that begin, and trailers that end them. Every block is decoded, also of streams that are
 * refused or ignored, before anything is concluded from it: the table must stay the client's.
 */
import type { ConnectionListener } from './connection-listener.js';
import type { ConnectionParts } from './connection-parts.js';
import { Http2Error } from './errors.js';
import { FAULTS, type FaultName } from './faults.js';
import { FieldBlock } from './field-block.js';
import type { Frame, OctetRange } from './frame.js';
import { type FrameAccounts, UNKNOWN_ACCOUNT } from './frame-accounts.js';
import { type FieldSink, HpackDecoder, type ListBounds } from './hpack/decoder.js';
import { FATAL_LIST_BYTES, MAX_HEAD_BYTES } from './limits.js';
import { type Priority, parsePriority } from './priority.js';
import { END_HEADERS, END_STREAM, LARGEST_STREAM_ID, PADDED, WITH_PRIORITY } from './protocol.js';
import type { RequestDelivery } from './request-delivery.js';
import { RequestHead, TrailerSection } from './request-head.js';
import type { Stream } from './stream.js';
import type { StreamControl } from './stream-control.js';
import { RECEIVE_HEADERS, transition } from './stream-states.js';

export interface FieldOptions {
  readonly maxHeadBytes: number;
  readonly maxFields: number;
  readonly fieldsBeyond: 'refused' | 'dropped' | 'kept';
  readonly maxConcurrentStreams: number;
  readonly connectProtocol: boolean;
}

/** Takes the fields of blocks that mean nothing but to the table. */
const NOBODY: FieldSink = { onField() {} };

/** Octets of the old priority scheme in HEADERS: a stream it depends on, and a weight. */
const PRIORITY_OCTETS = 5;

export class FieldReceiver {
  /** The highest stream that is served; those above it came after GOAWAY. */
  lastServed = LARGEST_STREAM_ID;
  readonly #control: StreamControl;
  readonly #delivery: RequestDelivery;
  readonly #accounts: FrameAccounts;
  readonly #listener: ConnectionListener;
  readonly #options: FieldOptions;
  readonly #maxFields: number;
  readonly #bounds: ListBounds;
  readonly #decoder = new HpackDecoder();
  readonly #block: FieldBlock;
  readonly #earlyPriorities: Map<number, Priority>;
  #dependsOnItself = false;

  /** @param earlyPriorities - priorities of streams that do not exist yet */
  constructor(parts: ConnectionParts, earlyPriorities: Map<number, Priority>, options: FieldOptions) {
    this.#control = parts.control;
    this.#delivery = parts.delivery;
    this.#accounts = parts.accounts;
    this.#listener = parts.listener;
    this.#options = options;
    const isBounded = options.maxFields > 0 && options.fieldsBeyond !== 'kept';
    this.#maxFields = isBounded ? options.maxFields : Number.MAX_SAFE_INTEGER;
    this.#earlyPriorities = earlyPriorities;
    const fatalBytes = FATAL_LIST_BYTES * Math.max(1, options.maxHeadBytes / MAX_HEAD_BYTES);
    this.#bounds = { maxBytes: options.maxHeadBytes, fatalBytes };
    this.#block = new FieldBlock(fatalBytes);
  }

  /** Whether a block is under way: nothing but CONTINUATION may come. */
  get inBlock(): boolean {
    return this.#block.streamId !== 0;
  }

  /** The head of a CONTINUATION frame. */
  expectContinuation(streamId: number, length: number): void {
    if (!this.inBlock) throw new Http2Error('continuationUnexpected');
    if (streamId !== this.#block.streamId) throw new Http2Error('continuationExpected');
    this.#block.continue(length);
  }

  headers(frame: Frame): void {
    const { flags, streamId, bytes } = frame;
    if ((flags & PADDED) !== 0) {
      if (frame.length === 0) throw new Http2Error('frameLengthInvalid');
      frame.end -= bytes[frame.start++];
    }
    this.#dependsOnItself = false;
    if ((flags & WITH_PRIORITY) !== 0) this.#readPriority(frame);
    // "Padding that exceeds the size remaining for the field block fragment MUST be treated as a PROTOCOL_ERROR."
    if (frame.end < frame.start) throw new Http2Error('paddingTooLong');
    const endStream = (flags & END_STREAM) !== 0;
    if ((flags & END_HEADERS) !== 0) {
      this.#receive(streamId, endStream, frame);
      return;
    }
    this.#block.begin(streamId, endStream);
    this.#block.add(frame);
  }

  #readPriority(frame: Frame): void {
    const padding = (frame.flags & PADDED) !== 0 ? 1 : 0;
    if (frame.length - padding < PRIORITY_OCTETS) throw new Http2Error('frameLengthInvalid');
    const dependency = frame.bytes.readUInt32BE(frame.start) & LARGEST_STREAM_ID;
    this.#dependsOnItself = dependency === frame.streamId;
    frame.start += PRIORITY_OCTETS;
  }

  continuation(frame: Frame): void {
    this.#block.add(frame);
    if ((frame.flags & END_HEADERS) === 0) return;
    const bytes = this.#block.take();
    this.#receive(frame.streamId, this.#block.endStream, { bytes, start: 0, end: bytes.length });
  }

  /** A block is complete. */
  #receive(id: number, endStream: boolean, block: OctetRange): void {
    const { fault, effect } = transition(this.#control.streams.stateOf(id), RECEIVE_HEADERS);
    if (effect === 'begin request') {
      this.#begin(id, endStream, block);
    } else if (effect === 'trailers') {
      this.#trailers(this.#control.streams.get(id) as Stream, endStream, block);
    } else {
      this.#decoder.decode(block, NOBODY, this.#bounds);
      if (fault !== null) this.#control.fault(id, fault);
      else this.#accounts.charge(UNKNOWN_ACCOUNT);
    }
  }

  #begin(id: number, endStream: boolean, block: OctetRange): void {
    // "Streams initiated by a client MUST use odd-numbered stream identifiers."
    if (id % 2 === 0) throw new Http2Error('streamIdentifierEven');
    const head = new RequestHead(this.#maxFields);
    const isWhole = this.#decoder.decode(block, head, this.#bounds);
    if (id > this.lastServed) {
      this.#control.ignore(id);
      return;
    }
    if (this.#control.streams.active >= this.#options.maxConcurrentStreams) {
      this.#control.refuse(id, 'tooManyStreams');
      return;
    }
    const fault = this.#conclude(head, endStream, isWhole);
    if (fault !== null && FAULTS[fault].scope !== 'request') this.#control.refuse(id, fault);
    else this.#open(this.#control.open(id, head.contentLength, endStream), head, endStream, fault);
  }

  /** What is malformed is reset; what is only too large, or none, is answered. */
  #conclude(head: RequestHead, endStream: boolean, isWhole: boolean): FaultName | null {
    if (this.#dependsOnItself) return 'streamDependsOnItself';
    const fault = head.complete(this.#options.connectProtocol);
    if (fault !== null && FAULTS[fault].scope !== 'request') return fault;
    if (endStream && head.contentLength !== null && head.contentLength > 0) return 'contentLengthMismatch';
    if (!isWhole) return 'headTooLarge';
    return head.shortened && this.#options.fieldsBeyond === 'refused' ? 'tooManyFields' : fault;
  }

  #open(stream: Stream, head: RequestHead, endStream: boolean, fault: FaultName | null): void {
    const early = this.#takeEarlyPriority(stream.id);
    if (early !== undefined) stream.priority = early;
    else if (head.priority !== null) stream.priority = parsePriority(head.priority);
    if (fault !== null) {
      stream.dropped = true;
      stream.dispatch();
      this.#listener.onRefused(stream, head, new Http2Error(fault));
      return;
    }
    this.#delivery.begin(stream, head);
    if (endStream && stream.reportable) this.#delivery.end(stream, []);
  }

  #takeEarlyPriority(id: number): Priority | undefined {
    if (this.#earlyPriorities.size === 0) return undefined;
    const early = this.#earlyPriorities.get(id);
    this.#earlyPriorities.delete(id);
    return early;
  }

  #trailers(stream: Stream, endStream: boolean, block: OctetRange): void {
    const section = new TrailerSection(this.#maxFields);
    const isWhole = this.#decoder.decode(block, section, this.#bounds);
    // "An endpoint that receives a HEADERS frame without the END_STREAM flag set after receiving the HEADERS frame that
    // opens a request … MUST treat the corresponding request … as malformed."
    if (!endStream) this.#control.fault(stream.id, 'trailersNotLast');
    else if (section.fault !== null) this.#control.fault(stream.id, section.fault);
    else if (!isWhole || (section.shortened && this.#options.fieldsBeyond === 'refused'))
      this.#control.fault(stream.id, 'trailersTooLarge');
    else this.#control.endRequest(stream, section.rawTrailers);
  }
}
