// The certificate and key of --tls-cert and --tls-key. In: the names of two files. Out: their contents, checked to fit, or
// a `Trouble` that says which of them is wrong, and how.
import { readFileSync } from 'node:fs';
import type { Messages } from './language.js';
import type { Settings } from './options.js';
import { codeOf, Trouble, UsageError } from './trouble.js';

export interface TlsPair {
  cert: Buffer;
  key: Buffer;
}

/** Reads both files; nothing when neither was given. */
export async function tlsPair(settings: Settings, say: Messages): Promise<TlsPair | undefined> {
  const { 'tls-cert': certFile, 'tls-key': keyFile } = settings;
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) throw new UsageError(say.tlsNeedsBoth);
  const pair = { cert: read('--tls-cert', certFile, say), key: read('--tls-key', keyFile, say) };
  const { createSecureContext } = await import('node:tls');
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new Trouble(say.badTls((error as Error).message));
  }
  return pair;
}

function read(option: string, file: string, say: Messages): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Trouble(say.noSuchFile(option, file));
    if (code === 'EISDIR') throw new Trouble(say.folderNotFile(option, file));
    throw new Trouble(say.unreadable(`${option} ${file}`, code));
  }
}
