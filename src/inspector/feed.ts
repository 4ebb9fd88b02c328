/**
 * Tells one open page what happens, as server-sent events. In: the recorder. Out: at most a batch of summaries every
 * tenth of a second, and the pulse each second. A page that takes nothing is told nothing until it does, and then how much
 * it missed: it never makes the server wait, nor keep anything for it.
 */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ExchangeRecord } from './exchange-record.js';
import type { BatchView, GreetingView, PulseView } from './exchange-view.js';
import type { Settings } from './options.js';
import type { Recorder } from './recorder.js';
import { summaryOf } from './snapshot.js';

/** ms between two batches. */
const INTERVAL = 100;

/** Summaries in one batch. */
const BATCH = 250;

/** Bytes that may wait for a page. */
const MAX_WAITING = 256 * 1024;

/** Tells this process from others: ids begin again in each. */
const run = randomBytes(6).toString('hex');

export class Feed {
  readonly #recorder: Recorder;
  readonly #res: ServerResponse;
  readonly #timer: NodeJS.Timeout;
  #revision = 0;
  /** The id of the first exchange that was not told of. */
  #next: number;
  #missed = 0;
  /** Those that were counted as missed and are still kept: one that changes may be told of after all. */
  readonly #untold = new Set<number>();
  /** Those that were told of while they were under way: they are told of in any case. */
  readonly #underWay = new Set<number>();

  constructor(res: ServerResponse, recorder: Recorder, settings: Settings) {
    this.#recorder = recorder;
    this.#res = res;
    this.#next = recorder.recent.oldestId;
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const { maxExchanges, maxBytes, maxBodyBytes, redact } = settings;
    const greeting: GreetingView = { run, maxExchanges, maxBytes, maxBodyBytes, redact: [...redact] };
    this.#send('greeting', greeting);
    this.#batch(settings.maxExchanges);
    this.#timer = setInterval(() => this.#batch(BATCH), INTERVAL);
    this.#timer.unref();
    res.on('close', () => clearInterval(this.#timer));
  }

  tellPulse(pulse: PulseView): void {
    if (!this.#isBehind) this.#send('pulse', pulse);
  }

  tellCleared(): void {
    this.#next = this.#recorder.recent.nextId;
    this.#missed = 0;
    this.#untold.clear();
    this.#send('cleared', {});
  }

  end(): void {
    clearInterval(this.#timer);
    this.#res.end();
  }

  get #isBehind(): boolean {
    return this.#res.writableLength > MAX_WAITING;
  }

  #batch(limit: number): void {
    const { recent, revision } = this.#recorder;
    if (revision === this.#revision || this.#isBehind) return;
    const changed = [...recent].filter((record) => record.revision > this.#revision);
    const told = changed.length <= limit ? changed : this.#choice(changed, limit);
    for (const { id } of changed) if (id >= this.#next) this.#untold.add(id);
    this.#missed += recent.nextId - this.#next;
    for (const { id, outcome } of told) {
      if (this.#untold.delete(id)) this.#missed--;
      if (outcome === null) this.#underWay.add(id);
      else this.#underWay.delete(id);
    }
    const oldest = recent.oldestId;
    forget(this.#underWay, oldest);
    forget(this.#untold, oldest);
    this.#revision = revision;
    this.#next = recent.nextId;
    const batch: BatchView = { exchanges: told.map(summaryOf), oldest, missed: this.#missed };
    this.#missed = 0;
    this.#send('batch', batch);
  }

  /** Of too many: the newest that are over, since of others the end may be missed, and those that were told of before. */
  #choice(changed: readonly ExchangeRecord[], limit: number): ExchangeRecord[] {
    const newest = new Set(changed.filter(({ outcome }) => outcome !== null).slice(-limit));
    return changed.filter((record) => newest.has(record) || this.#underWay.has(record.id));
  }

  #send(event: string, data: unknown): void {
    // JSON has no line break: one line is one event's data.
    this.#res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

/** What is no longer kept is not heard of again. */
function forget(ids: Set<number>, oldest: number): void {
  for (const id of ids) if (id < oldest) ids.delete(id);
}
