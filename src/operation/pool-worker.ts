/**
 * One worker of a pool, as its parent knows it. In: a process that was forked, its messages and its end. Out: its state,
 * and calls of the pool that owns it. It goes through its states in one direction only.
 */
import type { Address, Worker } from 'node:cluster';
import { holdSockets } from '../node/shared-sockets.js';
import type { KeptCounts, KeptSeries } from './metrics/kept-counts.js';
import type { WorkerLimits } from './worker-limits.js';
import {
  onWorkerMessage,
  type ParentMessage,
  type StopTerms,
  tellWorker,
  type WorkerMessage,
} from './worker-messages.js';
import type { WorkerReport } from './worker-report.js';

/** The states of a worker, in their order. */
export type WorkerState = 'starting' | 'ready' | 'retiring' | 'ended';

/** How a worker came to its end. */
export interface Ending {
  exitCode: number;
  /** The signal that killed it, or at which it stopped in its own way. */
  signal: string | undefined;
  /** It said that no change of the program could help. */
  trouble: boolean;
  /** It did not serve in time. */
  late: boolean;
}

/** What a worker says of its certificates. */
export type CertificateMessage = Extract<
  WorkerMessage,
  { premier: 'wantsCertificates' | 'hasCertificates' | 'answersNoHttp' }
>;

/** What a pool hears of its workers. */
export interface WorkerListener {
  listening(worker: PoolWorker, address: Address): void;
  ready(worker: PoolWorker): void;
  /** It should be replaced: it reached a limit, or was told by somebody to end. */
  worn(worker: PoolWorker, reason: string, limit: keyof WorkerLimits): void;
  /** Its limit is less than what it takes in any case. */
  alwaysFull(worker: PoolWorker, memory: number): void;
  signalled(worker: PoolWorker, signal: string): void;
  listensNoMore(worker: PoolWorker): void;
  /** It has not ended so many seconds after it was asked to, and is killed. */
  stuck(worker: PoolWorker, seconds: number): void;
  finishing(worker: PoolWorker): void;
  reported(worker: PoolWorker, report: WorkerReport): void;
  /** What it sent that is none of ours. */
  message(worker: PoolWorker, message: unknown): void;
  /** What it sent of its certificates. */
  ofCertificates(worker: PoolWorker, message: CertificateMessage): void;
  ended(worker: PoolWorker, before: WorkerState, ending: Ending): void;
}

/** What makes a worker one that serves. */
export interface BootTerms {
  /** Seconds in which it must be ready; undefined for as long as it takes. */
  bootTimeout?: number | undefined;
  /** It is ready only once it has said `process.send('ready')` as well, as PM2 has it. */
  waitsForWord?: boolean;
}

/** A socket or server that came with a message. */
type ChannelHandle = Partial<Record<'close' | 'destroy', () => unknown>>;

/** Seconds that a worker has beyond its own deadline before it is killed. */
const margin = 5;

export class PoolWorker {
  readonly generation: number;
  /** A small number, as text: that of one before it that is gone. */
  readonly name: string;
  readonly startedAt = Date.now();
  state: WorkerState = 'starting';
  /** Set when it should be replaced though nothing newer is there: why. */
  wornBy: string | undefined;
  /** Where it listens, or did. */
  readonly #addresses = new Set<string>();
  /** What it last told of itself, and when (ms since the epoch). */
  report: WorkerReport | undefined;
  reportedAt = 0;
  /** Connections it waits for while it stops, and those it had to cut. */
  connections = 0;
  cut = 0;
  /** Resolves once it accepts no more connections, since it stops or is gone. */
  readonly acceptsNoMore: Promise<void>;
  #hasClosed: () => void = () => {};
  readonly #process: Worker;
  readonly #listener: WorkerListener;
  #listensEverywhere = false;
  readonly #waitsForWord: boolean;
  #saidReady: boolean;
  #ending: Ending = { exitCode: 0, signal: undefined, trouble: false, late: false };
  #deadline: NodeJS.Timeout | undefined;
  readonly #letGo: () => void;
  #counts: KeptCounts | undefined;

  constructor(
    process: Worker,
    { name, generation, counts }: { name: string; generation: number; counts?: KeptCounts | undefined },
    listener: WorkerListener,
    { bootTimeout, waitsForWord = false }: BootTerms,
  ) {
    this.#waitsForWord = waitsForWord;
    this.#saidReady = !waitsForWord;
    this.#process = process;
    this.acceptsNoMore = new Promise((resolve) => {
      this.#hasClosed = resolve;
    });
    this.generation = generation;
    this.name = name;
    this.#counts = counts;
    this.#listener = listener;
    if (bootTimeout !== undefined) this.#deadline = setTimeout(() => this.#isLate(), bootTimeout * 1000);
    process.on('listening', (address) => {
      this.#addresses.add(nameOf(address));
      listener.listening(this, address);
    });
    onWorkerMessage(process, (message) => this.#hear(message));
    process.on('message', (message, handle?: ChannelHandle) => {
      if (message === 'ready' && !this.#saidReady) this.#hasSaidReady();
      else listener.message(this, message);
      // Nobody here knows what its program means by that.
      if (handle) handle.destroy?.() ?? handle.close?.();
    });
    process.on('error', () => {});
    this.#letGo = holdSockets(process, (exitCode, signal) => this.#hasEnded(exitCode, signal));
  }

  /** Of a process that could not be started: 0. */
  get pid(): number {
    return this.#process.process.pid ?? 0;
  }

  /** Whether it listens anywhere: it may have been given connections. */
  get listens(): boolean {
    return this.#addresses.size > 0;
  }

  /** Whether it listens wherever another does. */
  listensWhere(other: PoolWorker): boolean {
    return [...other.#addresses].every((address) => this.#addresses.has(address));
  }

  #hear(message: WorkerMessage): void {
    switch (message.premier) {
      case 'ready':
        this.#listensEverywhere = true;
        this.#isReady();
        break;
      case 'trouble':
        this.#ending.trouble = true;
        break;
      case 'signalled':
        this.#ending.signal ??= message.signal;
        this.#listener.signalled(this, message.signal);
        break;
      case 'listensNoMore':
        this.#listener.listensNoMore(this);
        break;
      case 'worn':
        this.#listener.worn(this, message.reason, message.limit);
        break;
      case 'alwaysFull':
        this.#listener.alwaysFull(this, message.memory);
        break;
      case 'finishing':
        this.connections = message.connections;
        this.#listener.finishing(this);
        break;
      case 'acceptsNoMore':
        this.#hasClosed();
        break;
      case 'closed':
        this.cut = message.cut;
        tellWorker(this.#process, { premier: 'bye' });
        break;
      case 'report':
        // What was on its way when it ended is in what was kept of it.
        if (this.state !== 'ended') this.#listener.reported(this, message);
        break;
      default:
        this.#listener.ofCertificates(this, message);
    }
  }

  /** Tells it something. */
  tell(message: ParentMessage): void {
    tellWorker(this.#process, message);
  }

  #isReady(): void {
    if (this.state !== 'starting' || !this.#listensEverywhere || !this.#saidReady) return;
    clearTimeout(this.#deadline);
    this.state = 'ready';
    if (this.#waitsForWord) this.tell({ premier: 'countsAsReady' });
    this.#listener.ready(this);
  }

  #hasSaidReady(): void {
    this.#saidReady = true;
    this.#isReady();
  }

  #isLate(): void {
    this.#ending.late = true;
    this.kill();
  }

  /** Lets it finish its answers and end; kills it when it takes much longer than it may. */
  retire(terms: StopTerms): void {
    if (this.state === 'retiring' || this.state === 'ended') return;
    this.state = 'retiring';
    clearTimeout(this.#deadline);
    tellWorker(this.#process, { premier: 'stop', ...terms });
    const seconds = terms.stopAfter + margin;
    this.#deadline = setTimeout(() => {
      this.#listener.stuck(this, seconds);
      this.kill();
    }, seconds * 1000);
  }

  /** Its place at the sockets, which it has until then, ended or not. */
  letGoOfSockets(): void {
    this.#letGo();
  }

  /** All that it had counted; nothing where that isn't kept. */
  takeCounts(): KeptSeries[] {
    const kept = this.#counts?.read() ?? [];
    this.#counts?.close();
    this.#counts = undefined;
    return kept;
  }

  terminate(): void {
    this.#process.process.kill('SIGTERM');
  }

  /** Ends it without a word. */
  kill(): void {
    this.#process.process.kill('SIGKILL');
  }

  #hasEnded(exitCode: number, signal: string | null): void {
    clearTimeout(this.#deadline);
    const before = this.state;
    this.state = 'ended';
    this.#hasClosed();
    this.#listener.ended(this, before, { ...this.#ending, exitCode, signal: signal ?? this.#ending.signal });
  }
}

function nameOf({ addressType, address, port }: Address): string {
  return [addressType, address, port].join(' ');
}
