/**
 * What an ACME server says when it refuses something (RFC 8555 §6.7, RFC 7807), and what a person can do about it.
 * In: a problem document. Out: a `CertificateProblem`.
 */
import { CertificateProblem } from '../problem.js';

export interface ProblemDocument {
  type?: string;
  detail?: string;
  subproblems?: ProblemDocument[];
}

/** A refusal as it came; whoever knows for which name puts it in words. */
export class RefusedByAuthority extends Error {
  readonly status: number;
  readonly document: ProblemDocument;
  /** Milliseconds after which it may be tried again, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(status: number, document: ProblemDocument, retryAfter?: number) {
    super(document.detail ?? document.type ?? `status ${status}`);
    this.status = status;
    this.document = document;
    this.retryAfter = retryAfter;
  }

  /** The last part of its type, such as `rateLimited`. */
  get type(): string {
    return String(this.document.type ?? '').replace('urn:ietf:params:acme:error:', '');
  }
}

/** The authority asked, and got no answer or a wrong one: it may get the right one where it asks in another way. */
export class FailedChallenge extends RefusedByAuthority {}

/** What a challenge failed for; where a name leads nowhere, or may have no certificate, every other fails too. */
export function failureOfChallenge(error: ProblemDocument): RefusedByAuthority {
  const refused = new RefusedByAuthority(400, error);
  return ['connection', 'tls', 'unauthorized', 'incorrectResponse'].includes(refused.type)
    ? new FailedChallenge(400, error)
    : refused;
}

/** Names the reason and the way out. */
export function explain(refused: RefusedByAuthority, name: string, now: number): CertificateProblem {
  const { document, status, retryAfter } = refused;
  // What is said of an account, or of an order, is no word on what answers at a name.
  const type =
    refused.type === 'unauthorized' && !(refused instanceof FailedChallenge) ? 'forbidden' : refused.type;
  const detail = printable(document.detail ?? document.subproblems?.[0]?.detail ?? `status ${status}`);
  switch (type) {
    case 'dns':
      return new CertificateProblem('acmeDns', { name, detail });
    case 'connection':
    case 'tls':
      return new CertificateProblem('acmeConnection', { name, detail });
    case 'unauthorized':
    case 'incorrectResponse':
      return new CertificateProblem('acmeWrongAnswer', { name, detail });
    case 'caa':
      return new CertificateProblem('acmeCaa', { name, detail });
    case 'rateLimited':
      return new CertificateProblem('acmeRateLimited', {
        name,
        detail,
        again: new Date(now + (retryAfter ?? 3_600_000)),
      });
    case 'rejectedIdentifier':
    case 'unsupportedIdentifier':
      return new CertificateProblem('acmeRejectedName', { name, detail });
    case 'externalAccountRequired':
      return new CertificateProblem('acmeNeedsExternalAccount', { detail });
    case 'invalidProfile':
      return new CertificateProblem('acmeProfile', { detail });
    case 'invalidContact':
    case 'unsupportedContact':
      return new CertificateProblem('acmeContact', { detail });
    default:
      return new CertificateProblem('acmeRefused', { name, type: refused.type, detail });
  }
}

/** Text from elsewhere goes on a terminal: one line, and nothing that a terminal obeys. */
export const printable = (text: string): string =>
  String(text)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .slice(0, 500);
