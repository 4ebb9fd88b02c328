// Random streams, sent to node:http and to premier: what both accept they understand the same, and where only one
// accepts, docs/http-conformance.md lists the difference.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted } from '../http1/cases/accepted.js';
import { refusals } from '../http1/cases/refused.js';
import { bytesOf } from '../http1/reading.js';
import { Differential } from './differential.js';
import { isListed } from './listed-differences.js';
import { Random } from './random.js';
import { randomSegments, stream } from './streams.js';

const STREAMS = 200;

async function compareAll(texts: Iterable<string>): Promise<void> {
  const differential = await new Differential().open();
  try {
    for (const text of texts) {
      const difference = await differential.compare(bytesOf(text));
      assert.ok(isListed(difference), `${difference} for ${JSON.stringify(text)}`);
    }
  } finally {
    differential.close();
  }
}

function* streams(seed: number): Generator<string> {
  const random = new Random(seed);
  for (let count = 0; count < STREAMS; count++) yield stream(random);
}

test('node:http and premier read the cases of the parser the same, but for what is listed', () =>
  compareAll([...accepted, ...refusals].filter(({ options }) => !options).map(({ bytes }) => bytes)));

/**
 * Sends streams of a seed whole and in segments. Without HTTP/1.0: there the handler's answer decides whether the
 * connection goes on, and requests that come in the same segment have been given to it before.
 */
async function compareCuts(seed: number): Promise<void> {
  const random = new Random(seed);
  const differential = await new Differential().open();
  try {
    for (let count = 0; count < STREAMS / 4; count++) {
      const text = stream(random).replaceAll('HTTP/1.0', 'HTTP/1.1');
      await differential.compareCuts(randomSegments(random, bytesOf(text)));
    }
  } finally {
    differential.close();
  }
}

/** Besides the first, seeds that found something; `npm run fuzz` looks for more of them. */
const SEEDS = [1, 498096373, 3051435925, 3057781904];

for (const seed of SEEDS) {
  test(`node:http and premier read ${STREAMS} streams of the seed ${seed} the same, but for what is listed`, () =>
    compareAll(streams(seed)));

  test(`a program is given the same however streams of the seed ${seed} arrive`, () => compareCuts(seed));
}
