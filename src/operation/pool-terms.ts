/** What a pool of workers is asked for, and what it tells whoever made it. Types only. */
import type { Address } from 'node:cluster';
import type { KeptSeries } from './metrics/kept-counts.js';
import type { CertificateMessage, Ending, PoolWorker } from './pool-worker.js';
import type { StopTerms } from './worker-messages.js';
import type { WorkerReport } from './worker-report.js';
import type { StartTerms } from './worker-starter.js';

export interface PoolOptions extends StartTerms {
  /** How many serve at the same time. */
  workers: number;
  /** How one stops that is replaced, and how all stop together. */
  replaced: StopTerms;
  stopped: StopTerms;
  /** What ends by itself or fails to start waits for `replaceAll`, which a change of the code calls. */
  awaitsChange?: boolean;
}

/** What happened in a pool. */
export type PoolEvent =
  /** The first worker serves, here. */
  | { type: 'started' }
  /** A successor serves in place of one of an older generation. */
  | { type: 'succeeded'; cause: string }
  /** All workers are of the newest generation. */
  | { type: 'replaced'; cause: string }
  /** One ended that should not have; it is started again after so many seconds, or only at a change. */
  | { type: 'ended'; pid: number; ending: Ending; again: number | 'at a change' }
  /** One listens nowhere any more, and is replaced after so many seconds, or only at a change. */
  | { type: 'listens no more'; pid: number; again: number | 'at a change' }
  /** A successor failed to start. */
  | { type: 'failed'; ending: Ending }
  /** One is replaced since it reached a limit; it serves until then. */
  | { type: 'worn'; pid: number; reason: string }
  /** One takes more memory than it may before it has served anybody, and is not replaced for that. */
  | { type: 'always full'; generation: number; memory: number }
  /** One was killed, since it had not ended so many seconds after it was asked to. */
  | { type: 'stuck'; pid: number; seconds: number }
  /** While all stop: so many connections are waited for. */
  | { type: 'finishing'; connections: number }
  /** Nothing serves, and no further attempt could help. */
  | { type: 'gave up'; exitCode: number; ending: Ending };

/** What is heard of a pool. */
export interface PoolListener {
  event(event: PoolEvent): void;
  /** A worker has been forked. */
  forked?(worker: PoolWorker): void;
  /** A worker sent what is none of the pool's. */
  message?(worker: PoolWorker, message: unknown): void;
  reported?(worker: PoolWorker, report: WorkerReport): void;
  /** A worker is gone, for whatever reason; what it had counted, where that is kept. */
  gone?(worker: PoolWorker, kept: readonly KeptSeries[]): void;
  listening?(worker: PoolWorker, address: Address): void;
  /** A worker sent something of its certificates. */
  ofCertificates?(worker: PoolWorker, message: CertificateMessage): void;
}
