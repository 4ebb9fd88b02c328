/**
 * Certificates in files that somebody else keeps: looked at every other second, and taken over when they fit. In: the names
 * of the files, a pair or several. Out: all pairs whenever one of them changes; one that doesn't fit leaves the others alone.
 */
import type { PairFiles } from './pair-files.js';
import type { CertificateSource, Serve, Tell } from './source.js';
import { WatchedPair } from './watched-pair.js';
import type { Pair } from './x509.js';

/** Milliseconds between two looks at the files. */
const interval = 2000;

export class FileSource implements CertificateSource {
  readonly #watched: readonly WatchedPair[];
  readonly #interval: number;
  #serve: Serve | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What is done at the moment: looks don't overlap. */
  #work: Promise<void> = Promise.resolve();
  #looking = false;

  /** @param files the first pair is for clients that name none of the others' names */
  constructor(files: readonly PairFiles[], tell: Tell, every = interval) {
    this.#watched = files.map((pair) => new WatchedPair(pair, tell));
    this.#interval = every;
  }

  async start(serve: Serve): Promise<void> {
    this.#serve = serve;
    for (const watched of this.#watched) await watched.begin();
    await serve(this.#pairs());
    for (const watched of this.#watched) watched.judge();
    this.#timer = setInterval(() => this.#look(), this.#interval).unref();
  }

  /** Reads the files again, changed or not. */
  reload(): Promise<void> {
    return this.#then((watched) => watched.readAgain((pair) => this.#replace(watched, pair)));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    // A file system that hangs makes no queue of looks.
    if (this.#looking) return;
    this.#looking = true;
    void this.#then((watched) => watched.look((pair) => this.#replace(watched, pair))).finally(() => {
      this.#looking = false;
    });
  }

  #then(work: (watched: WatchedPair) => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      for (const watched of this.#watched) await work(watched);
    });
    return this.#work;
  }

  async #replace(watched: WatchedPair, pair: Pair): Promise<void> {
    await this.#serve?.(this.#pairs(watched, pair));
  }

  /** What is served, but for one that is changed. */
  #pairs(changed?: WatchedPair, pair?: Pair): Pair[] {
    return this.#watched.flatMap((watched) => (watched === changed ? pair : watched.pair) ?? []);
  }
}
