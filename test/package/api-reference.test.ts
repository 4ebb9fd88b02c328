// docs/api.md says what the types say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from './project.js';

test('docs/api.md is what the comments of the types say (npm run docs:api writes it)', async () => {
  const { apiReference } = await import(pathToFileURL(join(root, 'scripts', 'api-reference.mjs')).href);
  assert.equal(readFileSync(join(root, 'docs', 'api.md'), 'utf8'), apiReference());
});

test('every option that is told has a meaning', () => {
  const rows = readFileSync(join(root, 'docs', 'api.md'), 'utf8').match(/^\| `.*$/gm) ?? [];
  assert.ok(rows.length > 25);
  assert.deepEqual(
    rows.filter((row) => !/[.!] \|$/.test(row)),
    [],
  );
});
