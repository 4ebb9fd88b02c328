// --auth: who is let in, what the others are told, and TLS around it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import http2 from 'node:http2';
import { request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { certificate, serving, temporaryFolder } from './command.js';

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

test('only the name and password given are let in', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'index.html'), 'inside');
  const { url } = await serving(t, [folder, '--auth', 'anna:pässword:1', '--log', 'off']);
  const cases: [authorization: string | undefined, status: number][] = [
    [undefined, 401],
    ['', 401],
    ['Basic', 401],
    ['Basic !!!', 401],
    ['Bearer x', 401],
    [basic('anna:'), 401],
    [basic('anna:pässword'), 401],
    [basic('anna:pässword:12'), 401],
    [basic('Anna:pässword:1'), 401],
    [basic(':'), 401],
    [basic('a'.repeat(5000)), 401],
    [basic('anna:pässword:1'), 200],
    [basic('anna:pässword:1').replace('Basic', 'bAsIc'), 200],
  ];
  for (const [authorization, status] of cases) {
    for (const path of ['/', '/missing', '/%', '/.premier/reload']) {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await fetch(new URL(path, url), { headers });
      const body = await response.text();
      if (status === 401) {
        assert.equal(response.status, 401, `${authorization} ${path}`);
        assert.equal(response.headers.get('www-authenticate'), 'Basic realm="premier", charset="UTF-8"');
        assert.doesNotMatch(body, /inside/);
      } else assert.notEqual(response.status, 401, `${authorization} ${path}`);
      if (status === 200 && path === '/') assert.equal(body, 'inside');
    }
  }
});

test('a field of every answer goes with those that the command gives in place of the folder', async (t) => {
  const folder = temporaryFolder(t);
  const fields = [
    'X-A: every',
    '/b/*: X-B: there',
    'Cache-Control: max-age=60',
    'Set-Cookie: a=1',
    'Set-Cookie: b=2',
  ];
  const given = fields.flatMap((field) => ['--header', field]);
  const { url } = await serving(t, [folder, '--auth', 'a:b', '--log', 'off', ...given]);
  const refused = await fetch(new URL('/b/x', url));
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get('x-a'), 'every');
  assert.equal(refused.headers.get('x-b'), 'there');
  assert.equal(refused.headers.get('cache-control'), 'no-store');
  assert.deepEqual(refused.headers.getSetCookie(), ['a=1', 'b=2']);
  assert.equal((await fetch(new URL('/c', url))).headers.get('x-b'), null);
  const headers = { host: 'elsewhere.example', authorization: basic('a:b') };
  const answer = await new Promise<IncomingMessage>((resolve) => get(url, { headers }, resolve));
  assert.equal(answer.statusCode, 421);
  assert.equal(answer.headers['x-a'], 'every');
  assert.equal(answer.headers['cache-control'], 'no-store');
  answer.resume();
});

test('with --cors, a preflight needs no password', async (t) => {
  const { url } = await serving(t, [temporaryFolder(t), '--auth', 'a:b', '--cors', '--log', 'off']);
  const preflight = { origin: 'http://a.example', 'access-control-request-method': 'GET' };
  const answer = await fetch(url, { method: 'OPTIONS', headers: preflight });
  assert.ok(answer.ok);
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  assert.equal((await fetch(url, { method: 'OPTIONS' })).status, 401);
  assert.equal((await fetch(url, { headers: preflight })).status, 401);
});

test('the password may come from the environment', async (t) => {
  const { url } = await serving(t, [temporaryFolder(t)], { env: { PREMIER_AUTH: 'a:b' } });
  assert.equal((await fetch(url)).status, 401);
  assert.equal((await fetch(url, { headers: { authorization: basic('a:b') } })).status, 200);
});

test('a password in clear on the network is warned of', async (t) => {
  const { printed } = await serving(t, [temporaryFolder(t), '--auth', 'a:b', '--host', '0.0.0.0']);
  await printed(/travels unencrypted/, 'stderr');
});

test('--tls-cert and --tls-key serve https', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'index.html'), 'encrypted');
  const pair = certificate(t);
  if (!pair) return t.skip('openssl is needed to make a certificate');
  const { key, cert } = pair;
  const { url, child, ended } = await serving(t, [folder, '--tls-cert', cert, '--tls-key', key]);
  assert.match(url, /^https:\/\/localhost:\d+\/$/);
  const body = await new Promise<string>((resolve, reject) => {
    request(url, { rejectUnauthorized: false, agent: false }, async (res) => {
      resolve(Buffer.concat(await res.toArray()).toString());
    })
      .on('error', reject)
      .end();
  });
  assert.equal(body, 'encrypted');
  const session = http2.connect(url, { rejectUnauthorized: false });
  const stream = session.request({});
  assert.equal((await stream.toArray()).join(''), 'encrypted');
  // A client that stays connected keeps the command from nothing.
  child.kill();
  assert.equal(await ended, 0);
});
