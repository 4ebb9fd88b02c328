/** Certificates of the local authority: a new one after two thirds of the time of the last. */
import { issueLocally, type LocalAuthority } from './local-authority.js';
import type { CertificateSource, Serve, Tell } from './source.js';
import { certificatesIn } from './x509.js';

/** Milliseconds between two looks at the clock, which may have slept meanwhile. */
const interval = 600_000;

export class LocalSource implements CertificateSource {
  readonly #authority: LocalAuthority;
  readonly #names: readonly string[];
  readonly #tell: Tell;
  #renewAt = 0;
  #serve: Serve | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(authority: LocalAuthority, names: readonly string[], tell: Tell) {
    this.#authority = authority;
    this.#names = names;
    this.#tell = tell;
  }

  async start(serve: Serve): Promise<void> {
    this.#serve = serve;
    await this.#renew();
    this.#timer = setInterval(() => {
      if (Date.now() < this.#renewAt) return;
      this.#renew().catch((problem) => this.#tell({ kind: 'problem', problem }));
    }, interval).unref();
  }

  reload(): Promise<void> {
    return this.#renew();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    const pair = issueLocally(this.#authority, this.#names);
    await this.#serve?.([pair]);
    const [certificate] = certificatesIn(pair.cert);
    if (!certificate) return;
    const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    this.#renewAt = from + ((until - from) * 2) / 3;
  }
}
