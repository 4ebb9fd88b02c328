/**
 * Writes log lines to a stream, many at once when many come at once.
 *
 * In: lines. Out: writes of those that came in some time, each small enough that lines of several processes don't
 * mix. Where nobody reads, lines are dropped and counted; never waits, and never throws.
 */
/** Bytes that may wait for a slow reader before lines are dropped. */
const BACKLOG = 1024 * 1024;

/** Bytes that wait no longer for more of them. */
const LARGE_WRITE = 64 * 1024;

/** Bytes of one write: what a pipe takes whole (PIPE_BUF of Linux), so that no other process writes in between. */
export const WHOLE_WRITE = 4096;

/** Characters of lines that become bytes at once: one by one takes longer, and so does what lies about for some time. */
const GATHERED = 1024;

/** Bytes of a character in UTF-8, at most. */
const MOST_BYTES = 3;

/** Where lines go: a Writable, or what is like one as far as this goes. */
export interface LineStream {
  readonly writable: boolean;
  readonly writableLength: number;
  /** @param lines - lent: other lines after the call */
  write(lines: Buffer): unknown;
}

export interface LineWriterOptions {
  /** Milliseconds that a line may wait for others, to leave with them; 0: until the turn of the event loop is over. */
  delay: number;
  /** Whether other processes write to the same stream. */
  shared: boolean;
  /** Told, when the stream is read again or at the end, how many lines were lost. */
  onLost: (count: number) => void;
}

export class LineWriter {
  readonly #stream: LineStream;
  readonly #options: LineWriterOptions;
  /** What waits: bytes, and after them lines that are to become some. */
  readonly #bytes: Buffer;
  #length = 0;
  #lines = '';
  #lost = 0;
  #scheduled = false;
  readonly #flush = () => this.flush();

  constructor(stream: LineStream, options: LineWriterOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#bytes = Buffer.allocUnsafeSlow(options.shared ? WHOLE_WRITE : LARGE_WRITE);
  }

  write(line: string): void {
    if (this.#stream.writableLength + this.#length + this.#lines.length > BACKLOG) {
      this.#lost++;
      return;
    }
    if (!this.#scheduled) this.#schedule();
    if (this.#lines.length + line.length >= GATHERED) this.#encode();
    this.#lines += `${line}\n`;
  }

  #schedule(): void {
    this.#scheduled = true;
    const { delay } = this.#options;
    if (delay > 0) setTimeout(this.#flush, delay).unref();
    else setImmediate(this.#flush);
  }

  /** Makes bytes of the lines, after those that wait; where there is no room for both, these leave before. */
  #encode(): void {
    const lines = this.#lines;
    const size = this.#bytes.length;
    const length = this.#options.shared ? Buffer.byteLength(lines) : lines.length * MOST_BYTES;
    this.#lines = '';
    if (this.#length + length > size) this.#pass();
    if (length > size) this.#give(Buffer.from(lines));
    else this.#length += this.#bytes.write(lines, this.#length);
  }

  /** Passes on what waits, at once. */
  flush(): void {
    this.#scheduled = false;
    if (this.#lost > 0 && this.#stream.writableLength === 0) {
      this.#options.onLost(this.#lost);
      this.#lost = 0;
    }
    this.#encode();
    this.#pass();
  }

  /** Passes on what waits for the last time, and tells what was lost. */
  end(): void {
    this.flush();
    if (this.#lost > 0) this.#options.onLost(this.#lost);
    this.#lost = 0;
  }

  #pass(): void {
    const bytes = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    if (bytes.length > 0) this.#give(bytes);
  }

  #give(bytes: Buffer): void {
    if (this.#stream.writable) this.#stream.write(bytes);
  }
}
