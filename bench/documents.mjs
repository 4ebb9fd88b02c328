// The folder that the rows of documents serve. The same bytes and times in each run; made in the temporary folder when
// something first asks, removed at the end.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** When all documents were changed. */
export const modified = new Date('2026-01-01T00:00:00Z');

const documents = {
  'small.txt': 1000,
  'index.html': 20_000,
  'large.bin': 10_000_000,
};

let home;

/** A folder of this run. */
export function runFolder() {
  if (home === undefined) {
    home = mkdtempSync(join(tmpdir(), 'premier-documents-'));
    process.on('exit', () => rmSync(home, { recursive: true, force: true }));
  }
  return home;
}

export function documentFolder() {
  const folder = join(runFolder(), 'documents');
  mkdirSync(folder, { recursive: true });
  for (const [name, length] of Object.entries(documents)) {
    const file = join(folder, name);
    writeFileSync(file, 'premier '.repeat(length / 8 + 1).slice(0, length));
    utimesSync(file, modified, modified);
  }
  return folder;
}
