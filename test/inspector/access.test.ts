// Who may read the inspector's page: whoever has its address, in their own browser or client, and nobody else.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { RawClient } from '../subjects.js';
import { inspected } from './inspected.js';

interface Asked {
  port: number;
  token: string;
  /** The answer to a request whose head is given but for its last lines. */
  ask(head: string, body?: string): ReturnType<RawClient['response']>;
}

async function asked(t: TestContext): Promise<Asked> {
  const { inspector } = await inspected(t, (_req, res) => res.end());
  const { port, pathname } = new URL(inspector.url);
  return {
    port: Number(port),
    token: pathname.slice(1, -1),
    ask: async (head, body = '') => {
      const socket = connect(Number(port), '127.0.0.1');
      t.after(() => socket.destroy());
      const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
      const client = new RawClient(socket).send(`${head}\r\nConnection: close\r\n${length}\r\n${body}`);
      return client.response(head.split(' ')[0]);
    },
  };
}

const known = async (t: TestContext) => {
  const { port, token, ask } = await asked(t);
  const get = (path: string, host = `127.0.0.1:${port}`, ...fields: string[]) =>
    ask([`GET ${path} HTTP/1.1`, `Host: ${host}`, ...fields].join('\r\n'));
  return { port, token, ask, get };
};

test('the page is there for who has its address, and can do nothing but show itself', async (t) => {
  const { token, get } = await known(t);
  const page = await get(`/${token}/`);
  assert.equal(page.status, 200);
  assert.equal(page.field('content-type'), 'text/html; charset=utf-8');
  const policy = page.field('content-security-policy') ?? '';
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  assert.equal(page.field('cache-control'), 'no-store');
  assert.equal(page.field('x-content-type-options'), 'nosniff');
  assert.equal(page.field('referrer-policy'), 'no-referrer');
  assert.equal(page.field('cross-origin-resource-policy'), 'same-origin');
  for (const [file, type] of [
    ['page.js', 'text/javascript; charset=utf-8'],
    ['page.css', 'text/css; charset=utf-8'],
  ]) {
    const { status, field, body } = await get(`/${token}/${file}`);
    assert.deepEqual([status, field('content-type')], [200, type]);
    assert.ok(body.length > 1000);
  }
  assert.doesNotMatch(page.body, /https?:|<script(?! type="module" src="page\.js")|<style|style=|\son\w+=/);
});

const paths = (token: string): [path: string, status: number][] => [
  ['/', 403],
  [`/${token}`, 308],
  [`/${token.slice(0, -1)}/`, 403],
  [`/${token}x/`, 403],
  [`/${token.toUpperCase()}/`, 403],
  [`/?token=${token}`, 403],
  [`//${token}/`, 403],
  [`/x/../${token}/`, 403],
  [`/${token}/nothing`, 404],
  [`/${token}/../etc/passwd`, 404],
  [`/${token}/api/exchange/1`, 404],
  [`/${token}/api/exchange/x`, 404],
  [`/${token}/api/send`, 405],
  [`/${token}/__proto__`, 404],
];

test('without the token nothing is there, and with it nothing but the page', async (t) => {
  const { token, get } = await known(t);
  for (const [path, status] of paths(token)) {
    const response = await get(path);
    assert.equal(response.status, status, path);
    assert.equal(response.field('content-type'), 'text/plain; charset=utf-8');
    assert.ok(!response.body.includes(token), path);
  }
});

for (const [asked, status, allow] of [
  ['HEAD ', 200, undefined],
  ['HEAD api/har', 200, undefined],
  ['HEAD api/feed', 405, 'GET'],
  ['PUT page.js', 405, 'GET, HEAD'],
  ['GET api/clear', 405, 'POST'],
  ['POST nothing', 404, undefined],
] as const) {
  test(`${asked.replace(' ', ' /…/')} is answered with ${status}`, async (t) => {
    const { inspector } = await inspected(t, (_req, res) => res.end());
    const [method = '', path = ''] = asked.split(' ');
    const response = await fetch(`${inspector.url}${path}`, { method });
    assert.deepEqual([response.status, response.headers.get('allow') ?? undefined], [status, allow]);
    await response.text();
  });
}

test('only the names of this computer lead to the page', async (t) => {
  const { port, token, get } = await known(t);
  for (const host of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `LOCALHOST.:${port}`,
    `app.localhost:${port}`,
    `[::1]:${port}`,
    // A tunnel or a container has a port, and an address, of its own in front.
    'localhost',
    '127.0.0.1:1',
    `10.0.0.1:${port}`,
    '[fe80::1]:9000',
  ]) {
    assert.equal((await get(`/${token}/`, host)).status, 200, host);
  }
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `localhost.evil.example:${port}`,
    `1.2.3.4.5:${port}`,
    `[1.2.3.4]:${port}`,
    'localhost:',
    '',
  ]) {
    const { status, body } = await get(`/${token}/`, host);
    assert.equal(status, 421, host);
    assert.match(body, /Put an address of numbers in its place/);
  }
});

test('who comes without the token is asked for it in a browser, and is led on with it', async (t) => {
  const { port, token, get } = await known(t);
  const visit = (path: string, ...fields: string[]) =>
    get(path, `127.0.0.1:${port}`, 'Accept: text/html,*/*;q=0.8', ...fields);
  const page = await visit('/');
  assert.deepEqual([page.status, page.field('content-type')], [403, 'text/html; charset=utf-8']);
  assert.match(page.body, /<html lang="en">[\s\S]*in the terminal in which the server was started/);
  assert.doesNotMatch(page.body, /role="alert"/);
  assert.match(
    (await visit('/', 'Accept-Language: fr-CA, en;q=0.5')).body,
    /<html lang="fr">[\s\S]*terminal/,
  );
  for (const given of [token, `http://127.0.0.1:${port}/${token}/`, ` /${token} `]) {
    const led = await visit(`/?${new URLSearchParams({ address: given })}`);
    assert.deepEqual([led.status, led.field('location')], [303, `./${token}/`], given);
  }
  for (const given of ['<script>', token.slice(1), `${token}x`, `${token}?`, 'http://evil.example/x/']) {
    const asked = await visit(`/?${new URLSearchParams({ address: given })}`);
    assert.equal(asked.status, 403, given);
    assert.match(asked.body, /role="alert"/);
    assert.doesNotMatch(asked.body, /script>|evil|location/i);
  }
  assert.equal((await visit('/x/')).field('content-type'), 'text/plain; charset=utf-8');
});

test('who leaves the slash out is led to the page, and nobody else is', async (t) => {
  const { port, token, get } = await known(t);
  const own = `127.0.0.1:${port}`;
  const led = await get(`/${token}`, own);
  assert.deepEqual([led.status, led.field('location')], [308, `./${token}/`]);
  for (const path of [`/${token}x`, `/${token.slice(1)}`, `/${token}?`, `//${token}`]) {
    const { status, field } = await get(path, own);
    assert.deepEqual([status, field('location')], [403, undefined], path);
  }
  assert.equal((await get(`/${token}`, 'evil.example')).status, 421);
  assert.equal((await get(`/${token}`, own, 'Origin: http://evil.example')).status, 403);
});

test('a page of another site is refused, whatever it sends; a link from one is followed', async (t) => {
  const { port, token, get, ask } = await known(t);
  const own = `127.0.0.1:${port}`;
  assert.equal((await get(`/${token}/`, own, `Origin: http://${own}`)).status, 200);
  for (const origin of [
    'https://evil.example',
    'null',
    `http://localhost:${port}`,
    `https://${own}`,
    'http://127.0.0.1:1',
  ]) {
    assert.equal((await get(`/${token}/api/har`, own, `Origin: ${origin}`)).status, 403, origin);
  }
  for (const site of ['cross-site', 'same-site']) {
    assert.equal((await get(`/${token}/page.js`, own, `Sec-Fetch-Site: ${site}`)).status, 403, site);
    const visit = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate'];
    assert.equal((await get(`/${token}/`, own, ...visit)).status, 200);
  }
  const post = (fields: string[], body: string) =>
    ask([`POST /${token}/api/clear HTTP/1.1`, `Host: ${own}`, ...fields].join('\r\n'), body);
  assert.equal(
    (await post(['Content-Type: application/json', 'Origin: http://evil.example'], '{}')).status,
    403,
  );
  assert.equal((await post(['Content-Type: text/plain', `Origin: http://${own}`], '{}')).status, 415);
  assert.equal((await post(['Content-Type: application/json'], 'no')).status, 400);
  assert.equal((await post(['Content-Type: application/json'], '[]')).status, 400);
  assert.equal(
    (await post(['Content-Type: application/json'], JSON.stringify({ a: 'x'.repeat(1024 * 1024) }))).status,
    413,
  );
  assert.equal((await post(['Content-Type: application/json'], '{}')).status, 200);
});

test('what was too much for the page is refused, and its connection serves the next request', async (t) => {
  const { port, token } = await known(t);
  const head = (length: number) =>
    `POST /${token}/api/clear HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  const client = new RawClient(socket);
  for (const length of [4 * 1024 * 1024, 1024 * 1024 + 1]) {
    client.send(head(length) + 'x'.repeat(length));
    assert.equal((await client.response()).status, 413);
  }
  client.send(`${head(2)}{}`);
  assert.equal((await client.response()).status, 200);
});

test('what an exchange says reaches the page as JSON only', async (t) => {
  const evil = '</script><img src=x onerror=alert(1)>\u2028';
  const { inspector, connect, exchange } = await inspected(t, (_req, res) =>
    res.setHeader('Content-Type', 'text/html').end(evil),
  );
  await connect()
    .send(`GET /${encodeURI(evil)} HTTP/1.1\r\nHost: a\r\nX-${'Evil'}: <b>\r\n\r\n`)
    .response();
  await exchange(1);
  for (const path of ['api/exchange/1', 'api/har']) {
    const response = await fetch(inspector.url + path);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    await response.json();
  }
});

test('tokens differ from one inspector to the next, and one that is given is taken', async (t) => {
  const noop = (_req: unknown, res: { end(): unknown }) => void res.end();
  const tokens = await Promise.all(
    [1, 2, 3].map(async () => (await inspected(t, noop)).inspector.url.split('/')[3]),
  );
  assert.equal(new Set(tokens).size, 3);
  for (const token of tokens) assert.match(token ?? '', /^[\w-]{24}$/);
  const { inspector } = await inspected(t, noop, { token: 'a-token-of-my-own' });
  assert.match(inspector.url, /\/a-token-of-my-own\/$/);
});
