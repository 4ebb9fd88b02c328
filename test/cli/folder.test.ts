// The command serving a folder, from the outside: what it prints, what it answers, how it ends.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { serving, temporaryFolder } from './command.js';

test('the first line is the same in every language, then come the addresses', async (t) => {
  const folder = temporaryFolder(t);
  for (const [LANG, label] of [
    ['fr_FR.UTF-8', 'Cet ordinateur'],
    ['en_GB.UTF-8', 'This computer'],
  ] as const) {
    const { stdout, url } = await serving(t, [folder], { env: { LANG } });
    assert.equal(stdout(), `Serveur démarré !\n  ${label}  ${url}\n`);
    assert.match(url, /^http:\/\/localhost:\d+\/$/);
  }
});

test('documents are served on both loopback addresses', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'index.html'), '<h1>Création</h1>');
  const { port } = await serving(t, [folder]);
  for (const host of ['127.0.0.1', 'localhost']) {
    const response = await fetch(`http://${host}:${port}/`);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '<h1>Création</h1>');
  }
});
