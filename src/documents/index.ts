/**
 * A folder of documents as a request listener. In: a root folder and options. Out: a handler `(req, res, next?)` for
 * premier, node:http, Express and Connect. It never answers with anything outside the root.
 */
import { statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { type DocumentsOptions, settingsFrom } from './options.js';
import { type Next, Site } from './site.js';

export type { FieldValue, HeaderRules } from './answer-fields.js';
export type { CacheLimits, DocumentsOptions, Language } from './options.js';

/** What `documents()` returns: a request listener that can also be shut. */
export interface DocumentsHandler {
  /**
   * Answers a request. With `next`, what is not there and methods other than GET and HEAD are left to the next
   * handler; without, they are answered with 404 and 405.
   */
  (req: IncomingMessage, res: ServerResponse, next?: Next): void;
  /** Ends the event streams of `reload` and stops watching, so that a server can close. The handler still answers. */
  close(): void;
}

/**
 * Serves the documents below a folder.
 * @param root the folder; a relative path is taken from the current directory
 * @throws {TypeError | RangeError} a wrong option, or no name of a folder
 * @throws {Error} `ENOENT`, `ENOTDIR` or `EACCES` when `root` is not a folder that can be read
 */
export function documents(root: string, options?: DocumentsOptions): DocumentsHandler {
  const settings = settingsFrom(options);
  if (typeof root !== 'string' || root === '') {
    throw new TypeError(`documents(): the root is the name of a folder, not ${JSON.stringify(root)}`);
  }
  const folder = resolve(root);
  checkFolder(folder);
  const site = new Site(folder, settings);
  const handler = (req: IncomingMessage, res: ServerResponse, next?: Next) => site.handle(req, res, next);
  return Object.assign(handler, { close: () => site.close() });
}

function checkFolder(folder: string): void {
  try {
    if (statSync(folder).isDirectory()) return;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such folder' : message;
    const name = JSON.stringify(folder);
    throw Object.assign(new Error(`documents(): ${name} can't be served: ${reason}`, { cause: error }), {
      code,
    });
  }
  throw Object.assign(new Error(`documents(): ${JSON.stringify(folder)} is not a folder`), {
    code: 'ENOTDIR',
  });
}
