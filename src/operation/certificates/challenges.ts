/**
 * Challenges under way, and the state of which they are a part. In: certificates and challenges as they come and go.
 * Out: a new state, put in place everywhere before anybody says that it is.
 */
import { createHash, createPublicKey, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { Challenge, Challenger, ChallengeType } from './acme/order.js';
import { addressOctets } from './addresses.js';
import type { ServedState } from './served-state.js';
import {
  acmeIdentifier,
  alternativeNames,
  generateKey,
  keyToPem,
  makeCertificate,
  type Pair,
} from './x509.js';

/** Puts a state in place; resolves once it is, in every process that serves. */
export type PutInPlace = (state: ServedState) => void | Promise<void>;

export class StateKeeper implements Challenger {
  readonly types: ChallengeType[];
  readonly #putInPlace: PutInPlace;
  #closed = false;
  #state: ServedState = {
    pairs: [],
    names: [],
    httpAnswers: {},
    tlsAnswers: {},
    ticketSecret: randomBytes(32).toString('base64'),
  };

  /**
   * @param types those that an authority's questions can reach, the preferred first
   * @param names what is to be served
   */
  constructor(types: readonly ChallengeType[], names: readonly string[], putInPlace: PutInPlace) {
    this.types = [...types];
    this.#state = { ...this.#state, names };
    this.#putInPlace = putInPlace;
  }

  get state(): ServedState {
    return this.#state;
  }

  async usePairs(pairs: readonly Pair[]): Promise<void> {
    await this.#change({ pairs });
  }

  async present({ type, name, token, keyAuthorization }: Challenge): Promise<void> {
    const { httpAnswers, tlsAnswers } = this.#state;
    if (type === 'http-01')
      await this.#change({ httpAnswers: { ...httpAnswers, [token]: keyAuthorization } });
    else {
      const answer = answerTo(name, keyAuthorization);
      await this.#change({ tlsAnswers: { ...tlsAnswers, [serverNameOf(name)]: answer } });
    }
  }

  async withdraw({ token, name }: Challenge): Promise<void> {
    const { [token]: _answered, ...httpAnswers } = this.#state.httpAnswers;
    const { [serverNameOf(name)]: _presented, ...tlsAnswers } = this.#state.tlsAnswers;
    await this.#change({ httpAnswers, tlsAnswers });
  }

  /** Puts nothing in place any more: who would, is on its way out. */
  close(): void {
    this.#closed = true;
  }

  async #change(change: Partial<ServedState>): Promise<void> {
    if (this.#closed) return;
    const next = { ...this.#state, ...change };
    await this.#putInPlace(next);
    this.#state = next;
  }
}

/** The name that an authority asks for; for an address, its name in the reverse zone (RFC 8738 §6). */
function serverNameOf(name: string): string {
  const version = isIP(name);
  if (version === 0) return name;
  const octets = [...addressOctets(name)].reverse();
  if (version === 4) return `${octets.join('.')}.in-addr.arpa`;
  const nibbles = octets.flatMap((octet) => [octet & 15, octet >> 4]).map((nibble) => nibble.toString(16));
  return `${nibbles.join('.')}.ip6.arpa`;
}

/** A certificate that only an authority gets to see (RFC 8737 §3). */
function answerTo(name: string, keyAuthorization: string): Pair {
  const key = generateKey();
  const day = 86_400_000;
  const cert = makeCertificate(
    {
      subject: 'acme challenge',
      publicKey: createPublicKey(key),
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + day),
      extensions: [
        alternativeNames([name]),
        acmeIdentifier(createHash('sha256').update(keyAuthorization).digest()),
      ],
    },
    key,
  );
  return { cert, key: keyToPem(key) };
}
