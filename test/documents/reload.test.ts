// Open pages follow their documents.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchChromium, withoutChromium } from '../site/chromium.js';
import { bytesOf, shelf } from './shelf.js';

const files = {
  'index.html': '<!doctype html><title>one</title><body><p>home</BODY></html>',
  'bare.html': 'no end tag',
  'sub/deep/page.html': '<body></body>',
  'latin.html': Buffer.from('<meta charset=windows-1252><body>\xe9t\xe9</body>', 'latin1'),
  'a.txt': '</body>',
  'index.html.gz': 'would lack the script',
  'list/a.txt': 'a',
};

test('only HTML gets the script, at the end of its body', async (t) => {
  const site = await shelf(t, files, { reload: true });
  for (const [target, body] of [
    [
      '/',
      '<!doctype html><title>one</title><body><p>home<script src="./.premier/reload.js"></script>\n</BODY></html>',
    ],
    ['/bare.html', 'no end tag<script src="./.premier/reload.js"></script>\n'],
    ['/sub/deep/page.html', '<body><script src="../../.premier/reload.js"></script>\n</body>'],
    [
      '/latin.html',
      '<meta charset=windows-1252><body>\xe9t\xe9<script src="./.premier/reload.js"></script>\n</body>',
    ],
    ['/a.txt', '</body>'],
  ] as const) {
    const answer = await site.ask(target, { 'Accept-Encoding': 'gzip;q=0.5, identity' });
    assert.equal(bytesOf(answer).toString('latin1'), body, target);
    assert.equal(answer.field('content-length'), String(body.length));
  }
});

test('the tag is that of the page with its script', async (t) => {
  const live = await shelf(t, files, { reload: true });
  const plain = await shelf(t, files);
  const tag = async (site: typeof live, target: string) => (await site.ask(target)).field('etag') as string;
  assert.notEqual(await tag(live, '/'), await tag(plain, '/'));
  assert.equal(await tag(live, '/a.txt'), await tag(plain, '/a.txt'));
  assert.equal((await live.ask('/', { 'If-None-Match': await tag(live, '/') })).status, 304);
  assert.equal((await live.ask('/', { Range: 'bytes=0-8' })).body, '<!doctype');
});

test('without the option there is neither script nor stream', async (t) => {
  const site = await shelf(t, files);
  assert.ok(!(await site.ask('/')).body.includes('script'));
  assert.equal((await site.ask('/.premier/reload')).status, 404);
  assert.equal((await site.ask('/.premier/reload.js')).status, 404);
});

test('the stream tells another version when a document that was sent changes', async (t) => {
  const site = await shelf(t, files, { reload: true });
  const script = await site.ask('/.premier/reload.js');
  assert.equal(script.field('content-type'), 'text/javascript; charset=utf-8');
  const head = await site.ask('/.premier/reload', {}, 'HEAD');
  assert.equal(head.field('content-type'), 'text/event-stream');
  await site.ask('/');
  const client = site.connect();
  client.send('GET /.premier/reload HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.sees('\n\n');
  const version = /data: (\d+)/.exec(client.pending)?.[1] as string;
  client.pending = '';
  writeFileSync(join(site.root, 'index.html'), 'changed');
  await client.sees('data: ');
  assert.ok(Number(/data: (\d+)/.exec(client.pending)?.[1]) > Number(version));
  assert.match((await site.ask('/')).body, /^changed/);
  client.socket.destroy();
});

test('closing the handler ends the streams', async (t) => {
  const { documents } = await import('premier/documents');
  const { folderWith, serving } = await import('./shelf.js');
  const handler = documents(folderWith(t, files), { reload: true });
  const { connect, ask } = await serving(t, handler);
  await ask('/');
  const client = connect();
  client.send('GET /.premier/reload HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  await client.sees('data: ');
  handler.close();
  await client.rest();
  assert.equal((await ask('/a.txt')).status, 200);
});

test('a page open in Chromium shows the change', { skip: withoutChromium }, async (t) => {
  const site = await shelf(t, files, { reload: true });
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  const streaming = page.waitForResponse('**/.premier/reload');
  await page.goto(`http://127.0.0.1:${site.port}/`);
  await streaming;
  writeFileSync(
    join(site.root, 'index.html'),
    '<title>two</title><link rel="icon" href="data:,"><p id="new">changed',
  );
  await page.waitForSelector('#new');
  const listing = page.waitForResponse('**/.premier/reload');
  await page.goto(`http://127.0.0.1:${site.port}/list/`);
  await listing;
  writeFileSync(join(site.root, 'list/b.txt'), 'b');
  await page.getByRole('link', { name: 'b.txt' }).waitFor();
  assert.deepEqual(
    complaints.filter((text) => !text.includes('404')),
    [],
  );
});
