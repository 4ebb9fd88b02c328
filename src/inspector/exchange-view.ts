/** What the page is told, as JSON: types only, for both sides. Nothing in it may be taken for HTML. */

export type Outcome = 'complete' | 'aborted' | 'refused' | 'upgraded';

/** A row of the list. */
export interface ExchangeSummary {
  readonly id: number;
  /** Grows with each change. */
  readonly revision: number;
  readonly connection: number;
  /** Of HTTP/2; 0 over HTTP/1.1. */
  readonly stream: number;
  /** Empty where what came was no request. */
  readonly method: string;
  readonly target: string;
  /** 0 where there is no response yet, or none. */
  readonly status: number;
  /** The media type of the response, without parameters; else empty. */
  readonly type: string;
  /** Octets of the bodies, without framing. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** ms since 1970. */
  readonly startedAt: number;
  /** ms until it was over; null while it is under way. */
  readonly duration: number | null;
  readonly outcome: Outcome | null;
  /** The code of the refusal; else empty. */
  readonly code: string;
}

export interface FieldView {
  /** As it was on the wire, without the end of the line. */
  readonly line: string;
  readonly name: string;
  readonly value: string;
  /** The server set it, not the program. */
  readonly added: boolean;
  readonly masked: boolean;
  /** It is no UTF-8: each character stands for a byte. */
  readonly isLatin1?: boolean;
}

export interface BodyView {
  /** Octets in all. */
  readonly total: number;
  /** The first of them, as many as were kept. */
  readonly base64: string;
}

export interface HeadView {
  readonly startLine: string;
  /** The start line is no UTF-8: each character stands for a byte. */
  readonly isLatin1?: boolean;
  readonly fields: readonly FieldView[];
}

export interface RequestView extends HeadView {
  readonly body: BodyView;
  /** A chunked body with its framing. */
  readonly wire: BodyView | null;
  readonly trailers: readonly FieldView[];
}

export interface ResponseView extends HeadView {
  readonly body: BodyView;
  readonly chunked: boolean;
  /** Octets of each chunk, those of the first thousand. */
  readonly chunks: readonly number[];
  /** How many chunks there were. */
  readonly chunkCount: number;
  readonly trailers: readonly FieldView[];
}

export interface RefusalView {
  readonly code: string;
  /** Of the answer that the server gave; 0 where it gave none. */
  readonly status: number;
  readonly reason: string;
  readonly rfc: string;
  /** The program took it over. */
  readonly claimed: boolean;
  /** The bytes that were accepted, those where it was refused, and what came after them; one character is one byte. */
  readonly before: string;
  readonly offending: string;
  readonly after: string;
  /** More came before. */
  readonly isCut: boolean;
}

/** ms since the first byte of the request; null where it has not come to that. */
export interface Times {
  readonly head: number | null;
  readonly requestEnded: number | null;
  readonly handlerReturned: number | null;
  readonly responseHead: number | null;
  readonly responseEnded: number | null;
  readonly turn: number | null;
  readonly closed: number | null;
}

/** One exchange whole. */
export interface ExchangeDetail extends ExchangeSummary {
  /** Empty where no head came. */
  readonly version: string;
  readonly scheme: 'http' | 'https';
  readonly remote: string;
  /** The address of the server's end, without its port; empty where it has none. */
  readonly local: string;
  readonly request: RequestView | null;
  readonly interims: readonly HeadView[];
  readonly response: ResponseView | null;
  readonly refusal: RefusalView | null;
  readonly times: Times;
}

export interface ConnectionView {
  readonly id: number;
  readonly remote: string;
  readonly protocol: string;
  /** Version and cipher; empty without TLS. */
  readonly tls: string;
  readonly requests: number;
  readonly active: number;
  /** It has left HTTP, and speaks another protocol. */
  readonly isUpgraded: boolean;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** ms. */
  readonly age: number;
}

export interface PulseView {
  /** ms since 1970. */
  readonly at: number;
  readonly requestsPerSecond: number;
  readonly errorsPerSecond: number;
  readonly p50: number | null;
  readonly p99: number | null;
  /** ms by which timers were late, at most. */
  readonly loopDelay: number;
  /** Bytes of the process. */
  readonly memory: number;
  readonly connectionCount: number;
  /** The newest of them. */
  readonly connections: readonly ConnectionView[];
}

/** What begins an event stream. */
export interface GreetingView {
  /** A text that differs from process to process. */
  readonly run: string;
  readonly maxExchanges: number;
  readonly maxBytes: number;
  readonly maxBodyBytes: number;
  /** Names of fields that are masked. */
  readonly redact: readonly string[];
}

export interface BatchView {
  readonly exchanges: readonly ExchangeSummary[];
  /** The number of the oldest exchange that is still kept: those before it can't be opened any more. */
  readonly oldest: number;
  /** Exchanges of which this page was told nothing, since the last time, for there were too many. */
  readonly missed: number;
}
