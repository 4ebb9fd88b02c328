// Counts the instructions of pure parts by valgrind's callgrind. V8 compiles at the same calls in every run
// (--predictable) and has no thread beside the main one, whatever the machine does meanwhile.
// In: a Node, names of work. Out: name → instructions of one call.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callsOf } from './calls.mjs';

const phases = 3;

const callgrind = [
  '--tool=callgrind',
  '--dump-before=*Umask*',
  // V8 writes over what it had compiled.
  '--smc-check=all-non-file',
];
const node = ['--predictable', '--single-threaded', '--hash-seed=1', '--random-seed=1'];

export const hasValgrind = () => spawnSync('valgrind', ['--version']).status === 0;

/** The count of a dump, of which there is one before each call of process.umask(), numbered from 1. */
function countOf(file) {
  const found = /^(?:totals|summary): (\d+)/m.exec(readFileSync(file, 'latin1'));
  if (found === null) throw new Error(`callgrind wrote no count into ${file}`);
  return Number(found[1]);
}

/** Instructions of one call of each piece of work: the least of its phases. */
export function countInstructions(binary, names) {
  const folder = mkdtempSync(join(tmpdir(), 'premier-instructions-'));
  try {
    const out = join(folder, 'callgrind');
    const program = fileURLToPath(new URL('counted.mjs', import.meta.url));
    const args = [
      ...callgrind,
      `--callgrind-out-file=${out}`,
      binary,
      ...node,
      program,
      String(phases),
      ...names,
    ];
    const { status, stderr } = spawnSync('valgrind', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`valgrind ended with code ${status}: ${stderr.slice(-2000)}`);
    const counts = names.map((name, i) => {
      // The first dump of each is its warm-up.
      const dumps = Array.from({ length: phases }, (_, phase) => i * (phases + 1) + 2 + phase);
      const least = Math.min(...dumps.map((number) => countOf(`${out}.${number}`)));
      return [name, Math.round(least / callsOf(name).each)];
    });
    return Object.fromEntries(counts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
