/**
 * A folder of documents as a request listener. In: a root folder and options. Out: a handler
 * `(req, res, next?)` for premier, node:http, Express and Connect. It never answers with anything outside the root.
 */
import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import mime from 'mime';
import { type DocumentsOptions, settingsFrom } from './options.js';

export type { CacheLimits, DocumentsOptions, Language } from './options.js';

/** What `documents()` returns: a request listener that can also be shut. */
export interface DocumentsHandler {
  (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void): void;
  /** Ends the event streams of `reload` and stops watching, so that a server can close. The handler still answers. */
  close(): void;
}

/**
 * Serves the documents below `root`.
 * @param root a folder; a relative path is taken from the current directory
 * @throws {Error} with the file system's code when `root` is not a folder that can be read
 */
export function documents(root: string, options?: DocumentsOptions): DocumentsHandler {
  const settings = settingsFrom(options);
  const folder = resolve(root);
  if (!statSync(folder).isDirectory()) {
    throw Object.assign(new Error(`documents(): ${folder} is not a folder`), { code: 'ENOTDIR' });
  }
  const handler = (req: IncomingMessage, res: ServerResponse): void => {
    const path = decodeURIComponent((req.url as string).split('?')[0] as string);
    const file = join(folder, path.endsWith('/') ? `${path}${settings.index}` : path);
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats?.isFile() || path.includes('/.')) {
      res.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found\n');
      return;
    }
    const type = mime.getType(file) ?? 'application/octet-stream';
    res.writeHead(200, { 'Content-Type': type, 'Content-Length': stats.size });
    if (req.method === 'HEAD') res.end();
    else createReadStream(file).pipe(res);
  };
  return Object.assign(handler, { close: () => {} });
}
