/**
 * Regular files, opened so that nothing else can be meant. In: a path that was found inside the root, and what was
 * known of it. Out: an open descriptor of that very file. A FIFO, a device or a link put in its place is never read,
 * and opening one never waits.
 */
import { Buffer } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** What tells a file, and each change of it, from another. */
export interface FileFacts {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly dev: number;
}

export function factsFrom(path: string, stats: Stats): FileFacts {
  const { size, mtimeMs, ctimeMs, ino, dev } = stats;
  return { path, size, mtimeMs, ctimeMs, ino, dev };
}

/** The same file with the same contents, as far as the file system can tell. */
export function sameFile(a: FileFacts, b: FileFacts): boolean {
  return (
    a.path === b.path &&
    a.size === b.size &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs &&
    a.ino === b.ino &&
    a.dev === b.dev
  );
}

/** Missing on Windows, which has neither FIFOs nor links to fear here. */
const flags =
  constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0) | (constants.O_NOCTTY ?? 0);

/** Opens the file, or gives `undefined` when it is not the one described any more. The caller closes it. */
export async function openFile(facts: FileFacts): Promise<FileHandle | undefined> {
  const handle = await open(facts.path, flags);
  try {
    const stats = await handle.stat();
    if (stats.isFile() && sameFile(facts, factsFrom(facts.path, stats))) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

/** Reads up to `length` bytes from `position`; fewer when the file ends before. */
export async function readSlice(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled === length ? buffer : buffer.subarray(0, filled);
}
