/**
 * When a certificate is to be renewed: when its authority says so (RFC 9773), else after two thirds of its time. In: a
 * certificate. Out: a time, which differs from server to server so that not all come at once.
 */
import type { X509Certificate } from 'node:crypto';
import { issuerKeyIdentifier } from '../x509.js';
import { type AcmeConnection, parsed } from './connection.js';
import { base64url } from './jws.js';

/** A time in which an authority wants a certificate renewed. */
export interface Window {
  start: number;
  end: number;
  /** A page on why, where there is a reason. */
  explanation?: string | undefined;
  /** Milliseconds after which it is to be asked again. */
  askAgain: number;
}

const hour = 3_600_000;
/** Milliseconds after which renewal information is asked for again, unless the server says when. */
const usualInterval = 6 * hour;
const shortestInterval = 60_000;
const longestInterval = 24 * hour;

/** The name of a certificate in RFC 9773 §4.1; `undefined` for one that doesn't name its issuer's key. */
export function renewalName(certificate: X509Certificate): string | undefined {
  const issuer = issuerKeyIdentifier(certificate);
  if (issuer === undefined) return undefined;
  const digits = certificate.serialNumber;
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  // As in DER: a leading bit of one gets a zero octet before it.
  const serial = Number.parseInt(even.slice(0, 2), 16) > 0x7f ? `00${even}` : even;
  return `${base64url(issuer)}.${base64url(Buffer.from(serial, 'hex'))}`;
}

/** What the authority says; `undefined` where it says nothing, or nothing that makes sense. */
export async function suggestedWindow(
  connection: AcmeConnection,
  certificate: X509Certificate,
): Promise<Window | undefined> {
  const name = renewalName(certificate);
  const { renewalInfo } = await connection.directory();
  if (renewalInfo === undefined || name === undefined) return undefined;
  const { status, body, retryAfter } = await connection.get(`${renewalInfo.replace(/\/$/, '')}/${name}`);
  const { suggestedWindow, explanationURL } =
    parsed<{ suggestedWindow?: { start?: string; end?: string }; explanationURL?: string }>(body) ?? {};
  const start = Date.parse(suggestedWindow?.start ?? '');
  const end = Date.parse(suggestedWindow?.end ?? '');
  if (status !== 200 || !(start <= end)) return undefined;
  const explanation = /^https:\/\/[!-~]+$/.test(explanationURL ?? '') ? explanationURL : undefined;
  const askAgain = Math.min(Math.max(retryAfter ?? usualInterval, shortestInterval), longestInterval);
  return { start, end, explanation, askAgain };
}

/** A place in a window, or after two thirds of the time and before three quarters of it. `chance` is from 0 to 1. */
export function renewalTime(
  certificate: X509Certificate,
  window: Window | undefined,
  chance: number,
): number {
  if (window) return window.start + (window.end - window.start) * chance;
  const start = Date.parse(certificate.validFrom);
  const lifetime = Date.parse(certificate.validTo) - start;
  return start + lifetime * (2 / 3 + chance / 12);
}
