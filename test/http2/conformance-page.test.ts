// The table of faults against its page in the docs, and against the tests that meet them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nameOfCode } from '../../dist/http2/error-codes.js';
import { FAULTS, type FaultName } from '../../dist/http2/faults.js';

const page = readFileSync(new URL('../../docs/http-conformance.md', import.meta.url), 'utf8');
const names = Object.keys(FAULTS) as FaultName[];

test('docs/http-conformance.md lists each fault with what it ends, its code, section and sentence', () => {
  const rows = [
    ...page.matchAll(/^\| `(\w+)` \| the (.+) \| `(\w+)` \| (RFC \d+ §[\d.]+) \| (.+) \|$/gm),
  ].map((row) => row.slice(1));
  const table = names.map((name) => {
    const { scope, status, code, rfc, reason } = FAULTS[name];
    return [name, scope === 'request' ? `request, with ${status}` : scope, nameOfCode(code), rfc, reason];
  });
  assert.deepEqual(rows, table);
});

test('every fault is met by some test', () => {
  const folder = new URL('../../test/http2/', import.meta.url);
  const tests = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  // Only who has a socket finds that settings are not acknowledged.
  const unmet = names.filter(
    (name) => name !== 'settingsTimeout' && !tests.some((text) => text.includes(name)),
  );
  assert.deepEqual(unmet, []);
});
