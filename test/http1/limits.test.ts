// docs/limits.md against the constants and defaults it lists.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import premier from 'premier';
import * as protocol from '../../dist/http1/limits.js';
import * as server from '../../dist/server/limits.js';
import * as transport from '../../dist/transport/limits.js';

const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');

/** The default that the page gives for a constant or an option. */
function listed(name: string): number | undefined {
  const row = page
    .split('\n')
    .find((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${name}\``));
  return row === undefined ? undefined : Number.parseInt(row.split('|')[2] ?? '', 10);
}

test('docs/limits.md lists every constant with its value', () => {
  for (const [name, value] of Object.entries({ ...protocol, ...server, ...transport }))
    assert.equal(listed(name), value, name);
});

test('docs/limits.md lists the defaults of a server', () => {
  const made = premier.createServer();
  for (const name of ['headersTimeout', 'requestTimeout', 'keepAliveTimeout', 'timeout'] as const) {
    assert.equal(listed(name), made[name], name);
  }
  assert.equal(listed('maxHeaderSize'), premier.maxHeaderSize);
});
