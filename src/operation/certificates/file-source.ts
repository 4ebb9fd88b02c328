/**
 * A certificate and its key in two files that somebody else keeps: looked at every other second, whatever links and
 * file systems are between, and taken over when they fit. In: their names. Out: pairs; a problem where they don't fit,
 * and then what was served is served on.
 */
import { stat } from 'node:fs/promises';
import { readPair } from './pair-files.js';
import { CertificateProblem } from './problem.js';
import type { CertificateSource, Serve, Tell } from './source.js';
import { certificatesIn, namesIn, type Pair } from './x509.js';

/** Milliseconds between two looks at the files. */
const interval = 2000;

export class FileSource implements CertificateSource {
  readonly #files: { cert: string; key: string };
  readonly #tell: Tell;
  readonly #interval: number;
  #serve: Serve | undefined;
  #served: Pair | undefined;
  /** What the files were when they were last looked at, and when they were last read. */
  #seen = '';
  #read = '';
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  /** What was in the way when the files were last read. */
  #trouble = '';

  constructor(files: { cert: string; key: string }, tell: Tell, every = interval) {
    this.#files = files;
    this.#tell = tell;
    this.#interval = every;
  }

  async start(serve: Serve): Promise<void> {
    this.#serve = serve;
    this.#read = await this.#stamps();
    const pair = await readPair(this.#files);
    await serve([pair]);
    this.#served = pair;
    const over = this.#overSince(pair);
    if (over) this.#tell({ kind: 'problem', problem: over });
    this.#timer = setInterval(() => void this.#look(), this.#interval).unref();
  }

  /** Reads the files again, changed or not. */
  reload(): Promise<void> {
    this.#read = '';
    this.#seen = '';
    this.#trouble = '';
    return this.#once(() => this.#take());
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Reads the files when they have changed and then stayed as they are for one look: two files are written one by one. */
  #look(): Promise<void> {
    return this.#once(async () => {
      const now = await this.#stamps();
      const calm = now === this.#seen;
      this.#seen = now;
      if (!calm || now === this.#read) return;
      this.#read = now;
      await this.#take();
    });
  }

  async #once(work: () => Promise<void>): Promise<void> {
    await this.#looking;
    this.#looking = work().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  #overSince({ cert }: Pair): CertificateProblem | undefined {
    const [certificate] = certificatesIn(cert);
    const until = new Date(certificate?.validTo ?? '');
    return until.getTime() < Date.now()
      ? new CertificateProblem('pairOver', { cert: this.#files.cert, until })
      : undefined;
  }

  async #stamps(): Promise<string> {
    const stamps = Object.values(this.#files).map(async (file) => {
      const { ino, size, mtimeMs, ctimeMs } = await stat(file);
      return [ino, size, mtimeMs, ctimeMs].join(' ');
    });
    return Promise.all(stamps).then(
      (all) => all.join(),
      () => '',
    );
  }

  async #take(): Promise<void> {
    try {
      const pair = await readPair(this.#files);
      if (pair.cert === this.#served?.cert && pair.key === this.#served.key) {
        this.#trouble = '';
        return;
      }
      const over = this.#overSince(pair);
      if (over) throw over;
      await this.#serve?.([pair]);
      this.#served = pair;
      const [certificate] = certificatesIn(pair.cert);
      if (!certificate) return;
      this.#trouble = '';
      const names = namesIn(certificate);
      this.#tell({
        kind: 'reloaded',
        names: names.length > 0 ? names : [this.#files.cert],
        until: new Date(certificate.validTo),
      });
    } catch (problem) {
      // Said once, unless somebody asks: after SIGHUP the next look finds the same.
      const { message } = problem as Error;
      if (message === this.#trouble) return;
      this.#trouble = message;
      const [served] = certificatesIn(this.#served?.cert ?? '');
      const until = served && new Date(served.validTo);
      this.#tell({ kind: 'problem', problem: problem as Error, until });
    }
  }
}
