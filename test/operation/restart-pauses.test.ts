// How long what ended waits before it is started again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestartPauses } from '../../dist/operation/restart-pauses.js';

const shortLife = 2000;
const longLife = 61_000;

for (const [what, longest, lives, expected] of [
  ['grow', undefined, Array(9).fill(shortLife), [0, 1, 2, 4, 8, 16, 30, 30, 30]],
  [
    'begin again after one that has lived',
    undefined,
    [shortLife, shortLife, longLife, shortLife],
    [0, 1, 0, 1],
  ],
  ['grow no longer than they may', 1, Array(5).fill(shortLife), [0, 1, 1, 1, 1]],
] as const) {
  test(`pauses ${what}`, () => {
    const pauses = new RestartPauses(longest);
    assert.deepEqual(
      (lives as readonly number[]).map((lifetime) => pauses.next(lifetime)),
      expected,
    );
  });
}
