// The process whose instructions are counted: does each piece of work again and again, first to warm up, then in phases. A
// phase begins and ends with process.umask(), before which callgrind writes what it has counted.
// In: how many phases, and the names of the work. Out: nothing.
import process from 'node:process';
import { callsOf } from './calls.mjs';
import { exchanges } from './exchanges.mjs';
import { operations } from './operations.mjs';

const all = { ...operations, ...exchanges };
const [phases, ...names] = process.argv.slice(2);

async function repeat(work, calls) {
  for (let i = 0; i < calls; i++) {
    const pending = work();
    if (pending !== undefined) await pending;
  }
}

for (const name of names) {
  const work = all[name]();
  const { warm, each } = callsOf(name);
  await repeat(work, warm);
  process.umask();
  for (let phase = 0; phase < Number(phases); phase++) {
    await repeat(work, each);
    process.umask();
  }
}
process.exit();
