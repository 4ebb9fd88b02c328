// Random programs on node:http and on premier: what one observes the other must, but for what docs/compatibility.md
// lists. `npm run fuzz` goes on with other seeds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import nodeHttp from 'node:http';
import { after, before, test } from 'node:test';
import { changes } from './programs/comparable-programs.js';
import { compare } from './programs/comparison.js';
import { departures } from './programs/departures.js';
import { failureRows } from './programs/failed-calls.js';
import { framingRows } from './programs/framing-steps.js';
import { overRow } from './programs/interpreter.js';
import { differences, explain } from './programs/judge.js';
import { leftOut, listRow } from './programs/left-out-steps.js';
import { refusalRows } from './programs/listed-comparison.js';
import { eventRows } from './programs/listed-events.js';
import { poisonMemory } from './programs/poisoned-memory.js';
import { randomProgram } from './programs/random-program.js';
import { run } from './programs/run.js';
import { Random } from './random.js';

/** Programs of the seeds 1 to this. */
const PROGRAMS = 400;

let restoreMemory: () => void;
before(() => {
  restoreMemory = poisonMemory();
});
after(() => restoreMemory());

test('each departure that the fuzz knows is a row of docs/compatibility.md', () => {
  const page = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
  const tables = [framingRows, eventRows, failureRows, refusalRows, { listRow, overRow }];
  const rows = [...departures, ...changes, ...leftOut].map(({ row }) => row);
  for (const row of [...rows, ...tables.flatMap((table) => Object.values(table))])
    assert.ok(page.includes(`\n| ${row} |`), row);
});

test('a program is observed twice the same on node:http', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const program = randomProgram(new Random(seed));
    const [first, second] = [await run(nodeHttp, program), await run(nodeHttp, program)];
    assert.deepEqual(compare(first, second), [], `the program of the seed ${seed}`);
  }
});

test(`${PROGRAMS} programs observe the same on premier as on node:http, but for what is listed`, async () => {
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const program = randomProgram(new Random(seed));
    const found = await differences(program);
    if (found.length > 0) assert.fail(`the program of the seed ${seed} differs:\n${await explain(program)}`);
  }
});

test('uninitialised memory that is sent is seen', () => {
  const clean = { steps: {}, events: {}, order: [], wire: 'a', state: 'open' as const };
  const memory = Buffer.allocUnsafe(8).toString('latin1');
  const sent = { restless: false, sections: [{ ...clean, wire: memory }] };
  assert.equal(compare({ restless: false, sections: [clean] }, sent)[0]?.what, 'memory');
});
