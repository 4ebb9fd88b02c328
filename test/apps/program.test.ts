// The apps' programs run on the servers that their tests think they run on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Program, servers } from './program.js';

for (const server of servers) {
  test(`a program that is to run on ${server} does`, async () => {
    const { stdout, stderr } = await new Program(server, 'whose.mjs').end();
    assert.deepEqual([stdout, stderr], [`${server}\n`, '']);
  });
}
