/**
 * The certificate of one public name: ordered, kept on disk, renewed in time, and used whatever the authority does for
 * as long as it is good. In: looks at the clock. Out: a pair, and words on what happened. Processes that share the folder
 * order once.
 */
import type { X509Certificate } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import { CertificateProblem } from '../problem.js';
import type { Storage } from '../storage.js';
import { certificatesIn, namesIn, type Pair } from '../x509.js';
import { type AccountOptions, connectionWithAccount, forgetAccount, wrongKey } from './account.js';
import type { AcmeConnection } from './connection.js';
import { type Challenger, type ChallengeType, orderCertificate } from './order.js';
import { explain, FailedChallenge, RefusedByAuthority } from './refusal.js';
import { renewalName, renewalTime, suggestedWindow, type Window } from './renewal-time.js';

const minute = 60_000;
const hour = 60 * minute;
/** Milliseconds until the next try, by the number of those that failed: authorities allow few failures in an hour. */
const pauses = [5, 15, 30, 60, 120, 240, 360].map((minutes) => minutes * minute);
/** Milliseconds after which the disk is looked at while something fails: another process may have had more luck. */
const shortRest = 15_000;
/** Milliseconds after which the clock, the disk and the authority are looked at again in any case. */
const longestRest = hour;

export interface Kept {
  pair: Pair;
  certificate: X509Certificate;
}

export interface KeptOptions extends AccountOptions {
  profile?: string | undefined;
}

/** What happened to a certificate. */
export type Happening =
  | { kind: 'obtained'; name: string; until: Date }
  | { kind: 'problem'; name: string; problem: Error; again: Date; until: Date | undefined };

export class KeptCertificate {
  readonly name: string;
  readonly #storage: Storage;
  readonly #options: KeptOptions;
  readonly #challenger: Challenger;
  readonly #tell: (happening: Happening) => void;
  #kept: Kept | undefined;
  #window: Window | undefined;
  /** When the authority is to be asked for its window. */
  #askAt = 0;
  #failures = 0;
  /** Whether the last of the kinds of challenges comes first: it worked when the other failed. */
  #turned = false;
  /** Not before then is anything ordered. */
  #notBefore = 0;
  /** Where in a window it is renewed; the same for as long as this process runs. */
  readonly #chance = Math.random();

  constructor(
    name: string,
    storage: Storage,
    options: KeptOptions,
    challenger: Challenger,
    tell: (happening: Happening) => void,
  ) {
    this.name = name;
    this.#storage = storage;
    this.#options = options;
    this.#challenger = challenger;
    this.#tell = tell;
  }

  /** What can be served; `undefined` as long as there is nothing. */
  get pair(): Pair | undefined {
    return this.#kept?.pair;
  }

  /** Reads what is on disk. */
  async load(): Promise<void> {
    const text = await this.#storage.read(this.#file);
    if (text !== undefined) this.#kept = keptIn(text, this.name) ?? this.#kept;
  }

  /** Reads it, and takes what another process has put there while this one failed for an end to that. */
  async #takeOver(now: number): Promise<void> {
    const before = this.#kept?.pair.cert;
    await this.load();
    const { certificate, pair } = this.#kept ?? {};
    if (this.#failures === 0 || !certificate || pair?.cert === before) return;
    if (now >= renewalTime(certificate, undefined, 0)) return;
    this.#window = undefined;
    this.#failures = 0;
    this.#notBefore = 0;
    this.#tell({ kind: 'obtained', name: this.name, until: new Date(certificate.validTo) });
  }

  /** Tries again at once, whatever failed before. */
  hurry(): void {
    this.#notBefore = 0;
    this.#askAt = 0;
  }

  /** Looks whether anything is to be done, does it, and tells after how many milliseconds to look again. */
  async look(now = Date.now()): Promise<number> {
    try {
      await this.#takeOver(now);
      await this.#askForWindow(now);
      if (now >= this.#notBefore && now >= this.#renewAt) {
        await this.#storage.alone(this.#stem, () => this.#orderUnlessDone(now), this.#options.signal);
        this.#failures = 0;
      }
    } catch (error) {
      // Who ends the wait wants no word of it.
      if (!this.#options.signal?.aborted) this.#fail(error, now);
    }
    const next = Math.max(this.#notBefore, Math.min(this.#renewAt, this.#askAt || Number.POSITIVE_INFINITY));
    return Math.min(Math.max(next - now, 1000), this.#failures > 0 ? shortRest : longestRest);
  }

  get #stem(): string {
    return this.name.replaceAll(':', '_');
  }

  get #file(): string {
    return `${this.#stem}.pem`;
  }

  get #renewAt(): number {
    return this.#kept ? renewalTime(this.#kept.certificate, this.#window, this.#chance) : 0;
  }

  #connection(): Promise<AcmeConnection> {
    return connectionWithAccount(this.#storage, this.#options);
  }

  /** Asks the authority when to renew. That it doesn't answer is no trouble: then the lifetime decides. */
  async #askForWindow(now: number): Promise<void> {
    if (!this.#kept || now < this.#askAt) return;
    this.#askAt = now + longestRest;
    try {
      this.#window = await suggestedWindow(await this.#connection(), this.#kept.certificate);
      this.#askAt = now + (this.#window?.askAgain ?? 24 * hour);
    } catch {
      // It is asked again in an hour.
    }
  }

  async #orderUnlessDone(now: number): Promise<void> {
    // Another process may have done it while this one waited.
    const before = this.#kept?.pair.cert;
    await this.load();
    if (
      this.#kept &&
      this.#kept.pair.cert !== before &&
      now < renewalTime(this.#kept.certificate, undefined, 0)
    ) {
      this.#window = undefined;
      return;
    }
    const pair = await this.#orderEitherWay(await this.#connection());
    await this.#storage.write(this.#file, pair.key + pair.cert);
    this.#use(pair, now);
  }

  /** In every way at the first try; after that in one a try, in turn: authorities allow few failures in an hour. */
  async #orderEitherWay(connection: AcmeConnection): Promise<Pair> {
    const types = [...this.#challenger.types];
    if (this.#turned) types.reverse();
    try {
      return await this.#order(connection, types);
    } catch (error) {
      if (!(error instanceof FailedChallenge) || types.length < 2) throw error;
      this.#turned = !this.#turned;
      if (this.#failures > 0) throw error;
      return await this.#order(connection, types.reverse()).catch((other) => {
        this.#turned = !this.#turned;
        throw other instanceof FailedChallenge ? error : other;
      });
    }
  }

  async #order(connection: AcmeConnection, types: readonly ChallengeType[]): Promise<Pair> {
    const { profile } = this.#options;
    const replaces =
      this.#kept && (await connection.directory()).renewalInfo
        ? renewalName(this.#kept.certificate)
        : undefined;
    const challenger: Challenger = {
      types,
      present: (challenge) => this.#challenger.present(challenge),
      withdraw: (challenge) => this.#challenger.withdraw(challenge),
    };
    try {
      return await orderCertificate(connection, { name: this.name, profile, replaces }, challenger);
    } catch (error) {
      if (!(error instanceof RefusedByAuthority) || error.type !== 'accountDoesNotExist') throw error;
      await forgetAccount(this.#storage);
      return orderCertificate(await this.#connection(), { name: this.name, profile }, challenger);
    }
  }

  #use(pair: Pair, now: number): void {
    const [certificate] = certificatesIn(pair.cert);
    if (!certificate) return;
    this.#kept = { pair, certificate };
    this.#window = undefined;
    this.#askAt = 0;
    const [from, until] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
    // By this clock it would be ordered again and again.
    if (until.getTime() <= now || from.getTime() > now + hour) {
      throw new CertificateProblem('acmeClock', { name: this.name, from, until });
    }
    this.#tell({ kind: 'obtained', name: this.name, until });
  }

  #fail(error: unknown, now: number): void {
    const problem = this.#inWords(error, now);
    const retryAfter = error instanceof RefusedByAuthority ? error.retryAfter : undefined;
    const last = problem instanceof CertificateProblem && problem.code === 'acmeClock';
    const step = last ? pauses.length - 1 : Math.min(this.#failures, pauses.length - 1);
    const pause = Math.round((pauses[step] ?? hour) * (0.9 + Math.random() / 5));
    this.#failures += 1;
    this.#notBefore = now + Math.max(pause, retryAfter ?? 0);
    const until = this.#kept && new Date(this.#kept.certificate.validTo);
    this.#tell({ kind: 'problem', name: this.name, problem, again: new Date(this.#notBefore), until });
  }

  #inWords(error: unknown, now: number): Error {
    if (!(error instanceof RefusedByAuthority)) return error as Error;
    return wrongKey(error, this.#storage) ?? explain(error, this.name, now);
  }
}

/** What a file holds, if it is of use: a key, and a certificate that fits it and has this name. */
export function keptIn(text: string, name: string): Kept | undefined {
  try {
    const [key] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/.exec(text) ?? [];
    const chain = certificatesIn(text);
    const [certificate] = chain;
    if (!key || !certificate?.checkPrivateKey(createPrivateKey(key)) || !namesIn(certificate).includes(name))
      return undefined;
    return { pair: { cert: chain.map(String).join(''), key }, certificate };
  } catch {
    return undefined;
  }
}
