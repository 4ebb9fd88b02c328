// The fuzz of programs judges by comparison: it must see the same each time it looks at the same thing.
import assert from 'node:assert/strict';
import nodeHttp from 'node:http';
import { test } from 'node:test';
import { compare } from './programs/comparison.js';
import { randomProgram } from './programs/random-program.js';
import { run } from './programs/run.js';
import { Random } from './random.js';

test('a program is observed twice the same on node:http', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const program = randomProgram(new Random(seed));
    const [first, second] = [await run(nodeHttp, program), await run(nodeHttp, program)];
    assert.deepEqual(compare(first, second), [], `the program of the seed ${seed}`);
  }
});
