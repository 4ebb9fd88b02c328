/** A folder that is gone after the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What ends: a test, or a file of them. */
export interface Ends {
  after(clean: () => void | Promise<void>): void;
}

export function temporaryFolder(t: Ends): string {
  const folder = mkdtempSync(join(tmpdir(), 'premier-certificates-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
