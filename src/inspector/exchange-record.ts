/**
 * What is kept of an exchange, and of a connection, until somebody looks at it: as it came, nothing is worked out. What most exchanges
 * have are numbers, and octets that `kept-octets.ts` has, so that a record that is used again leaves no garbage.
 */
import type { ObservedConnection, Outcome } from '../observe.js';
import { BodyRecord } from './body-record.js';
import { FOLD, linesOf } from './head-lines.js';
import type { KeptOctets } from './kept-octets.js';

export interface ConnectionRecord {
  readonly observed: ObservedConnection;
  /** The address of our end; a socket that is closed has forgotten it. */
  readonly local: string;
  /** Exchanges that have begun on it. */
  requests: number;
  /** Those of them that are not over. */
  active: number;
  /** It speaks another protocol by now. */
  isUpgraded: boolean;
}

export interface RefusalRecord {
  readonly code: string;
  readonly status: number;
  readonly reason: string;
  readonly rfc: string;
  readonly claimed: boolean;
  /** A copy of the bytes around the offending one, latin1; empty where there are none. */
  readonly bytes: string;
  /** Index in `bytes` where the line begins, or the byte is, that was not accepted. */
  readonly position: number;
  /** Whether more came before `bytes` than is kept. */
  readonly isCut: boolean;
  /** Whether they are of a body or its trailers, whose beginning may have come before them. */
  readonly isInBody: boolean;
}

export interface InterimRecord {
  readonly status: number;
  /** For each field its name in lower case, its name as it was set, and its value. */
  readonly entries: readonly string[];
}

/** The same for all: a record has many that stay empty. */
const NOTHING: readonly string[] = Object.freeze([]);

/** Fields of HTTP/2, whose heads have no octets to show. */
interface DecodedHead {
  readonly target: string;
  readonly rawHeaders: readonly string[];
}

/**
 * Moments in whole µs since the first byte of the request; -1 where it has not come to that. Whole, for each number that is not
 * takes memory of its own.
 */
export class Moments {
  head = -1;
  requestEnded = -1;
  handlerReturned = -1;
  responseHead = -1;
  responseEnded = -1;
  turn = -1;
  closed = -1;

  clear(): void {
    this.head = -1;
    this.requestEnded = -1;
    this.handlerReturned = -1;
    this.responseHead = -1;
    this.responseEnded = -1;
    this.turn = -1;
    this.closed = -1;
  }
}

export class ExchangeRecord {
  id = 0;
  connection!: ConnectionRecord;
  startedAt = 0.5;
  streamId = 0;
  /** Empty where what came was no request. */
  method = '';
  version = '';
  readonly requestBody: BodyRecord;
  /** The body of a chunked request with its framing; else null. */
  requestWire: BodyRecord | null = null;
  requestTrailers = NOTHING;
  interims: InterimRecord[] | null = null;
  status = 0;
  /** Names in lower case of the fields of the response that the program set. */
  setNames = NOTHING;
  isChunked = false;
  readonly responseBody: BodyRecord;
  /** Octets of each chunk of the response, those of the first ones. */
  chunks: number[] | null = null;
  /** How many there were, kept or not. */
  chunkCount = 0;
  responseTrailers = NOTHING;
  refusal: RefusalRecord | null = null;
  outcome: Outcome | null = null;
  readonly at = new Moments();
  /** Bytes of heads and bodies that it holds. */
  size = 0;
  /** When it last changed, in changes of all. */
  revision = 0;
  /** It is no longer kept, and nothing more is noted. */
  isDropped = true;
  readonly #octets: KeptOctets;
  #decoded: DecodedHead | null = null;
  #requestPlace = 0;
  /** -1 where there is no head. */
  #requestLength = -1;
  #responsePlace = 0;
  #responseLength = -1;

  constructor(octets: KeptOctets) {
    this.#octets = octets;
    this.requestBody = new BodyRecord(octets);
    this.responseBody = new BodyRecord(octets);
  }

  /** Whether it may be used for another exchange: of this one nothing more will be told. */
  get isFree(): boolean {
    return this.isDropped && this.outcome !== null && this.outcome !== 'upgraded';
  }

  begin(id: number, connection: ConnectionRecord, startedAt: number): void {
    this.id = id;
    this.connection = connection;
    this.startedAt = startedAt;
    this.streamId = 0;
    this.method = '';
    this.version = '';
    this.status = 0;
    this.isChunked = false;
    this.outcome = null;
    this.at.clear();
    this.size = 0;
    this.revision = 0;
    this.isDropped = false;
  }

  /** Whether a body has come with the request, or its framing. */
  get hasBody(): boolean {
    return this.requestBody.total > 0 || this.requestWire !== null;
  }

  /** Keeps the head of a request as it was on the wire, which is a part of bytes; returns the octets it takes. */
  keepRequestHead(bytes: Uint8Array, start: number, end: number): number {
    this.#requestPlace = this.#octets.keep(bytes, start, end, this.id);
    this.#requestLength = end - start;
    return end - start;
  }

  /** The same for one of HTTP/2. */
  keepDecodedHead(target: string, rawHeaders: readonly string[]): number {
    this.#decoded = { target, rawHeaders };
    let size = target.length;
    for (const text of rawHeaders) size += text.length;
    return size;
  }

  /** More of the body of a chunked request with its framing. */
  keepWire(bytes: Uint8Array, bound: number): number {
    this.requestWire ??= new BodyRecord(this.#octets);
    return this.requestWire.add(bytes, null, bytes.length, bound, this.id);
  }

  keepResponseHead(head: string): number {
    this.#responsePlace = this.#octets.keepText(head, this.id);
    this.#responseLength = head.length;
    return head.length;
  }

  /** Latin1; null where fields were compressed, or no head came. */
  get requestHead(): string | null {
    return this.#requestLength < 0 ? null : this.#octets.text(this.#requestPlace, this.#requestLength);
  }

  get responseHead(): string | null {
    return this.#responseLength < 0 ? null : this.#octets.text(this.#responsePlace, this.#responseLength);
  }

  /** Of the request; latin1. */
  get target(): string {
    if (this.#decoded !== null) return this.#decoded.target;
    return /^[\r\n]*\S+ (.*) \S*(?:[\r\n]|$)/.exec(this.requestHead ?? '')?.[1] ?? '';
  }

  /** Names and values of the request's fields in turn; latin1. */
  get rawHeaders(): readonly string[] {
    if (this.#decoded !== null) return this.#decoded.rawHeaders;
    const [, ...lines] = linesOf(this.requestHead ?? '');
    return lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return [
        line.slice(0, colon),
        line
          .slice(colon + 1)
          .trim()
          .replace(FOLD, ' '),
      ];
    });
  }

  /** @param moment - in ms of `performance.now()` */
  since(moment: number): number {
    return Math.max(0, Math.round((moment - this.startedAt) * 1000));
  }

  /** Gives up what it holds: it may be under way for hours. */
  drop(): void {
    this.isDropped = true;
    this.#decoded = null;
    this.#requestLength = -1;
    this.#responseLength = -1;
    this.requestBody.clear();
    this.responseBody.clear();
    this.requestWire = null;
    this.requestTrailers = NOTHING;
    this.interims = null;
    this.setNames = NOTHING;
    this.chunks = null;
    this.chunkCount = 0;
    this.responseTrailers = NOTHING;
    this.refusal = null;
  }
}
