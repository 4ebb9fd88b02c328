// Open pages follow their documents.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, BrowserContext } from 'playwright-core';
import { documents } from 'premier/documents';
import { withScript } from '../../dist/documents/reload-script.js';
import { launchChromium, withoutChromium } from '../site/chromium.js';
import { moment, until } from '../subjects.js';
import { bytesOf, type Files, folderWith, put, type Shelf, serving, shelf } from './shelf.js';

const files = {
  'index.html': '<!doctype html><title>one</title><body><p>home</BODY></html>',
  'bare.html': 'no end tag',
  'sub/deep/page.html': '<body></body>',
  'latin.html': Buffer.from('<meta charset=windows-1252><body>\xe9t\xe9</body>', 'latin1'),
  'a.txt': '</body>',
  'index.html.gz': 'would lack the script',
  'list/a.txt': 'a',
};

test('only HTML gets the script, as the first thing in its head', async (t) => {
  const site = await shelf(t, files, { reload: true });
  for (const [target, body] of [
    [
      '/',
      '<!doctype html><script src="./.premier/reload.js"></script><title>one</title><body><p>home</BODY></html>',
    ],
    ['/bare.html', '<script src="./.premier/reload.js"></script>no end tag'],
    ['/sub/deep/page.html', '<script src="../../.premier/reload.js"></script><body></body>'],
    [
      '/latin.html',
      '<script src="./.premier/reload.js"></script><meta charset=windows-1252><body>\xe9t\xe9</body>',
    ],
    ['/a.txt', '</body>'],
  ] as const) {
    const answer = await site.ask(target, { 'Accept-Encoding': 'gzip;q=0.5, identity' });
    assert.equal(bytesOf(answer).toString('latin1'), body, target);
    assert.equal(answer.field('content-length'), String(body.length));
  }
});

test('nothing in a page is mistaken for the place of the script', () => {
  // `|` stands for the script.
  for (const page of [
    '|',
    '|text',
    '<!doctype html>|<p>text',
    '\xef\xbb\xbf<!DOCTYPE html>\n|<p>text',
    '<!doctype html>\n<html lang="fr">\n<head>|<title>a</title></head>',
    '<!doctype html><html>|<body>',
    '<!doctype html><HTML data-a="<head>" data-b=\'>\'><HEAD class=x>|<meta>',
    '<!-- <head> --><!doctype html><!-- a --!><html><!----><!-->\n<head>|<!-- x -->',
    '<?xml version="1.0"?><!doctype html><html><head>|',
    '<!doctype html>|<header>',
    '<!doctype html>|<htmlx><head>',
    '<!doctype html>|<html lang="never ends',
    '<!doctype html>|<!-- never ends <head>',
    '<head>|<script>"</body>"</script><textarea></body></textarea><iframe srcdoc="</body>"></iframe>',
    '<!doctype html>|<script>const page = `<html><head></head><body></body>`;</script>',
    '<!doctype html>|<frameset><frame></frameset>',
    // Quotes begin a value only where they come first in one.
    '<!doctype html><html a==">|"><p>">',
    '<!doctype html><html =">|"><p>">',
    '<!doctype html><html a = ">" b=c/>\n<head a=\'>\'>|<meta a=">">',
    '<!doctype html><html "a">|text ">',
    '<!doctype html></ a></><html></ b><head>|<!-- a -->',
    '<!doctype html><html><head>|<base href="https://elsewhere.example/">',
  ]) {
    const plain = Buffer.from(page.replace('|', ''), 'latin1');
    const edited = withScript(plain, 'x.js').toString('latin1');
    assert.equal(edited, page.replace('|', '<script src="x.js"></script>'));
  }
});

test('a large page without end of its comment or its tag costs no more than it is long', () => {
  for (const page of [
    '<!--'.repeat(200_000),
    `<html ${'a="b" c='.repeat(20_000)}`,
    `<html ${'a '.repeat(99_000)}`,
  ]) {
    const edited = withScript(Buffer.from(page), 'x.js');
    assert.equal(edited.length, page.length + '<script src="x.js"></script>'.length);
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
  assert.match((await site.ask('/')).body, /changed$/);
  client.socket.destroy();
});

test('closing the handler ends the streams', async (t) => {
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

/** Reads the stream until it tells a version. */
async function streamOf(site: Shelf): Promise<{ next(): Promise<number>; version: number }> {
  const client = site.connect();
  client.send('GET /.premier/reload HTTP/1.1\r\nHost: a\r\n\r\n');
  const next = async () => {
    await client.sees('data: ');
    await client.sees('\n\n');
    const version = Number(/data: (\d+)/.exec(client.pending)?.[1]);
    client.pending = '';
    return version;
  };
  return { next, version: await next() };
}

const html = { Accept: 'text/html' };

test('a page that stands for a failure reloads as well', async (t) => {
  const site = await shelf(t, { ...files, 'folder/x.txt': 'x' }, { reload: true, listing: false });
  for (const [target, address] of [
    ['/missing', './.premier/reload.js'],
    ['/folder/', '../.premier/reload.js'],
    ['/no/such/page.html', '../../.premier/reload.js'],
    ['/folder/.hidden', '../.premier/reload.js'],
  ] as const) {
    const answer = await site.ask(target, html);
    assert.equal(answer.status, 404);
    assert.ok(answer.body.includes(`<script src="${address}">`), target);
    assert.match(answer.field('content-security-policy') as string, /script-src 'self'; connect-src 'self'/);
    assert.ok(!(await site.ask(target)).body.includes('script'));
  }
  const own = await shelf(t, { '404.html': '<p>lost' }, { reload: true });
  const answer = await own.ask('/a/missing', html);
  assert.equal(answer.body, '<script src="../.premier/reload.js"></script><p>lost');
});

test('what was missed is told when it comes, however deep', async (t) => {
  for (const [target, options, make] of [
    ['/page.html', {}, 'page.html'],
    ['/page', { cleanUrls: true }, 'page.html'],
    ['/folder/', { listing: false }, 'folder/index.html'],
    ['/a/b/c/page.html', {}, 'a/b/c/page.html'],
  ] as const) {
    const site = await shelf(t, { 'folder/x.txt': 'x' }, { reload: true, ...options });
    assert.equal((await site.ask(target, html)).status, 404);
    const { next, version } = await streamOf(site);
    put(site.root, make, '<p>there');
    assert.ok((await next()) > version, target);
    while ((await site.ask(target, html)).status !== 200) await next();
  }
});

test('a folder that is removed and built again, and the one above, are told of again and again', async (t) => {
  const site = await shelf(t, { 'dist/index.html': 'one', 'dist/assets/a.css': 'a' }, { reload: true });
  await site.ask('/dist/');
  await site.ask('/dist/assets/a.css');
  const { next } = await streamOf(site);
  for (const text of ['two', 'three', 'four']) {
    rmSync(join(site.root, text === 'three' ? '' : 'dist'), { recursive: true });
    await next();
    assert.equal((await site.ask('/dist/', html)).status, 404);
    put(site.root, 'dist/index.html', text);
    do await next();
    while (!(await site.ask('/dist/')).body.endsWith(text));
  }
});

test('a root that is a link and is switched is told of', async (t) => {
  const parent = folderWith(t, { 'v1/index.html': 'one', 'v2/index.html': 'two' });
  const root = join(parent, 'current');
  symlinkSync('v1', root);
  const handler = documents(root, { reload: true });
  t.after(() => handler.close());
  const site = { ...(await serving(t, handler)), root };
  await site.ask('/');
  const { next } = await streamOf(site);
  unlinkSync(root);
  symlinkSync('v2', root);
  await next();
  assert.match((await site.ask('/')).body, /two/);
});

test('a file that never rests does not keep changes from being told', async (t) => {
  const site = await shelf(t, { 'a.html': 'a', 'a.log': 'a' }, { reload: true });
  await site.ask('/a.log');
  const { next, version } = await streamOf(site);
  const writing = setInterval(() => appendFileSync(join(site.root, 'a.log'), 'a'), 10);
  t.after(() => clearInterval(writing));
  assert.ok((await next()) > version);
});

test('the script knows the version that stands, and is never kept', async (t) => {
  const site = await shelf(t, files, { reload: true, headers: { 'Cache-Control': 'max-age=3600' } });
  const { version } = await streamOf(site);
  const script = await site.ask('/.premier/reload.js');
  assert.ok(script.body.includes(`'${version}'`));
  assert.equal(script.field('cache-control'), 'no-store');
});

test('that the system cannot watch is told once, and changes are told all the same', async (t) => {
  const root = folderWith(t, { 'index.html': 'one' });
  const program = fileURLToPath(new URL('unwatched.js', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, root]);
  assert.match(
    stderr,
    /^premier: the system cannot watch files \(EMFILE[^\n]*\); they are looked at every second instead\.\n$/,
  );
  assert.equal(stdout, 'changed\n');
});

/** A site that counts the streams that are open. */
async function counted(t: TestContext, files: Files): Promise<Shelf & { streams(): number }> {
  const root = folderWith(t, files);
  const handler = documents(root, { reload: true });
  t.after(() => handler.close());
  let open = 0;
  const site = await serving(t, (req, res) => {
    if (req.url === '/.premier/reload') {
      open++;
      res.on('close', () => open--);
    }
    handler(req, res);
  });
  return { ...site, root, streams: () => open };
}

const browsed = { skip: withoutChromium };

let browser: Promise<Browser> | undefined;
after(async () => (await browser)?.close());

/** A browser of the test's own, as far as pages can tell. */
async function newContext(t: TestContext): Promise<BrowserContext> {
  browser ??= launchChromium();
  const context = await (await browser).newContext();
  t.after(() => context.close());
  return context;
}

test('of many frames and tabs one has the stream, and all show the change', browsed, async (t) => {
  const frames = '<iframe src="frame.html"></iframe>'.repeat(5);
  const site = await counted(t, {
    'index.html': `<!doctype html><title>one</title><link rel="icon" href="data:,">${frames}`,
    'frame.html': '<!doctype html><p>frame one',
  });
  const context = await newContext(t);
  const pages = [await context.newPage(), await context.newPage(), await context.newPage()];
  for (const page of pages) {
    await page.goto(`http://127.0.0.1:${site.port}/`);
    await page.frameLocator('iframe >> nth=4').getByText('frame one').waitFor();
  }
  const locks =
    '(async () => { const l = await navigator.locks.query(); return [l.held.length, l.pending.length]; })()';
  // One page has the stream, the others wait for it, and their frames do neither.
  while (`${await pages[0]?.evaluate(locks)}` !== '1,2') await moment();
  await until(() => site.streams() === 1, 'a stream');
  put(site.root, 'frame.html', '<!doctype html><p>frame two');
  for (const page of pages) {
    await page.frameLocator('iframe >> nth=4').getByText('frame two').waitFor();
  }
  await until(() => site.streams() === 1, 'one stream again');
  // Whoever has the stream leaves: another takes over.
  await pages[0]?.close();
  await pages[1]?.close();
  put(site.root, 'index.html', '<!doctype html><title>two</title><p id="new">new');
  await pages[2]?.waitForSelector('#new');
});

test(
  'a base elsewhere, a policy of the page and what reads like an end do not matter',
  browsed,
  async (t) => {
    const page1 = `<!doctype html><html><head><base href="http://127.0.0.1:1/"><title>one</title>
<script>window.text = "</body>"; window.other = \`<html><head></head></html>\`;</script></head>
<body><!-- </body> --><textarea></body></textarea><iframe srcdoc="<p></body>"></iframe></body></html>`;
    const site = await shelf(t, { 'index.html': page1 }, { reload: true });
    const page = await (await newContext(t)).newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const streaming = page.waitForResponse(`http://127.0.0.1:${site.port}/.premier/reload`);
    await page.goto(`http://127.0.0.1:${site.port}/`);
    await streaming;
    assert.deepEqual(
      await page.evaluate(
        `[text, document.querySelector('textarea').value, document.scripts.length, document.compatMode]`,
      ),
      ['</body>', '</body>', 1, 'CSS1Compat'],
    );
    assert.deepEqual(errors, []);
    put(site.root, 'index.html', '<!doctype html><p id="new">new');
    await page.waitForSelector('#new');
  },
);

test(
  'a tab that was reloaded while all was being built shows the page once it is there',
  browsed,
  async (t) => {
    const site = await shelf(t, { 'dist/a/index.html': '<!doctype html><p>one' }, { reload: true });
    const page = await (await newContext(t)).newPage();
    await page.goto(`http://127.0.0.1:${site.port}/dist/a/`);
    for (const text of ['two', 'three']) {
      rmSync(join(site.root, 'dist'), { recursive: true });
      await page.getByText('404').first().waitFor();
      put(site.root, 'dist/a/index.html', `<!doctype html><p>${text}`);
      await page.getByText(text).waitFor();
    }
  },
);

for (const [what, asksFirst] of [
  ['before its script was asked for', false],
  ['before its script ran, and was told to another tab', true],
] as const) {
  test(`a change that came after a page was sent, but ${what}, is shown`, browsed, async (t) => {
    const site = await counted(t, { 'index.html': '<!doctype html><link rel="icon" href="data:,"><p>one' });
    const context = await newContext(t);
    const [first, late] = [await context.newPage(), await context.newPage()];
    const url = `http://127.0.0.1:${site.port}/`;
    if (asksFirst) {
      await first.goto(url);
      await until(() => site.streams() === 1, 'a stream');
    }
    let held = false;
    await late.route('**/reload.js', async (route) => {
      if (held) return route.continue();
      held = true;
      const before = (await site.ask('/.premier/reload.js')).body;
      const version = /'\d{13}'/.exec(before)?.[0] as string;
      put(site.root, 'index.html', '<!doctype html><link rel="icon" href="data:,"><p>two');
      if (asksFirst) {
        await first.getByText('two').waitFor();
        await until(() => site.streams() === 1, 'one stream again');
      } else while ((await site.ask('/.premier/reload.js')).body.includes(version)) await moment();
      await (asksFirst ? route.fulfill({ body: before, contentType: 'text/javascript' }) : route.continue());
    });
    await late.goto(url);
    await late.getByText('two').waitFor();
  });
}

test('a page open in Chromium shows the change', browsed, async (t) => {
  const site = await shelf(t, files, { reload: true });
  const page = await (await newContext(t)).newPage();
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
