/**
 * A certificate and its key in two files that somebody else keeps. In: their names, and looks at them, whatever links and
 * file systems are between. Out: a pair that fits and is good now, or a problem, said once; then the pair before stays.
 */
import { stat } from 'node:fs/promises';
import { type PairFiles, readPair } from './pair-files.js';
import { CertificateProblem } from './problem.js';
import type { Tell } from './source.js';
import { certificatesIn, namesIn, type Pair } from './x509.js';

/** Puts a pair in the place of the one before; rejects where it can't be served. */
export type Replace = (pair: Pair) => Promise<void>;

export class WatchedPair {
  readonly #files: PairFiles;
  readonly #tell: Tell;
  #pair: Pair | undefined;
  /** What the files were when they were last looked at, and when they were last read. */
  #seen = '';
  #read = '';
  /** What was in the way when the files were last read. */
  #trouble = '';
  /** When a pair that was refused for its date begins. */
  #begins = Number.POSITIVE_INFINITY;

  constructor(files: PairFiles, tell: Tell) {
    this.#files = files;
    this.#tell = tell;
  }

  /** What is served. */
  get pair(): Pair | undefined {
    return this.#pair;
  }

  /** @throws CertificateProblem where the files don't fit */
  async begin(): Promise<void> {
    this.#read = await this.#stamps();
    this.#pair = await readPair(this.#files);
  }

  /** Says what is the matter with the first pair, which is served all the same: there is no other. */
  judge(): void {
    const problem = this.#pair && this.#untimely(this.#pair);
    if (problem) this.#tell({ kind: 'problem', problem });
  }

  /** Reads the files when they have changed and then stayed as they are for one look: two files are written one by one. */
  async look(replace: Replace): Promise<void> {
    const now = await this.#stamps();
    const calm = now === this.#seen;
    this.#seen = now;
    if (Date.now() < this.#begins && (!calm || now === this.#read)) return;
    this.#read = now;
    await this.#take(replace);
  }

  /** Reads the files, changed or not. */
  async readAgain(replace: Replace): Promise<void> {
    this.#read = '';
    this.#seen = '';
    this.#trouble = '';
    await this.#take(replace);
  }

  #untimely({ cert }: Pair): CertificateProblem | undefined {
    const [certificate] = certificatesIn(cert);
    const [from, until] = [new Date(certificate?.validFrom ?? ''), new Date(certificate?.validTo ?? '')];
    const { cert: file } = this.#files;
    if (until.getTime() < Date.now()) return new CertificateProblem('pairOver', { cert: file, until });
    if (from.getTime() > Date.now()) return new CertificateProblem('pairNotYet', { cert: file, from });
    return undefined;
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

  async #take(replace: Replace): Promise<void> {
    this.#begins = Number.POSITIVE_INFINITY;
    try {
      const pair = await readPair(this.#files);
      if (pair.cert === this.#pair?.cert && pair.key === this.#pair.key) {
        this.#trouble = '';
        return;
      }
      const untimely = this.#untimely(pair);
      if (untimely) throw untimely;
      await replace(pair);
      this.#pair = pair;
      this.#trouble = '';
      const [certificate] = certificatesIn(pair.cert);
      if (!certificate) return;
      const names = namesIn(certificate);
      this.#tell({
        kind: 'reloaded',
        names: names.length > 0 ? names : [this.#files.cert],
        until: new Date(certificate.validTo),
      });
    } catch (problem) {
      this.#refuse(problem as Error);
    }
  }

  /** Said once, unless somebody asks: after SIGHUP the next look finds the same. */
  #refuse(problem: Error): void {
    if (problem instanceof CertificateProblem && problem.code === 'pairNotYet')
      this.#begins = (problem as CertificateProblem<'pairNotYet'>).facts.from.getTime();
    if (problem.message === this.#trouble) return;
    this.#trouble = problem.message;
    const [served] = certificatesIn(this.#pair?.cert ?? '');
    this.#tell({ kind: 'problem', problem, until: served && new Date(served.validTo) });
  }
}
