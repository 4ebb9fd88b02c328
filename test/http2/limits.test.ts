// docs/limits.md against the bounds of the HTTP/2 engine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as limits from '../../dist/http2/limits.js';

const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');

/** The default that the page gives for a constant. */
function listed(name: string): string | undefined {
  const row = page
    .split('\n')
    .find((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${name}\``));
  return row?.split('|')[2]?.trim();
}

test('docs/limits.md lists every constant of HTTP/2 with its value', () => {
  for (const [name, value] of Object.entries(limits)) {
    const text =
      typeof value === 'number' ? String(value) : `${value.capacity}, then ${value.perSecond} a second`;
    assert.equal(listed(name), text, name);
  }
});
