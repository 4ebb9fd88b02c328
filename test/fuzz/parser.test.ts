// Random streams against what must hold for every stream.
import { test } from 'node:test';
import { checkParser } from './parser-invariants.js';
import { Random } from './random.js';

const STREAMS = 500;

function run(seed: number): void {
  const random = new Random(seed);
  for (let count = 0; count < STREAMS; count++) checkParser(random);
}

for (const seed of [1, 2]) {
  test(`reads ${STREAMS} streams of the seed ${seed} the same however they are cut`, () => run(seed));
}
