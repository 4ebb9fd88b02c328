// `--inspect` beside `--admin`: the admin listener shows the page of the inspector as well.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage, type RequestListener, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { inspectorBelow } from '../../dist/cli/inspector-on-admin.js';
import { openAdmin } from '../../dist/operation/admin-server.js';
import { Service } from '../../dist/operation/service.js';
import { inspected } from '../inspector/inspected.js';
import { ask } from './asked-admin.js';
import { eventually, serving, temporaryFolder } from './command.js';

const json = { 'content-type': 'application/json' };

for (const kind of [[], ['--workers', '1'], ['--watch']]) {
  test(`the page is at the admin listener as well: ${kind.join(' ') || 'one process'}`, async (t) => {
    const folder = temporaryFolder(t);
    const app = join(folder, 'app.cjs');
    writeFileSync(app, 'module.exports = (req, res) => res.end();');
    const admin = join(folder, 'admin.sock');
    const command = await serving(t, [app, '--inspect=0', '--admin', `unix:${admin}`, ...kind]);
    await command.printed('Inspector');
    const [, token] = /:\d+\/([\w-]{24})\/\n/.exec(command.stdout()) ?? [];
    const below = (path: string, headers = {}, method = 'GET') =>
      ask(admin, `/inspector/${path}`, headers, method);
    await (await fetch(`${command.url}seen`)).text();
    const seen = async (): Promise<{ target: string; outcome: string | null }> =>
      JSON.parse((await below(`${token}/api/exchange/1`)).body);
    await eventually(async () => (await seen()).outcome !== null);
    assert.equal((await seen()).target, '/seen');
    assert.match((await below(`${token}/`)).body, /premier inspector/);
    assert.match(String((await below(`${token}/page.css`)).headers['content-type']), /text\/css/);
    assert.equal((await below(`${token}x/`)).status, 403);
    assert.equal((await below('')).status, 403);
    assert.equal((await below(`${token}/`, { host: 'evil.example' })).status, 421);
    assert.equal((await below(`${token}/`, { origin: 'http://evil.example' })).status, 403);
    const asked = await below(`?address=${token}`, { accept: 'text/html' });
    assert.deepEqual([asked.status, asked.headers.location], [303, `./${token}/`]);
    const led = await ask(admin, '/inspector');
    assert.deepEqual([led.status, led.headers.location], [308, '/inspector/']);
    assert.match((await ask(admin, '/')).body, /\/metrics, \/inspector\/\./);
    // A page that is open keeps neither process from ending.
    const feed = get({
      socketPath: admin,
      path: `/inspector/${token}/api/feed`,
      headers: { host: 'localhost' },
    });
    feed.on('error', () => {});
    const [events] = (await once(feed, 'response')) as [IncomingMessage];
    events.on('error', () => {});
    assert.match(String(await once(events, 'data')), /event: greeting/);
    command.child.kill('SIGTERM');
    assert.equal(await command.ended, 0);
  });
}

test('without --inspect there is no page at the admin listener', async (t) => {
  const folder = temporaryFolder(t);
  const admin = join(folder, 'admin.sock');
  await serving(t, [folder, '--admin', `unix:${admin}`]);
  for (const path of ['/inspector', '/inspector/']) assert.equal((await ask(admin, path)).status, 404, path);
});

/** An admin listener at an address, and what is asked of it. */
async function adminAt(t: TestContext, host: string, inspector: RequestListener) {
  const service = new Service(
    '1',
    () => [],
    () => 1,
  );
  const server = await openAdmin({ host, port: 0 }, service, inspector);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return async (path: string, options: { host?: string; method?: string; body?: string } = {}) => {
    const { host: to = '127.0.0.1', method = 'GET', body } = options;
    const req = request({ host: to, port, path, method, headers: body ? json : {}, agent: false });
    req.end(body);
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    return { status: res.statusCode, headers: res.headers, body: await text(res) };
  };
}

test('what the page asks for is answered there as at its own port', async (t) => {
  const { inspector, connect, exchange } = await inspected(t, (_req, res) => res.end());
  const { port, pathname } = new URL(inspector.url);
  const asked = await adminAt(
    t,
    '127.0.0.1',
    inspectorBelow('/inspector', { host: '127.0.0.1', port: Number(port) }, false),
  );
  await connect().send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n').response();
  await exchange(1);
  const below = (path: string, options?: object) => asked(`/inspector${pathname}${path}`, options);
  const own = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(inspector.url + path, init);
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  for (const [method, path, body] of [
    ['GET', ''],
    ['HEAD', ''],
    ['GET', 'page.js'],
    ['PUT', 'api/clear', 'a body that nobody reads'],
    ['GET', 'api/exchange/1?reveal=1'],
    ['GET', 'api/exchange/9'],
    ['PUT', 'page.js'],
    ['GET', '../../live'],
    ['POST', 'api/close', '{"id":0}'],
    ['POST', 'api/close', 'no'],
    ['POST', 'api/clear', '{}'],
  ] as const) {
    const what = `${method} ${path}`;
    const there = await below(path, { method, body });
    const here = await own(path, { method, ...(body !== undefined && { body, headers: json }) });
    // fetch takes `..` out of a path by itself.
    if (!path.startsWith('..')) {
      assert.deepEqual([there.status, there.body], [here.status, here.body], what);
      const name = 'content-security-policy';
      assert.equal(there.headers[name], here.headers.get(name), what);
    } else assert.equal(there.status, 404, what);
  }
});

test('what stands behind a request that has no body is none of its page', async (t) => {
  const { inspector } = await inspected(t, (_req, res) => res.end());
  const { port, pathname } = new URL(inspector.url);
  const asked = await adminAt(
    t,
    '127.0.0.1',
    inspectorBelow('/inspector', { host: '127.0.0.1', port: Number(port) }, false),
  );
  const body = `POST ${pathname}api/clear HTTP/1.1\r\nHost: a\r\n\r\n`;
  const { status } = await asked(`/inspector${pathname}`, { method: 'DELETE', body });
  assert.equal(status, 405);
});

test('an inspector that does not answer is said to be silent', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  const asked = await adminAt(
    t,
    '127.0.0.1',
    inspectorBelow('/inspector', { host: '127.0.0.1', port }, false),
  );
  const { status, body } = await asked('/inspector/x/');
  assert.equal(status, 502);
  assert.match(body, /may be starting again.* \/ .*redémarre/);
});

const outer = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

test('from another computer it is shown only where that was asked for', { skip: !outer }, async (t) => {
  const { inspector } = await inspected(t, (_req, res) => res.end());
  const { port, pathname } = new URL(inspector.url);
  for (const [anywhere, host, status] of [
    [false, '127.0.0.1', 200],
    [false, outer, 403],
    [true, outer, 200],
  ] as const) {
    const place = { host: '127.0.0.1', port: Number(port) };
    const asked = await adminAt(t, '0.0.0.0', inspectorBelow('/inspector', place, anywhere));
    const answer = await asked(`/inspector${pathname}`, host === undefined ? {} : { host });
    assert.equal(answer.status, status, `${anywhere} ${host}`);
    if (status === 403) assert.match(answer.body, /--inspect-anywhere/);
    assert.equal((await asked('/live', host === undefined ? {} : { host })).status, 200);
  }
});
