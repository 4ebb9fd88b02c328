/**
 * Writes log lines to a stream, many at once when many come at once.
 *
 * In: lines. Out: writes of those that came in some time, each small enough that lines of several processes don't
 * mix. Where nobody reads, lines are dropped and counted; never waits, and never throws.
 */
/** Bytes that may wait for a slow reader before lines are dropped. */
const BACKLOG = 1024 * 1024;

/** Characters that wait no longer for more of them. */
const LARGE_WRITE = 64 * 1024;

/** Bytes of one write: what a pipe takes whole (PIPE_BUF of Linux), so that no other process writes in between. */
const WHOLE_WRITE = 4096;

/** Where lines go: a Writable, or what is like one as far as this goes. */
export interface LineStream {
  readonly writable: boolean;
  readonly writableLength: number;
  write(lines: string): unknown;
}

export interface LineWriterOptions {
  /** Milliseconds that a line may wait for others, to leave with them; 0: until the turn of the event loop is over. */
  delay: number;
  /** Whether other processes write to the same stream. */
  shared: boolean;
  /** Told, when the stream is read again, how many lines were lost. */
  onLost: (count: number) => void;
}

export class LineWriter {
  readonly #stream: LineStream;
  readonly #options: LineWriterOptions;
  #waiting = '';
  /** Bytes of what waits, where others write as well. */
  #bytes = 0;
  #lost = 0;
  #scheduled = false;
  readonly #flush = () => this.flush();

  constructor(stream: LineStream, options: LineWriterOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  write(line: string): void {
    if (this.#stream.writableLength + this.#waiting.length > BACKLOG) {
      this.#lost++;
      return;
    }
    if (!this.#scheduled) this.#schedule();
    if (this.#options.shared) this.#makeRoom(line);
    this.#waiting += `${line}\n`;
    if (this.#waiting.length > LARGE_WRITE) this.#pass();
  }

  #schedule(): void {
    this.#scheduled = true;
    const { delay } = this.#options;
    if (delay > 0) setTimeout(this.#flush, delay).unref();
    else setImmediate(this.#flush);
  }

  /** Passes on what waits where it would not go in one write with the line. */
  #makeRoom(line: string): void {
    const length = Buffer.byteLength(line) + 1;
    if (this.#bytes + length > WHOLE_WRITE) this.#pass();
    this.#bytes += length;
  }

  /** Passes on what waits, at once. */
  flush(): void {
    this.#scheduled = false;
    if (this.#lost > 0 && this.#stream.writableLength === 0) {
      this.#options.onLost(this.#lost);
      this.#lost = 0;
    }
    this.#pass();
  }

  #pass(): void {
    const { writable } = this.#stream;
    if (writable && this.#waiting !== '') this.#stream.write(this.#waiting);
    this.#waiting = '';
    this.#bytes = 0;
  }
}
