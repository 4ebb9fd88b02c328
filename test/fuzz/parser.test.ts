// Random streams against what must hold for every stream.
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { checkParser } from './parser-invariants.js';
import { Random } from './random.js';

const STREAMS = 500;

function run(seed: number): void {
  const random = new Random(seed);
  for (let count = 0; count < STREAMS; count++) checkParser(random);
}

test(`reads ${STREAMS} streams of a fixed seed the same however they are cut`, () => run(1));

const seed = randomInt(2 ** 32);
test(`reads ${STREAMS} streams of the random seed ${seed} the same however they are cut`, () => run(seed));
