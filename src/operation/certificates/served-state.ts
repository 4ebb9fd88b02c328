/**
 * What servers need to know of certificates at a moment: plain data, so that it can be handed to other processes.
 */
import { hkdfSync } from 'node:crypto';
import type { Pair } from './x509.js';

export interface ServedState {
  /** The first is served where a client names none of them. */
  pairs: readonly Pair[];
  /** Names that are to be served, whether or not their certificates are there yet. */
  names: readonly string[];
  /** Answers to challenges of the kind http-01: what stands after `/.well-known/acme-challenge/`, and its body. */
  httpAnswers: Readonly<Record<string, string>>;
  /** Answers to challenges of the kind tls-alpn-01: the server name that is asked for, and its certificate. */
  tlsAnswers: Readonly<Record<string, Pair>>;
  /** What all processes that serve together make their ticket keys of, in base64. */
  ticketSecret: string;
}

/** Milliseconds after which session tickets are made with another key: who reads that key reads no older traffic. */
export const ticketPeriod = 86_400_000;

/** The ticket keys of a time, the same in every process that has the secret: a client resumes with any of them. */
export function ticketKeys(secret: string, now: number): Buffer {
  const period = `tickets ${Math.floor(now / ticketPeriod)}`;
  return Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), '', period, 48));
}
