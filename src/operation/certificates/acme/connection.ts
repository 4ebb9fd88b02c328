/**
 * Requests to an ACME server (RFC 8555 §6): each signed, each with a nonce that is used once, and tried again where a
 * nonce was refused. In: URLs and payloads. Out: answers as JSON or text, or a `CertificateProblem`.
 */
import type { KeyObject } from 'node:crypto';
import { CertificateProblem } from '../problem.js';
import { signForAccount } from './jws.js';
import { type ProblemDocument, RefusedByAuthority } from './refusal.js';

/** The resources of a server that are used here. */
export interface Directory {
  newNonce: string;
  newAccount: string;
  newOrder: string;
  renewalInfo?: string;
  meta?: {
    termsOfService?: string;
    externalAccountRequired?: boolean;
    profiles?: Record<string, string>;
  };
}

export interface Answer {
  status: number;
  /** As text; of JSON for all but certificates. */
  body: string;
  /** Where the resource is that was made. */
  location: string | undefined;
  /** Milliseconds after which it may be asked again. */
  retryAfter: number | undefined;
}

/** Milliseconds in which a server must have answered. */
const patience = 30_000;
/** Times that a request is sent whose nonce was refused. */
const attempts = 12;
/** Milliseconds after which a server is asked again whatever it said: Let's Encrypt's limits are for a week. */
const longestWait = 7 * 86_400_000;
/** Octets of an answer; certificates with their chains have some thousands. */
const mostOctets = 1_000_000;

export class AcmeConnection {
  readonly #directoryUrl: string;
  readonly #nonces: string[] = [];
  #directory: Directory | undefined;
  /** Set once the account is known. */
  kid: string | undefined;
  readonly key: KeyObject;

  /** Ends what waits for the server. */
  readonly signal: AbortSignal | undefined;

  constructor(directoryUrl: string, key: KeyObject, signal?: AbortSignal) {
    this.#directoryUrl = directoryUrl;
    this.key = key;
    this.signal = signal;
  }

  async directory(): Promise<Directory> {
    this.#directory ??= await this.#readDirectory();
    return this.#directory;
  }

  async #readDirectory(): Promise<Directory> {
    const url = this.#directoryUrl;
    const { status, body } = await this.get(url);
    if (status >= 500) throw new CertificateProblem('acmeDown', { url, status });
    const directory = status === 200 ? parsed<Directory>(body) : undefined;
    const complete = [directory?.newNonce, directory?.newAccount, directory?.newOrder].every(
      (url) => typeof url === 'string',
    );
    if (!directory || !complete) throw new CertificateProblem('acmeNoDirectory', { url });
    return directory;
  }

  /** An unsigned GET: of the directory, and of renewal information. */
  async get(url: string): Promise<Answer> {
    return answerOf(await this.#fetch(url, {}));
  }

  /**
   * A signed POST, or a POST-as-GET where there is no payload.
   * @throws RefusedByAuthority with the reason that the server gives
   */
  async post(url: string, payload?: object, { asNew = false } = {}): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const nonce = await this.#nonce();
      const kid = asNew ? undefined : this.kid;
      const response = await this.#fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/jose+json' },
        body: JSON.stringify(signForAccount(this.key, { nonce, url, kid }, payload)),
      });
      const answer = await answerOf(response);
      if (answer.status < 400) return answer;
      const document = parsed<ProblemDocument>(answer.body) ?? {};
      const badNonce = document.type === 'urn:ietf:params:acme:error:badNonce';
      if (!badNonce || attempt === attempts)
        throw new RefusedByAuthority(answer.status, document, answer.retryAfter);
      // The refusal brought a fresh one; those that were kept may be as old as the one refused.
      this.#nonces.splice(0, this.#nonces.length - 1);
    }
  }

  async #nonce(): Promise<string> {
    const kept = this.#nonces.pop();
    if (kept !== undefined) return kept;
    const { newNonce } = await this.directory();
    await (await this.#fetch(newNonce, { method: 'HEAD' })).body?.cancel();
    const fresh = this.#nonces.pop();
    if (fresh === undefined) throw new CertificateProblem('acmeNoDirectory', { url: newNonce });
    return fresh;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    if (!url.startsWith('https:')) throw new CertificateProblem('acmeInsecure', { url });
    try {
      const response = await fetch(url, {
        ...init,
        headers: { ...init.headers, 'User-Agent': 'premier', 'Accept-Language': 'en' },
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(patience), ...(this.signal ? [this.signal] : [])]),
      });
      const nonce = response.headers.get('replay-nonce');
      if (nonce !== null && /^[\w-]+$/.test(nonce)) this.#nonces.push(nonce);
      return response;
    } catch (error) {
      const reason = reasonOf(error as Error);
      const notNow = ['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'].includes(reason);
      throw new CertificateProblem(notNow ? 'acmeNotNow' : 'acmeUnreachable', { url, reason });
    }
  }
}

/** What stands in the way of a request, in a word or a sentence of the system's. */
function reasonOf(error: Error): string {
  const cause = error.cause as (Error & { code?: string }) | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers, url } = response;
  const body = await textOf(response).catch((error) => {
    throw new CertificateProblem('acmeUnreachable', { url, reason: reasonOf(error as Error) });
  });
  return {
    status,
    body,
    location: headers.get('location') ?? undefined,
    retryAfter: retryAfterOf(headers.get('retry-after')),
  };
}

async function textOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > mostOctets) throw new Error('the answer is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** Seconds or a date (RFC 9110 §10.2.3), in milliseconds from now; whatever a server says, not more than a week. */
function retryAfterOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), longestWait);
}

/** JSON, or nothing where it is none. What it holds is as good as the server that sent it: its users look before they leap. */
export function parsed<T>(text: string): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
