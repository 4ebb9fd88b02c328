/** Where certificates come from: what a file pair, the local authority and a public one have in common. */
import type { Pair } from './x509.js';

/** Told once pairs are to be served; resolves when they are, everywhere, and rejects when they can't be. */
export type Serve = (pairs: readonly Pair[]) => Promise<void>;

export interface CertificateSource {
  /** Serves what there is, and goes on to look after it. Rejects where there is nothing to begin with. */
  start(serve: Serve): Promise<void>;
  /** Looks at once whether there is something newer, or tries again what failed. */
  reload(): Promise<void>;
  close(): void;
}

/** What happened, for whoever tells the user. */
export type CertificateEvent =
  | { kind: 'obtained'; name: string; until: Date }
  | { kind: 'reloaded'; names: string[]; until: Date }
  | CertificateTrouble;

/** What is in the way. */
export interface CertificateTrouble {
  kind: 'problem';
  problem: Error;
  /** Of which public name, where they have certificates of their own. */
  name?: string | undefined;
  /** When it is tried again; absent when a change is waited for. */
  again?: Date | undefined;
  /** How long what is served is good. */
  until?: Date | undefined;
}

export type Tell = (event: CertificateEvent) => void;
