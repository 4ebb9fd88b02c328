// A client that sends bytes as they are and reads answers strictly.
// In: a connected socket. Out: one parsed response at a time, interim ones attached to the final one they precede.
// It must never be lenient: whatever RFC 9112 forbids in an answer throws, and so does a byte too many.
import type { Socket } from 'node:net';

export interface RawResponse {
  version: string;
  status: number;
  reason: string;
  /** Every field line in order, names as sent. */
  fields: [name: string, value: string][];
  /** The values of one field, joined by `, `; undefined when it is absent. */
  field(name: string): string | undefined;
  /** The 1xx answers that came before this one. */
  interim: RawResponse[];
  framing: 'none' | 'length' | 'chunked' | 'close';
  /** The body as latin1. */
  body: string;
  /** The body's chunks when it is chunked. */
  chunks: string[];
  trailers: [name: string, value: string][];
}

/** How long a wait may last before the test is told what is missing; far above what any answer takes. */
const patience = 10_000;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const statusLine = /^HTTP\/(1\.[01]) (\d{3}) ([\t\x20-\x7e\x80-\xff]*)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const forbidden = /[\x00-\x08\x0a-\x1f\x7f]/;

export class RawClient {
  /** Bytes that came and were not read yet, as latin1. */
  pending = '';
  /** The server sent FIN. */
  ended = false;
  /** The connection is gone, with this error if it was reset. */
  closed = false;
  error: NodeJS.ErrnoException | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => {
      this.pending += data.toString('latin1');
      this.#wake();
    });
    socket.on('end', () => {
      this.ended = true;
      this.#wake();
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('close', () => {
      this.ended = true;
      this.closed = true;
      this.#wake();
    });
  }

  /** Sends bytes; a string is latin1. */
  send(bytes: string | Uint8Array): this {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return this;
  }

  /** Says that nothing more will be sent (FIN). */
  finish(): this {
    this.socket.end();
    return this;
  }

  /** Resolves once `done` holds; throws what came instead when it does not in time or the server ends first. */
  async #until(done: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + patience;
    while (!done()) {
      const left = deadline - Date.now();
      if (this.ended || left <= 0) {
        const why = left <= 0 ? 'in time' : `before the end${this.error ? ` (${this.error.code})` : ''}`;
        throw new Error(`${what} did not come ${why}; unread: ${JSON.stringify(this.pending.slice(0, 500))}`);
      }
      await this.#change(left);
    }
  }

  #wake(): void {
    for (const goOn of this.#waiting) goOn();
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const goOn = () => {
        clearTimeout(timer);
        this.#waiting.delete(goOn);
        resolve();
      };
      const timer = setTimeout(goOn, ms);
      this.#waiting.add(goOn);
    });
  }

  #take(length: number): string {
    const bytes = this.pending.slice(0, length);
    this.pending = this.pending.slice(length);
    return bytes;
  }

  async #line(what: string): Promise<string> {
    await this.#until(() => this.pending.includes('\r\n'), what);
    return this.#take(this.pending.indexOf('\r\n') + 2).slice(0, -2);
  }

  async #exactly(length: number, what: string): Promise<string> {
    await this.#until(() => this.pending.length >= length, what);
    return this.#take(length);
  }

  async #fieldLines(what: string): Promise<[string, string][]> {
    const fields: [string, string][] = [];
    for (let line = await this.#line(what); line !== ''; line = await this.#line(what)) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon);
      if (colon < 1 || !token.test(name) || forbidden.test(line)) {
        throw new Error(`malformed field line ${JSON.stringify(line)}`);
      }
      fields.push([name, line.slice(colon + 1).trim()]);
    }
    return fields;
  }

  /** Waits until some text has come, without reading it. */
  async sees(text: string): Promise<void> {
    await this.#until(() => this.pending.includes(text), JSON.stringify(text));
  }

  /** The next final answer; `method` is the request's, since it decides whether there is a body. */
  async response(method = 'GET'): Promise<RawResponse> {
    const interim: RawResponse[] = [];
    for (;;) {
      const response = await this.#head();
      if (response.status < 200 && response.status !== 101) {
        interim.push(response);
        continue;
      }
      response.interim = interim;
      await this.#body(response, method);
      return response;
    }
  }

  /** The next answer's head, final or interim, its body unread. */
  async #head(): Promise<RawResponse> {
    const line = await this.#line('a status line');
    const [, version, status, reason] = statusLine.exec(line) ?? [];
    if (!version || !status) throw new Error(`malformed status line ${JSON.stringify(line)}`);
    const fields = await this.#fieldLines('a header section');
    return {
      version,
      status: Number(status),
      reason: reason ?? '',
      fields,
      field: (name) => values(fields, name)?.join(', '),
      interim: [],
      framing: 'none',
      body: '',
      chunks: [],
      trailers: [],
    };
  }

  async #body(response: RawResponse, method: string): Promise<void> {
    const length = values(response.fields, 'content-length');
    const coding = values(response.fields, 'transfer-encoding');
    if (length && coding) throw new Error('both Content-Length and Transfer-Encoding');
    if (length && (length.length > 1 || !/^\d+$/.test(length[0] ?? ''))) throw new Error(`length ${length}`);
    if (coding && coding.join() !== 'chunked') throw new Error(`transfer coding ${coding}`);
    const { status } = response;
    if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return;
    if (method === 'CONNECT' && status < 300) return;
    if (coding) {
      response.framing = 'chunked';
      await this.#chunks(response);
    } else if (length) {
      response.framing = 'length';
      response.body = await this.#exactly(Number(length[0]), 'the body');
    } else {
      response.framing = 'close';
      response.body = await this.rest();
    }
  }

  async #chunks(response: RawResponse): Promise<void> {
    for (;;) {
      const size = await this.#line('a chunk size');
      if (!/^[0-9a-f]+$/i.test(size)) throw new Error(`malformed chunk size ${JSON.stringify(size)}`);
      if (Number.parseInt(size, 16) === 0) break;
      response.chunks.push(await this.#exactly(Number.parseInt(size, 16), 'a chunk'));
      if ((await this.#exactly(2, 'the end of a chunk')) !== '\r\n') throw new Error('a chunk is too long');
    }
    response.body = response.chunks.join('');
    response.trailers = await this.#fieldLines('the trailer section');
  }

  /** Everything that comes until the server ends the connection. */
  async rest(): Promise<string> {
    while (!this.ended) {
      const before = this.pending.length;
      await this.#change(patience);
      if (this.ended || this.pending.length > before) continue;
      const start = JSON.stringify(this.pending.slice(0, 500));
      throw new Error(`the server did not close; ${before} characters unread: ${start}`);
    }
    return this.#take(this.pending.length);
  }

  /** Resolves when the server ends the connection without another byte; throws otherwise. */
  async nothingMore(): Promise<void> {
    const rest = await this.rest();
    if (rest !== '')
      throw new Error(`unexpected bytes before the close: ${JSON.stringify(rest.slice(0, 500))}`);
  }
}

function values(fields: [string, string][], name: string): string[] | undefined {
  const found = fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);
  return found.length > 0 ? found : undefined;
}
