// A strict reader of the bytes that a server sent: one response after another, as RFC 9112 has them.
// In: bytes as latin1, and what the client knows of its requests. Out: responses; what is no response throws.
import assert from 'node:assert/strict';

export interface ReadResponse {
  readonly interim: number[];
  readonly status: number;
  readonly fields: [name: string, value: string][];
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  readonly body: string;
  readonly trailers: [name: string, value: string][];
  /** All of it is there. */
  readonly isWhole: boolean;
}

const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) [\t\x20-\x7e\x80-\xff]*$/;
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([\t\x20-\x7e\x80-\xff]*)$/;

/** There is no more, though there should be. */
class Truncated extends Error {}

export class ResponseReader {
  readonly #bytes: string;
  #position = 0;

  constructor(bytes: string) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  #line(): string {
    const end = this.#bytes.indexOf('\r\n', this.#position);
    if (end < 0) throw new Truncated();
    const line = this.#bytes.slice(this.#position, end);
    this.#position = end + 2;
    return line;
  }

  #fields(): [string, string][] {
    const fields: [string, string][] = [];
    for (;;) {
      const line = this.#line();
      if (line === '') return fields;
      const [, name, value] = FIELD_LINE.exec(line) ?? assert.fail(`no field line: ${JSON.stringify(line)}`);
      fields.push([name as string, value as string]);
    }
  }

  /** The next response, to a request with this method; null where the bytes end within its head. */
  read(method: string): ReadResponse | null {
    try {
      return this.#read(method);
    } catch (error) {
      if (!(error instanceof Truncated)) throw error;
      this.#position = this.#bytes.length;
      return null;
    }
  }

  #read(method: string): ReadResponse {
    const interim: number[] = [];
    for (;;) {
      const line = this.#line();
      const status = Number(
        (STATUS_LINE.exec(line) ?? assert.fail(`no status line: ${JSON.stringify(line)}`))[1],
      );
      const fields = this.#fields();
      const framed = checkFraming(status, fields);
      if (status >= 200) return { interim, status, fields, ...this.#body(method, status, framed) };
      interim.push(status);
    }
  }

  #body(method: string, status: number, [lengths, codings]: [string[], string[]]) {
    const none = { body: '', trailers: [] as [string, string][], isWhole: true };
    if (method === 'HEAD' || status === 204 || status === 304) return { framing: 'none' as const, ...none };
    if (codings.length > 0) return { framing: 'chunked' as const, ...this.#chunks() };
    if (lengths.length === 0) {
      return { framing: 'close' as const, ...none, body: this.#upTo(this.#bytes.length) };
    }
    const length = Number(lengths[0]);
    const body = this.#upTo(length);
    return { framing: 'length' as const, ...none, body, isWhole: body.length === length };
  }

  #upTo(length: number): string {
    const body = this.#bytes.slice(this.#position, this.#position + length);
    this.#position += body.length;
    return body;
  }

  #chunks() {
    let body = '';
    try {
      for (;;) {
        const size = this.#line();
        assert.match(size, /^[0-9a-f]+$/, 'a chunk size');
        const length = Number.parseInt(size, 16);
        if (length === 0) return { body, trailers: this.#fields(), isWhole: true };
        const chunk = this.#upTo(length);
        body += chunk;
        if (chunk.length < length) throw new Truncated();
        assert.equal(this.#line(), '', 'a chunk is as long as it says');
      }
    } catch (error) {
      if (!(error instanceof Truncated)) throw error;
      this.#position = this.#bytes.length;
      return { body, trailers: [], isWhole: false };
    }
  }
}

/** The framing fields, where they may stand together and with this status. */
function checkFraming(status: number, fields: [string, string][]): [lengths: string[], codings: string[]] {
  const values = (name: string) =>
    fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);
  const lengths = values('content-length');
  const codings = values('transfer-encoding');
  assert.ok(lengths.length <= 1 && codings.length <= 1, 'a framing field comes once');
  assert.ok(lengths.length + codings.length <= 1, 'not both framing fields');
  if (lengths.length > 0) assert.match(lengths[0] as string, /^\d+$/);
  if (codings.length > 0) assert.equal(codings[0], 'chunked');
  if (status < 200 || status === 204) assert.deepEqual([lengths, codings], [[], []], `framed ${status}`);
  if (status === 304) assert.deepEqual(codings, [], 'framed 304');
  return [lengths, codings];
}
