// What a wire case says: the bytes that are sent, and the answers that must come, no more and no fewer.

/** Bytes as latin1, or something that is done between them. */
export type Step =
  | string
  /** Waits until so many final answers have come. */
  | { answers: number }
  /** Waits until an interim answer with this status has come. */
  | { interim: number }
  /** Lets the server read what was sent, and answer if it means to. */
  | 'wait'
  /** Ends the client's side (FIN). */
  | 'finish';

export interface Answer {
  status: number;
  /** The method of its request, where it is HEAD. */
  method?: 'HEAD';
  interim?: number[];
  framing?: 'none' | 'length' | 'chunked' | 'close';
  body?: string;
  /** Values of fields; null: absent. */
  fields?: Record<string, string | null>;
  trailers?: [string, string][];
  /** What the echo says of the request. */
  echo?: { method?: string; url?: string; body?: string; rawHeaders?: string[]; rawTrailers?: string[] };
}

export interface WireCase {
  says: string;
  /** The section that asks for it. */
  rule: string;
  send: Step[];
  answers: Answer[];
  /** The connection goes on, or the server ends it without a further byte; or nothing may come at all yet. */
  connection: 'open' | 'closed' | 'silent';
}

/** A request with Host and these further lines, with their ends. */
export const request = (line: string, ...fields: string[]): string =>
  `${line} HTTP/1.1\r\nHost: a\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

/** An HTTP/1.0 request without a Host. */
export const oldRequest = (line: string, ...fields: string[]): string =>
  `${line} HTTP/1.0\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

export const chunkedPost = (target: string, body: string, ...fields: string[]): string =>
  request(`POST ${target}`, 'Transfer-Encoding: chunked', ...fields) + body;

export const ok = (echo?: Answer['echo']): Answer => ({ status: 200, echo });
