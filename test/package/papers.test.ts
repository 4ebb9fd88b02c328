// The papers quote what the programs say, and the figures that were measured.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from './project.js';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = (folder: string): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(join(folder, name)))
    .join('\n');

/** What Node, npm and browsers say. */
const foreign =
  /^(E[A-Z]+|NET::ERR_\w+|unable to get local issuer certificate|ERR_HTTP_HEADERS_SENT|Cannot .*|Ã©|server\.close\(\)|.*[=(].*)$/;

for (const paper of ['docs/troubleshooting.md', 'docs/troubleshooting.fr.md']) {
  test(`every message in ${paper} is one that is said`, () => {
    const said = sources('src');
    const quoted = [...read(paper).matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) =>
      [...(cell as string).matchAll(/`([^`]+)`/g)].map(([, text]) => text as string),
    );
    const messages = quoted.filter((text) => !foreign.test(text));
    assert.ok(messages.length > 20);
    const unsaid = messages.filter((text) => !text.split('…').every((piece) => said.includes(piece.trim())));
    assert.deepEqual(unsaid, []);
  });
}

test('the figures in the READMEs and the charts are those of the table', async () => {
  const load = (name: string) => import(pathToFileURL(join(root, 'bench', name)).href);
  const { chart, measuredRows } = await load('chart.mjs');
  const { figureLines } = await load('figures.mjs');
  const rows = measuredRows(read('docs/performance.md'));
  assert.ok(rows.length > 15);
  assert.ok(read('README.md').includes(figureLines(rows, 'en')));
  assert.ok(read('README.fr.md').includes(figureLines(rows, 'fr')));
  for (const theme of ['light', 'dark'])
    assert.equal(read(`docs/performance-${theme}.svg`), chart(rows, theme));
});
