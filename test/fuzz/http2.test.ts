// Random frames against what must hold for every stream of them, and random conversations against a client's view.
import { test } from 'node:test';
import { ClientModel } from './client-model.js';
import { checkConnection } from './connection-invariants.js';
import { Random } from './random.js';

const STREAMS = 500;
const CONVERSATIONS = 60;

for (const seed of [1, 2]) {
  test(`reads ${STREAMS} streams of frames of the seed ${seed} the same however they are cut`, () => {
    const random = new Random(seed);
    for (let count = 0; count < STREAMS; count++) checkConnection(random);
  });

  test(`sends what was written, as RFC 9113 allows, in ${CONVERSATIONS} conversations of the seed ${seed}`, () => {
    const random = new Random(seed);
    for (let count = 0; count < CONVERSATIONS; count++) new ClientModel(random).run(20 + random.below(300));
  });
}
