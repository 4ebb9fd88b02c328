/**
 * Refreshes open pages when a document changes. In: which documents were sent. Out: an event stream that tells each
 * change as a new version, and a script, added to HTML, that reloads the page when the version is another. Only what
 * was sent is watched; the folder as a whole may be large.
 */
import { Buffer } from 'node:buffer';
import { type FSWatcher, watch } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, dirname } from 'node:path';

/** Hidden names are never documents, so these addresses cannot collide with one. */
const eventsPath = '/.premier/reload';
const scriptPath = '/.premier/reload.js';

/** Hidden tabs give their connection back: a browser opens only six to a server. */
const script = `(() => {
  const address = new URL('reload', document.currentScript.src);
  let source, seen;
  const open = () => {
    source?.close();
    source = new EventSource(address);
    source.onmessage = ({ data }) => {
      seen ??= data;
      if (data !== seen) location.reload();
    };
  };
  addEventListener('pagehide', () => source.close());
  document.addEventListener('visibilitychange', () => (document.hidden ? source.close() : open()));
  open();
})();
`;

/** Changes that follow each other within this time (ms) are told as one: editors write a file in several steps. */
const settling = 50;
/** A comment this often (ms) keeps idle streams from being cut. */
const heartbeat = 20_000;
/** Folders watched at once; each costs a descriptor. */
const mostFolders = 256;
/** Stands for every name that a listing shows. */
const everything = '*';

export class Reload {
  readonly #streams = new Set<ServerResponse>();
  readonly #folders = new Map<string, { watcher: FSWatcher; names: Set<string> }>();
  #version = Date.now();
  #told: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;

  /** @param changed called before a change is told */
  constructor(readonly changed: () => void) {}

  /** Answers requests for the stream and the script, with these fields; tells whether this was one. */
  answers(req: IncomingMessage, res: ServerResponse, path: string, added: readonly string[]): boolean {
    if (path !== eventsPath && path !== scriptPath) return false;
    const type = path === eventsPath ? 'text/event-stream' : 'text/javascript; charset=utf-8';
    const length = path === scriptPath ? ['Content-Length', String(Buffer.byteLength(script))] : [];
    res.writeHead(200, [...added, 'Content-Type', type, ...length]);
    if (req.method === 'HEAD') res.end();
    else if (path === scriptPath) res.end(script);
    else this.#open(res);
    return true;
  }

  /** Watches a document that was sent. */
  watchDocument(path: string): void {
    this.#watch(dirname(path), basename(path));
  }

  /** Watches a folder that was listed. */
  watchFolder(path: string): void {
    this.#watch(path, everything);
  }

  /** Ends the streams and stops watching. */
  close(): void {
    clearTimeout(this.#told);
    clearInterval(this.#beat);
    this.#beat = undefined;
    for (const { watcher } of this.#folders.values()) watcher.close();
    this.#folders.clear();
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

  #watch(folder: string, name: string): void {
    const watched = this.#folders.get(folder);
    if (watched !== undefined) {
      watched.names.add(name);
      return;
    }
    if (this.#folders.size >= mostFolders) return;
    try {
      const names = new Set([name]);
      const watcher = watch(folder, { persistent: false }, (_, changed) => {
        if (changed === null || names.has(changed) || (names.has(everything) && !changed.startsWith('.'))) {
          this.#change();
        }
      });
      watcher.on('error', () => this.#forget(folder));
      this.#folders.set(folder, { watcher, names });
    } catch {
      // No descriptor or inotify watch left: pages of this folder are refreshed by hand.
    }
  }

  #forget(folder: string): void {
    this.#folders.get(folder)?.watcher.close();
    this.#folders.delete(folder);
  }

  #change(): void {
    this.changed();
    clearTimeout(this.#told);
    this.#told = setTimeout(() => {
      this.changed();
      this.#version = Math.max(Date.now(), this.#version + 1);
      this.#tell(`data: ${this.#version}\n\n`);
    }, settling).unref();
  }
}

/** The script's address as seen from a path, relative so that it holds wherever the handler is mounted. */
export function scriptFrom(path: string): string {
  return ('../'.repeat(path.split('/').length - 2) || './') + scriptPath.slice(1);
}

/** Adds the script to an HTML document, at the end of its body. */
export function withScript(html: Buffer, address: string): Buffer {
  const text = html.toString('latin1');
  const end = text.toLowerCase().lastIndexOf('</body');
  const at = end < 0 ? html.length : end;
  const tag = Buffer.from(`<script src="${address}"></script>\n`, 'latin1');
  return Buffer.concat([html.subarray(0, at), tag, html.subarray(at)]);
}
