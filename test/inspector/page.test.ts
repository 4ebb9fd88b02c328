// The inspector's page as somebody has it: in Chromium, in both languages, by day and by night, wide and narrow.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { connect as connectTo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { type InspectorOptions, inspect } from 'premier/inspector';
import { temporaryFolder } from '../cli/command.js';
import { DATA, END_HEADERS, END_STREAM, greeting, HEADERS } from '../http2/exchange.js';
import { frame } from '../http2/frames.js';
import { read, serve } from '../server/http2/client.js';
import { launchChromium, leavePage, takePage, withoutChromium } from '../site/chromium.js';
import { get } from '../subjects.js';
import { bodyText, type Inspected, inspected } from './inspected.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const evil = '<img src=x onerror="window.evil=1"><script>window.evil=1</script>';

let browser: Browser;
/** The last response that goes on. */
let stream: ServerResponse;

function answer(req: IncomingMessage, res: ServerResponse): void {
  req.resume();
  if (req.url === '/json')
    res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ a: [evil], b: null }));
  else if (req.url === '/stream') {
    stream = res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    stream.write('data: 1\n\n');
  } else if (req.url === '/broken') res.writeHead(500).end('no');
  else
    res
      .setHeader('Content-Type', 'text/html')
      .setHeader('X-Evil', evil)
      .setHeader('Set-Cookie', 'sid=hidden')
      .end(evil);
}

interface Visit extends Inspected {
  page: Page;
  /** Chooses the first exchange whose row has this text. */
  choose(text: string): Promise<void>;
  /** What went wrong, and what was asked of another host. */
  troubles: string[];
}

const contexts = new Map<string, Promise<BrowserContext>>();

/** A context for these options; it is kept, for to make one takes longer than most tests. */
function contextFor(options: BrowserContextOptions): Promise<BrowserContext> {
  const key = JSON.stringify(options);
  const context =
    contexts.get(key) ??
    browser.newContext({ locale: 'en', viewport: { width: 1280, height: 900 }, ...options });
  contexts.set(key, context);
  return context;
}

/** A server with some exchanges, and the page open on them. */
async function visit(
  t: TestContext,
  options: BrowserContextOptions = {},
  kept: InspectorOptions = {},
): Promise<Visit> {
  const served = await inspected(t, answer, kept);
  const { connect, inspector } = served;
  await connect().send(get('/json', 'Cookie: sid=hidden')).response();
  await connect().send(get('/broken')).response();
  await connect()
    .send(
      `POST /form HTTP/1.1\r\nHost: a\r\nX-${'Evil'}: ${evil}\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`,
    )
    .response();
  await connect()
    .send(get(`/${encodeURI(evil)}`))
    .response();
  await connect().send(`GET / HTTP/1.1\r\nHost: a\r\nBad Name${evil}: x\r\n\r\n`).response();
  const page = await takePage(await contextFor(options));
  t.after(() => leavePage(page));
  const troubles: string[] = [];
  page.on('pageerror', ({ message }) => troubles.push(message));
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(inspector.url))
      troubles.push(request.url());
  });
  await page.goto(inspector.url);
  await page.getByRole('option').nth(4).waitFor();
  const choose = async (text: string) => {
    await page.getByRole('option').filter({ hasText: text }).first().click();
    // Until then another one may be shown.
    await page.locator('.panel h2').filter({ hasText: text }).waitFor();
  };
  return { ...served, page, choose, troubles };
}

/** How many answers come to so many requests at once. */
async function answersTo(count: number, port: number): Promise<number> {
  const socket = connectTo(port, '127.0.0.1');
  socket.write(get('/many').repeat(count - 1) + get('/many', 'Connection: close'));
  return (await text(socket)).split('HTTP/1.1 200 OK\r\n').length - 1;
}

/** What axe finds wrong, in light and in darkness. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const wrong: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const found = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as {
      id: string;
      nodes: { target: unknown; failureSummary: string }[];
    }[];
    for (const { id, nodes } of found) {
      wrong.push(...nodes.map((node) => `${colorScheme}, ${id}: ${node.target} ${node.failureSummary}`));
    }
  }
  return wrong;
}

describe('the page of the inspector', { skip: withoutChromium }, () => {
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());

  test('lists exchanges as they come, the newest first, those that were refused too', async (t) => {
    const { page, connect, troubles } = await visit(t);
    const options = page.getByRole('option');
    await connect().send(get('/live')).response();
    await options.filter({ hasText: '/live' }).waitFor();
    assert.match(await options.first().innerText(), /GET\s+\/live\s+200\s+text\/html/);
    assert.match(
      await options.filter({ hasText: 'HPE_INVALID_HEADER_TOKEN' }).innerText(),
      /✗ 400[\s\S]*refused/,
    );
    assert.match(await options.filter({ hasText: '/broken' }).innerText(), /500/);
    assert.deepEqual(troubles, []);
  });

  test('shows one exchange whole, and runs nothing that is in it', async (t) => {
    const { page, choose, troubles } = await visit(t);
    await choose('/form');
    const panel = await page.locator('.panel').innerText();
    assert.ok(panel.includes('POST /form HTTP/1.1'));
    assert.equal(panel.split(evil).length - 1, 4, 'field and body, both ways');
    assert.match(panel, /Date: .*\n?added by premier/);
    assert.doesNotMatch(panel, /hidden/);
    for (const text of ['HPE_INVALID', 'onerror', '/json']) {
      await choose(text);
      await page.locator('.panel h2').waitFor();
    }
    assert.equal(await page.evaluate('window.evil'), undefined);
    assert.equal(
      await page.locator('.panel script, .panel img[onerror], .list script, .list img').count(),
      0,
    );
    assert.deepEqual(troubles, []);
  });

  test('keeps what was opened in an exchange that goes on', async (t) => {
    const { page, connect, choose } = await visit(t);
    await connect()
      .send(get('/stream', 'X-A: 1', 'X-A: 2'))
      .sees('data: 1');
    await choose('/stream');
    const panel = page.locator('.panel');
    await panel.getByRole('button', { name: 'X-A' }).nth(1).click();
    await panel.getByRole('button', { name: 'Hexadecimal' }).click();
    await panel.getByRole('button', { name: 'Compare with…' }).first().click();
    await page.getByLabel('Number of the exchange').fill('7');
    stream.write('data: 2\n\n');
    await panel.getByText('Body, 18 B').waitFor();
    await panel.locator('pre.hex').getByText('64 61 74 61 3a 20 31').waitFor();
    const isOpen = await panel
      .locator('.name')
      .evaluateAll((names) => names.map((name) => name.getAttribute('aria-expanded')).join());
    assert.match(isOpen, /^false,false,true,false/);
    assert.equal(await page.getByLabel('Number of the exchange').inputValue(), '7');
    assert.equal(await page.evaluate('document.activeElement.value'), '7');
    await choose('/json');
    assert.equal(await page.getByLabel('Number of the exchange').count(), 0);
    assert.equal(await page.locator('.explanation').count(), 0);
  });

  test('shows what was refused with its section and the byte', async (t) => {
    const { page, choose } = await visit(t);
    await choose('HPE_INVALID_HEADER_TOKEN');
    const refusal = page.locator('.refusal');
    assert.match(await refusal.innerText(), /HPE_INVALID_HEADER_TOKEN .*RFC 9112 §5\.1.*Answered with 400/s);
    assert.equal(await refusal.locator('mark').textContent(), ' ');
    const link = refusal.getByRole('link', { name: 'RFC 9112 §5.1' });
    assert.equal(await link.getAttribute('href'), 'https://www.rfc-editor.org/rfc/rfc9112#section-5.1');
    assert.equal(await link.getAttribute('rel'), 'noreferrer');
  });

  test('explains a field on demand', async (t) => {
    const { page, choose } = await visit(t);
    await choose('/json');
    const name = page.locator('.panel').getByRole('button', { name: 'Content-Type', exact: true });
    assert.equal(await name.getAttribute('aria-expanded'), 'false');
    await name.click();
    assert.match(await page.locator('.explanation').innerText(), /media type.*RFC 9110 §8\.3/s);
    await name.click();
    assert.equal(await page.locator('.explanation').count(), 0);
  });

  test('shows a body as tree, text and hexadecimal', async (t) => {
    const { page, choose } = await visit(t);
    await choose('/json');
    const body = page.locator('.message').nth(1).locator('.body');
    assert.match(await body.locator('.tree').innerText(), /a: \[1\][\s\S]*b: null/);
    await page.getByRole('button', { name: 'Text', exact: true }).click();
    await body.locator('pre').filter({ hasText: '{"a":[' }).waitFor();
    await page.getByRole('button', { name: 'Hexadecimal' }).click();
    await body.locator('pre').filter({ hasText: '000000  7b 22 61 22' }).waitFor();
  });

  test('lets nothing look like something else: characters that nobody sees, numbers that are too long', async (t) => {
    const { page, connect, choose } = await visit(t);
    const json = '{"id":12345678901234567890,"id":1e999,"t":"\u202e"}';
    const long = `/${'long/'.repeat(2000)}`;
    const sent = `POST ${long} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Turned: \u202egpj\u200b\u0085\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
    await connect().send(Buffer.from(sent)).response();
    await choose('/long');
    assert.ok(
      ((await page.locator('.panel h2').boundingBox())?.height ?? 999) < 120,
      'a title of some lines',
    );
    const request = page.locator('.message').first();
    const shown = await request.innerText();
    assert.match(shown, /X-Turned: \\u202egpj\\u200b\\u0085/);
    assert.match(shown, /id: 12345678901234567890\s+id: 1e999\s+t: "\\u202e"/);
  });

  test('shows secrets only when they are asked for', async (t) => {
    const { page, choose } = await visit(t);
    await choose('/json');
    await page.locator('.field', { hasText: 'Cookie: •••' }).waitFor();
    await page.getByRole('button', { name: 'Show secrets' }).click();
    await page.locator('.field', { hasText: 'Cookie: sid=hidden' }).waitFor();
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    await page.getByRole('button', { name: 'Show secrets' }).click();
    await page.locator('.field', { hasText: 'Cookie: •••' }).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('1 exchange', { exact: true }).waitFor();
    await page.getByRole('option').click();
    await page.locator('.field', { hasText: 'Cookie: •••' }).waitFor();
    assert.ok(!(await page.locator('body').innerText()).includes('hidden'));
  });

  test('filters, pauses, orders and clears', async (t) => {
    const { page, connect } = await visit(t);
    const options = page.getByRole('option');
    const filter = page.getByRole('searchbox', { name: 'Filter' });
    await filter.fill('method:POST');
    await page.locator('.note', { hasText: '1 of 5 exchanges' }).waitFor();
    assert.match(await options.innerText(), /POST/);
    await filter.fill('colour:red');
    await page.getByText('Not understood: colour:red').waitFor();
    await filter.fill('');
    await page.getByRole('button', { name: 'Pause' }).click();
    await connect().send(get('/unseen')).response();
    await page.getByText('Paused; 1 came since').waitFor();
    assert.equal(await options.filter({ hasText: '/unseen' }).count(), 0);
    await page.getByRole('button', { name: 'Pause' }).click();
    await options.filter({ hasText: '/unseen' }).waitFor();
    await page.getByRole('button', { name: 'Newest last' }).click();
    await options.first().filter({ hasText: '/json' }).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Nothing yet.').waitFor();
    assert.equal(await options.count(), 0);
  });

  test('keeps a pinned exchange when newer ones have taken its place', async (t) => {
    const { page, choose } = await visit(t);
    await choose('/form');
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    await page.getByRole('button', { name: 'Clear' }).click();
    const kept = page.getByRole('option');
    await page.getByText('1 exchange', { exact: true }).waitFor();
    assert.match(await kept.innerText(), /POST[\s\S]*\/form[\s\S]*pinned/);
    await kept.click();
    assert.ok((await page.locator('.panel').innerText()).includes('POST /form HTTP/1.1'));
  });

  test('has no row for what the server has dropped; while it is paused, such a row says so', async (t) => {
    const { page, choose, connect } = await visit(t, {}, { maxExchanges: 6 });
    const options = page.getByRole('option');
    const client = connect();
    const more = async (path: string, count: number) => {
      for (let i = 1; i <= count; i++) await client.send(get(`/${path}${i}`)).response();
    };
    await choose('/json');
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    await more('a', 3);
    await page.getByText('7 exchanges · 2 older ones have left the list.').waitFor();
    assert.equal(await options.filter({ hasText: '/broken' }).count(), 0);
    assert.match(await options.first().innerText(), /json[\s\S]*pinned/);
    await page.getByRole('button', { name: 'Pause' }).click();
    await more('b', 5);
    await page.getByText('Paused; 5 came since').waitFor();
    const gone = options.filter({ hasText: 'no longer kept' });
    assert.equal(await gone.count(), 5);
    assert.equal(await page.locator('.row.gone').count(), 5);
    await gone.first().click();
    await page.getByText('This exchange is no longer kept').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('7 exchanges · 7 older ones have left the list.', { exact: true }).waitFor();
    assert.equal(await gone.count(), 0);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('1 exchange', { exact: true }).waitFor();
  });

  test('accounts for each of 20,000 requests that come while it is open', async (t) => {
    const { page, port, connect, troubles, inspector } = await visit(t);
    const answers = await Promise.all([answersTo(10_000, port), answersTo(10_000, port)]);
    assert.deepEqual(answers, [10_000, 10_000]);
    // The last one is told of when all before it were, or were counted.
    await connect().send(get('/last')).response();
    await page.getByRole('option').filter({ hasText: '/last' }).waitFor();
    const counts = await page.locator('.left > .note').nth(1).innerText();
    const number = (pattern: RegExp) => Number(pattern.exec(counts)?.[1] ?? 0);
    const shown = number(/^(\d+) exchanges/);
    const missed = number(/ (\d+) not shown: there were too many at once\./);
    const left = number(/ (\d+) older ones have left the list\./);
    assert.equal(shown + missed + left, 20_006, counts);
    assert.ok(shown > 0 && shown <= 1000 && missed > 0, counts);
    const oldest = await fetch(`${inspector.url}api/exchange/19007`);
    assert.equal(oldest.status, 200);
    assert.equal((await fetch(`${inspector.url}api/exchange/19006`)).status, 404);
    assert.deepEqual(troubles, []);
  });

  test('is used by keys alone', async (t) => {
    const { page } = await visit(t);
    await page.getByRole('listbox').focus();
    await page.keyboard.press('End');
    await page.getByRole('heading', { name: 'GET /json' }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.getByRole('heading', { name: 'GET /broken' }).waitFor();
    const active = await page.getByRole('listbox').getAttribute('aria-activedescendant');
    assert.equal(await page.locator(`#${active}`).getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Enter');
    assert.ok(await page.evaluate("document.activeElement.classList.contains('panel')"));
  });

  test('sends a request again, changed, and compares the answers', async (t) => {
    const { page, choose } = await visit(t);
    await choose('/json');
    await page.getByRole('button', { name: 'Send again…' }).click();
    await page.getByLabel('Start line').fill('GET /broken HTTP/1.1');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    const comparison = page.locator('table', { hasText: 'Differs' });
    await comparison.waitFor();
    assert.match(await comparison.innerText(), /status\s+200\s+500/);
    await page.getByRole('option').filter({ hasText: '/broken' }).nth(1).waitFor();
  });

  test('sends a body again as it came, where nothing was changed in it', async (t) => {
    const { page, choose, connect, exchange } = await visit(t);
    const body = '\ufeffa\r\nb';
    const length = Buffer.byteLength(body);
    await connect()
      .send(Buffer.from(`POST /lines HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${body}`))
      .response();
    await choose('/lines');
    await page.getByRole('button', { name: 'Send again…' }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page
      .getByText('Both answers say the same')
      .or(page.locator('table', { hasText: 'Differs' }))
      .waitFor();
    assert.equal(bodyText((await exchange(7)).request?.body ?? { base64: '' }), body);
  });

  test('exports an archive, and shows the same when it is imported', async (t) => {
    const { page, choose, troubles } = await visit(t);
    const file = join(temporaryFolder(t), 'exchanges.har');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export HAR' }).click();
    await (await download).saveAs(file);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /hidden/);
    const panel = async () => {
      await choose('/form');
      return page.locator('.panel .messages').innerText();
    };
    const live = await panel();
    const open = async (files: string | { name: string; mimeType: string; buffer: Buffer }) => {
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Import HAR' }).click();
      await (await chooser).setFiles(files);
    };
    await open({ name: 'x.har', mimeType: 'application/json', buffer: Buffer.from('{"log":1}') });
    await page.getByText('This file is JSON, but no HTTP Archive').waitFor();
    await open(file);
    await page.getByText('exchanges.har: 4 exchanges').waitFor();
    assert.equal(await panel(), live);
    await page.getByRole('button', { name: 'Back to live' }).click();
    await page.locator('.note', { hasText: '5 exchanges' }).waitFor();
    assert.deepEqual(troubles, []);
  });

  test('lists connections, and closes one', async (t) => {
    const { page, connect } = await visit(t);
    const client = connect();
    await client.send(get('/stream')).sees('data: 1');
    await page.locator('.connections summary').click();
    const row = page.locator('.connections tr', { hasText: '1 under way' });
    await row.waitFor();
    await row.getByRole('button', { name: /^Close/ }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByRole('option').filter({ hasText: 'aborted' }).waitFor();
  });

  test('shows HTTP/2 over TLS: streams with their trailers, what was reset, and what ended a connection', async (t) => {
    const { server, port, connect, raw } = await serve(t, (req, res) => {
      if (req.url === '/') return res.setHeader('Content-Type', 'text/html').end('hello');
      res.writeHead(200, { 'Content-Type': 'text/plain', Trailer: 'X-Sum' }).write('a');
      res.addTrailers({ 'X-Sum': '1' });
      return req.resume().on('end', () => res.end());
    });
    const inspector = await inspect(server, { port: 0 });
    t.after(() => inspector.close());
    const context = await contextFor({ ignoreHTTPSErrors: true });
    const visitor = await takePage(context);
    t.after(() => leavePage(visitor));
    await visitor.goto(`https://127.0.0.1:${port}/`);
    await visitor.evaluate("fetch('/form', { method: 'POST', body: new URLSearchParams({ nom: 'x' }) })");
    const stream = connect().request({ ':path': '/trailers', ':method': 'POST' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-in': '2' }));
    stream.end('body');
    await read(stream);
    // HEADERS that has nothing but `:method: GET`; and DATA on stream 0.
    const faults = [frame(HEADERS, END_STREAM | END_HEADERS, 3, Buffer.from([0x82])), frame(DATA, 0, 0, 'x')];
    for (const fault of faults) {
      const socket = await raw();
      socket.on('error', () => {}).resume();
      socket.write(Buffer.concat([greeting, fault]));
    }
    const plain = connectTo(port, '127.0.0.1').on('error', () => {});
    t.after(() => plain.destroy());
    plain.write(get());
    const stranger = await takePage(await contextFor({}));
    t.after(() => leavePage(stranger));
    await assert.rejects(stranger.goto(`https://127.0.0.1:${port}/`), /ERR_CERT_AUTHORITY_INVALID/);
    const page = await takePage(context);
    t.after(() => leavePage(page));
    await page.goto(inspector.url);
    const chosen = async (text: string | RegExp) => {
      await page.getByRole('option').filter({ hasText: text }).first().click();
      await page.locator('.panel h2').filter({ hasText: text }).waitFor();
      return page.locator('.panel').innerText();
    };
    const form = page.getByRole('option').filter({ hasText: /\/form · stream \d+/ });
    await form.waitFor();
    const trailers = await chosen('/trailers');
    assert.match(trailers, /POST \/trailers HTTP\/2[\s\S]*Trailers\s+x-in: 2[\s\S]*HTTP\/2 200 OK/);
    assert.match(trailers, /· stream 1\n[\s\S]*content-type: text\/plain[\s\S]*Trailers\s+x-sum: 1/);
    await page.getByRole('option').filter({ hasText: 'HTTP2_PROTOCOL_ERROR' }).nth(1).waitFor();
    const refused = page.getByRole('option').filter({ hasText: 'HTTP2_PROTOCOL_ERROR' });
    await refused.filter({ hasText: '· stream 3' }).click();
    const refusal = page.locator('.refusal');
    await refusal.getByText(/RFC 9113 §8.*Stream 3 was reset: RST_STREAM, PROTOCOL_ERROR\./).waitFor();
    await refused.filter({ hasNotText: 'stream' }).click();
    await refusal.getByText(/RFC 9113 §6 The connection was ended: GOAWAY, PROTOCOL_ERROR\./).waitFor();
    assert.match(await chosen('ERR_SSL_HTTP_REQUEST'), /plain HTTP came to a port for TLS/);
    assert.match(await chosen(/ALERT_CERTIFICATE_UNKNOWN/), /The client doesn’t trust the certificate/);
    await page.locator('.connections summary').click();
    const row = page.locator('.connections tr', { hasText: 'HTTP/2, TLSv1.3, TLS_AES' }).first();
    await row.getByRole('button', { name: /^\d+: show those of connection/ }).click();
    const id = await row.locator('td').first().innerText();
    assert.equal(await page.getByRole('searchbox').inputValue(), `connection:${id}`);
    await page.locator('.left > .note', { hasText: /^\d of \d exchanges$/ }).waitFor();
    await form.click();
    await page.getByText(`connection ${id}, 127.0.0.1`).waitFor();
  });

  test('shows an upload, a chunked stream and a WebSocket for what they are', async (t) => {
    const { page, server, connect, choose } = await visit(t);
    server.on('upgrade', (_req, socket: Duplex) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    );
    const part = 'Content-Disposition: form-data; name="f"; filename="<b>.bin"';
    const upload = `--X\r\n${part}\r\n\r\n\xff\x00\r\n--X--\r\n`;
    await connect()
      .send(
        Buffer.from(
          `POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=X\r\nContent-Length: ${upload.length}\r\n\r\n${upload}`,
          'latin1',
        ),
      )
      .response();
    await connect()
      .send(
        'POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n',
      )
      .response();
    await connect()
      .send(get('/ws', 'Connection: Upgrade', 'Upgrade: websocket'))
      .sees('101');
    await choose('/upload');
    const request = page.locator('.message').first();
    await request.locator('pre').filter({ hasText: '000000  2d 2d 58 0d 0a 43' }).waitFor();
    await choose('/chunked');
    await request.getByRole('button', { name: 'On the wire' }).click();
    await request.locator('pre').filter({ hasText: '2\\r\\n' }).waitFor();
    assert.match(await request.innerText(), /Trailers\s+X-Sum: 1/);
    await page.getByRole('button', { name: 'Send again…' }).click();
    assert.equal(await page.getByLabel('Trailers').inputValue(), 'X-Sum: 1');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await choose('/ws');
    assert.match(await page.locator('.facts').innerText(), /101 · upgraded/);
    assert.match(await page.locator('.message').nth(1).innerText(), /101 Switching Protocols/);
    await page.locator('.connections summary').click();
    await page.locator('.connections tr', { hasText: 'has left HTTP' }).waitFor();
  });

  test('shows many rows with few of them in the document', async (t) => {
    const { page, connect } = await visit(t);
    const client = connect().send(get('/many').repeat(600));
    for (let i = 0; i < 600; i++) await client.response();
    await page.waitForFunction(
      "Number(document.querySelector('[aria-setsize]').getAttribute('aria-setsize')) > 200",
    );
    assert.ok((await page.getByRole('option').count()) < 60);
  });

  test('speaks French where that is preferred, and the other language on demand', async (t) => {
    const { page, choose } = await visit(t, { locale: 'fr-CA' });
    assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
    await page.getByRole('heading', { name: 'Ce que le serveur et ses clients se disent' }).waitFor();
    await choose('/json');
    await page.getByRole('heading', { name: 'Requête', exact: true }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'What server and clients say to each other' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  });

  for (const width of [360, 1280]) {
    test(`has nothing that axe finds wrong, in light and in darkness, and fits, ${width} px wide`, async (t) => {
      const { page, choose, connect } = await visit(t, { viewport: { width, height: 800 } });
      await connect().send(get('/stream')).sees('data: 1');
      const long = 'a line\n'.repeat(400);
      await connect()
        .send(`POST /long HTTP/1.1\r\nHost: a\r\nContent-Length: ${long.length}\r\n\r\n${long}`)
        .response();
      await page.getByRole('option').filter({ hasText: '/long' }).waitFor();
      const overflow = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');
      assert.deepEqual([await violations(page), await overflow()], [[], 0]);
      for (const text of ['/form', '/long', 'HPE_INVALID_HEADER_TOKEN']) {
        await choose(text);
        assert.deepEqual([await violations(page), await overflow()], [[], 0]);
        if (width < 1024) await page.getByRole('button', { name: 'Back to the list' }).click();
      }
      await page.locator('.connections summary').click();
      await page.locator('.connections td').first().waitFor();
      const address = page.locator('.connections td').nth(1);
      assert.ok(((await address.boundingBox())?.height ?? 99) < 60, 'an address in one line');
      assert.deepEqual([await violations(page), await overflow()], [[], 0]);
    });
  }
});
