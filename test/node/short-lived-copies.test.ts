// Copies of the pieces of a body.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { shortLivedCopy } from '../../dist/node/short-lived-copies.js';

for (const length of [0, 1, 4096, 4097, 16_384, 262_144]) {
  test(`a copy of ${length} bytes is what they were, and stays so`, () => {
    const lent = Buffer.alloc(length + 2, 'lent').subarray(1, 1 + length);
    const before = lent.toString();
    const copy = shortLivedCopy(lent);
    lent.fill(0);
    assert.equal(copy.toString(), before);
    assert.notEqual(copy.buffer, lent.buffer);
  });
}

for (const length of [4097, 16_384, 262_144].filter((each) => each >= Buffer.poolSize >>> 1)) {
  test(`the memory of a copy of ${length} bytes holds nothing else`, () => {
    assert.equal(shortLivedCopy(Buffer.alloc(length)).buffer.byteLength, length);
  });
}
