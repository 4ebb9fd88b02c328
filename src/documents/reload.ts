/**
 * Refreshes open pages when a document changes. In: which documents were sent, and which were missed. Out: an event
 * stream that tells each change as a new version, and the script that listens to it. Only what was asked for is watched;
 * the folder as a whole may be large.
 */
import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Found } from './locate.js';
import { eventsPath, scriptFor, scriptPath } from './reload-script.js';
import { Watcher } from './watcher.js';

/** Changes that follow each other within this time (ms) are told as one: editors write a file in several steps. */
const settling = 50;
/** However they follow each other, they are told after this time (ms). */
const patience = 500;
/** A comment this often (ms) keeps idle streams from being cut. */
const heartbeat = 20_000;
/** Folders watched at once; each costs a descriptor on some systems. */
const mostFolders = 256;

export class Reload {
  readonly #streams = new Set<ServerResponse>();
  readonly #watcher: Watcher;
  readonly #changed: () => void;
  #version = Date.now();
  /** Since when that version stands. */
  #since = performance.now();
  #told: NodeJS.Timeout | undefined;
  /** When the first of the changes came that are to be told together. */
  #first = 0;
  #beat: NodeJS.Timeout | undefined;

  /**
   * @param changed called before a change is told
   * @param polling called once, when the system cannot watch and files are looked at instead
   */
  constructor(changed: () => void, polling: (error: NodeJS.ErrnoException) => void) {
    this.#changed = changed;
    this.#watcher = new Watcher({
      changed: () => this.#change(),
      polling,
      persistent: false,
      most: mostFolders,
    });
  }

  /** Answers requests for the stream and the script, with these fields; tells whether this was one. */
  answers(req: IncomingMessage, res: ServerResponse, path: string, added: readonly string[]): boolean {
    if (path === eventsPath) {
      res.writeHead(200, [...added, 'Content-Type', 'text/event-stream']);
      if (req.method === 'HEAD') res.end();
      else this.#open(res);
      return true;
    }
    if (path !== scriptPath) return false;
    const script = Buffer.from(scriptFor(this.#version, Math.round(performance.now() - this.#since)));
    const fields = [
      'Content-Type',
      'text/javascript; charset=utf-8',
      'Content-Length',
      String(script.length),
    ];
    res.writeHead(200, [...added, ...fields]);
    res.end(req.method === 'HEAD' ? undefined : script);
    return true;
  }

  /** Watches a document that was sent, and the link that led to it. */
  watchDocument({ path, asked }: Found): void {
    this.#watcher.watch(path);
    if (asked !== path) this.#watcher.watch(asked);
  }

  /** Watches a path where nothing was. */
  watchMissing(path: string): void {
    this.#watcher.watch(path);
  }

  /** Watches a folder that was listed. */
  watchFolder({ path, asked }: Pick<Found, 'path' | 'asked'>): void {
    this.#watcher.watchFolder(path);
    if (asked !== path) this.#watcher.watchFolder(asked);
  }

  /** Ends the streams and stops watching. */
  close(): void {
    clearTimeout(this.#told);
    clearInterval(this.#beat);
    this.#beat = undefined;
    this.#watcher.close();
    for (const res of this.#streams) res.end();
    this.#streams.clear();
  }

  #open(res: ServerResponse): void {
    this.#streams.add(res);
    res.on('close', () => this.#streams.delete(res));
    res.write(`retry: 500\ndata: ${this.#version}\n\n`);
    this.#beat ??= setInterval(() => this.#tell(':\n\n'), heartbeat).unref();
  }

  #tell(event: string): void {
    for (const res of this.#streams) res.write(event);
  }

  #change(): void {
    this.#changed();
    const now = performance.now();
    if (this.#told === undefined) this.#first = now;
    // A file that never rests must not keep the others' changes from being told.
    else if (now - this.#first > patience) return;
    clearTimeout(this.#told);
    this.#told = setTimeout(() => {
      this.#told = undefined;
      this.#changed();
      this.#version = Math.max(Date.now(), this.#version + 1);
      this.#since = performance.now();
      this.#tell(`data: ${this.#version}\n\n`);
    }, settling).unref();
  }
}
