/** What is kept of an exchange, and of a connection, until somebody looks at it: as it came, nothing is worked out. */
import type { ObservedConnection, Outcome } from '../observe.js';
import type { BodyRecord } from './body-record.js';

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

/**
 * Moments in whole µs since the first byte of the request; -1 where it has not come to that. Whole, for each number that is not
 * takes memory of its own, which is copied as long as the record is young.
 */
export class Moments {
  head = -1;
  requestEnded = -1;
  handlerReturned = -1;
  responseHead = -1;
  responseEnded = -1;
  turn = -1;
  closed = -1;
}

export class ExchangeRecord {
  readonly id: number;
  readonly connection: ConnectionRecord;
  readonly startedAt: number;
  streamId = 0;
  method = '';
  target = '';
  version = '';
  rawHeaders = NOTHING;
  /** The request's head as it was on the wire, latin1; null where fields are compressed, or no head came. */
  requestHead: string | null = null;
  /** Null until there is some. */
  requestBody: BodyRecord | null = null;
  /** The body of a chunked request with its framing. */
  requestWire: BodyRecord | null = null;
  requestTrailers = NOTHING;
  interims: InterimRecord[] | null = null;
  status = 0;
  responseHead: string | null = null;
  /** What the program set of the response's fields. */
  setEntries = NOTHING;
  isChunked = false;
  responseBody: BodyRecord | null = null;
  /** Octets of each chunk of the response, those of the first ones. */
  chunks: number[] | null = null;
  responseTrailers = NOTHING;
  refusal: RefusalRecord | null = null;
  outcome: Outcome | null = null;
  readonly at = new Moments();
  /** Bytes of heads and bodies that it holds. */
  size = 0;
  /** When it last changed, in changes of all. */
  revision = 0;
  /** It is no longer kept, and nothing more is noted. */
  isDropped = false;

  constructor(id: number, connection: ConnectionRecord, startedAt: number) {
    this.id = id;
    this.connection = connection;
    this.startedAt = startedAt;
  }

  /** @param moment - in ms of `performance.now()` */
  since(moment: number): number {
    return Math.max(0, Math.round((moment - this.startedAt) * 1000));
  }

  /**
   * Gives up what it holds: it may be under way for hours. One that is over does so as well: while it is old garbage itself, it would
   * keep what is young alive.
   */
  drop(): void {
    this.isDropped = true;
    this.rawHeaders = NOTHING;
    this.requestHead = null;
    this.requestBody = null;
    this.requestWire = null;
    this.requestTrailers = NOTHING;
    this.interims = null;
    this.responseHead = null;
    this.setEntries = NOTHING;
    this.responseBody = null;
    this.chunks = null;
    this.responseTrailers = NOTHING;
    this.refusal = null;
  }
}
