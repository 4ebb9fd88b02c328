/**
 * Certificates of a public authority by ACME (RFC 8555): each name has its own, so that one that fails leaves the others
 * alone. In: names, and what the authority wants to know. Out: pairs as they come; trouble is told and tried again.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { termsOf } from './acme/account.js';
import { KeptCertificate, type KeptOptions } from './acme/kept-certificate.js';
import type { Challenger } from './acme/order.js';
import { CertificateProblem } from './problem.js';
import type { CertificateEvent, CertificateSource, Serve, Tell } from './source.js';
import { Storage } from './storage.js';

export interface AcmeOptions extends KeptOptions {
  /** Names and addresses, each for a certificate of its own; the first is served to who names none. */
  names: readonly string[];
}

export class AcmeSource implements CertificateSource {
  readonly #options: AcmeOptions;
  readonly #storage: Storage;
  readonly #tell: Tell;
  readonly #certificates: readonly KeptCertificate[];
  #serve: Serve | undefined;
  /** What was put in place last; at first, that there is nothing yet but names. */
  #served: string | undefined;
  /** To be told once what came of it is served. */
  #happened: CertificateEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #ending = new AbortController();
  /** What is done at the moment; one name after the other, as authorities like it. */
  #work: Promise<void> = Promise.resolve();

  constructor(data: string, options: AcmeOptions, challenger: Challenger, tell: Tell) {
    this.#options = options;
    this.#tell = tell;
    this.#storage = new Storage(join(data, 'acme', folderOf(options.directory)));
    const { signal } = this.#ending;
    this.#certificates = options.names.map(
      (name) =>
        new KeptCertificate(name, this.#storage, { ...options, signal }, challenger, (event) =>
          this.#happened.push(event),
        ),
    );
  }

  /**
   * Serves what is on disk, and sees to the rest in the background: challenges can only be answered once servers listen.
   * @throws CertificateProblem where the terms of the authority are not agreed to yet
   */
  async start(serve: Serve): Promise<void> {
    this.#serve = serve;
    for (const certificate of this.#certificates) await certificate.load();
    // Where there is something to serve, it is served, whatever is missing.
    const nothing = this.#certificates.every(({ pair }) => pair === undefined);
    if (nothing && !this.#options.agreeToTerms) {
      const terms = await termsOf(this.#storage, this.#options);
      if (terms !== undefined) throw new CertificateProblem('acmeTerms', { terms });
    }
    await this.#serveAll();
  }

  /** Orders what is missing and keeps an eye on the rest; called once the servers listen. */
  watch(): void {
    this.#round();
  }

  async reload(): Promise<void> {
    for (const certificate of this.#certificates) certificate.hurry();
    clearTimeout(this.#timer);
    this.#round();
    await this.#work;
  }

  /** Ends what waits, for the authority or for another process; what is served goes on. */
  close(): void {
    this.#ending.abort();
    clearTimeout(this.#timer);
  }

  #round(): void {
    this.#work = this.#work.then(async () => {
      const waits = [];
      for (const certificate of this.#certificates) {
        if (this.#ending.signal.aborted) return;
        waits.push(await certificate.look());
        await this.#serveAll();
        for (const event of this.#happened.splice(0)) this.#tell(event);
      }
      if (this.#ending.signal.aborted) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#round(), Math.min(...waits)).unref();
    });
  }

  async #serveAll(): Promise<void> {
    const pairs = this.#certificates.flatMap(({ pair }) => pair ?? []);
    const now = pairs.map(({ cert }) => cert).join();
    if (now === this.#served) return;
    try {
      await this.#serve?.(pairs);
      this.#served = now;
    } catch (problem) {
      this.#tell({ kind: 'problem', problem: problem as Error });
    }
  }
}

/** A folder for each authority: an account is good at one only. */
function folderOf(directory: string): string {
  const { hostname } = new URL(directory);
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 8);
  return `${hostname.replace(/[^\w.-]/g, '_')}-${digest}`;
}
