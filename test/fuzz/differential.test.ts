// Random streams, sent to node:http and to premier: what both accept they understand the same, and where only one
// accepts, docs/http-conformance.md lists the difference.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
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

test(`node:http and premier read ${STREAMS} streams of a fixed seed the same, but for what is listed`, () =>
  compareAll(streams(1)));

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

const seed = randomInt(2 ** 32);
test(`node:http and premier read ${STREAMS} streams of the random seed ${seed} the same, but for what is listed`, () =>
  compareAll(streams(seed)));

test('a program is given the same however streams of a fixed seed arrive', () => compareCuts(1));

test(`a program is given the same however streams of the random seed ${seed} arrive`, () =>
  compareCuts(seed));
