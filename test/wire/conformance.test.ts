// docs/http-conformance.md against the cases it names: each one exists, and is among those that are run.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { accepted } from '../http1/cases/accepted.js';
import { refusals } from '../http1/cases/refused.js';
import { bodies } from './cases/bodies.js';
import { connection } from './cases/connection.js';
import { expectationAndUpgrade } from './cases/expectation.js';
import { responses } from './cases/responses.js';

const page = readFileSync(new URL('../../docs/http-conformance.md', import.meta.url), 'utf8');
const cases = [...accepted, ...refusals, ...bodies, ...connection, ...expectationAndUpgrade, ...responses];
const visible = (says: string) => says.replaceAll('\t', '\\t');

test('every choice names a rule and cases that are run', () => {
  const names = new Set(cases.map(({ says }) => visible(says)));
  const rows = page.split('\n').filter((line) => /^\| .+ \| .+ \| .+ \| RFC .+ \| .*\|$/.test(line));
  assert.ok(rows.length > 50, `${rows.length} rows`);
  for (const row of rows) {
    const [, , , , rule, shown] = row.split(' | ').map((cell) => cell.replace(/^\||\|$/g, '').trim());
    if (shown === undefined) continue;
    assert.match(rule ?? '', /^RFC \d+ §[\dC.]+$/, row);
    const named = [...shown.matchAll(/“([^”]+)”/g)].map(([, name]) => name as string);
    assert.ok(named.length > 0, row);
    for (const name of named) assert.ok(names.has(name), `there is no case “${name}”`);
  }
});

test('no two cases have the same name', () => {
  const names = cases.map(({ says }) => says);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  assert.deepEqual(twice, []);
});

test('SECURITY.md names cases and test files that exist', () => {
  const names = new Set(cases.map(({ says }) => visible(says)));
  const security = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  const rows = security.split('\n').filter((line) => line.startsWith('| CVE-'));
  assert.ok(rows.length > 15);
  for (const row of rows) {
    const shown = row.split(' | ').at(-1) ?? '';
    const [, name] = /“(.+)”/.exec(shown) ?? [];
    const [, file] = /`(test\/.+)`/.exec(shown) ?? [];
    if (name === undefined) assert.ok(existsSync(new URL(`../../${file}`, import.meta.url)), row);
    else assert.ok(names.has(name), `there is no case “${name}”`);
  }
});
