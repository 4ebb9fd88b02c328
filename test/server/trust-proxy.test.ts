// Who the client of a request is: what trusted peers say of it, and nothing that anybody else says.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ClientFacts, clientOf, createServer } from 'premier';
import { type ObservedExchange, observe } from '../../dist/observe.js';
import { type Answer, accessLog } from '../../dist/operation/access-log.js';
import { forwardedHops } from '../../dist/server/forwarded.js';
import { TrustedProxies } from '../../dist/server/trusted-proxies.js';
import { serve as serveHttp2 } from './http2/client.js';

type Fields = Record<string, string | string[]>;

/** What a server with this option says of who asked it, and what its log does. */
async function asked(
  context: TestContext,
  trustProxy: string | string[] | undefined,
  fields: Fields,
  path?: string,
) {
  const server = createServer({ trustProxy }, (req, res) => res.end(JSON.stringify(clientOf(req))));
  const logged = new Promise<Answer>((resolve) => observe(server, accessLog(resolve)));
  context.after(() => server.close());
  server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path });
  await once(server, 'listening');
  const where = server.address();
  const target = typeof where === 'string' ? { socketPath: where } : { port: where?.port, host: '127.0.0.1' };
  const headers = { Host: 'own.example', ...fields };
  const [response] = await once(request({ ...target, headers, agent: false }).end(), 'response');
  const client = JSON.parse(Buffer.concat(await response.toArray()).toString()) as ClientFacts;
  const { remote, host, id } = await logged;
  assert.deepEqual([remote, host, id], [client.address, client.host, client.requestId]);
  return client;
}

const own = { address: '127.0.0.1', protocol: 'http', host: 'own.example' };
const all = '127.0.0.1,10.0.0.0/8,2001:db8::/32';

const cases: [what: string, trust: string | string[] | undefined, fields: Fields, client: object][] = [
  ['nobody is trusted', undefined, { 'X-Forwarded-For': '192.0.2.1', Forwarded: 'for=192.0.2.1' }, own],
  ['another is trusted', '10.0.0.0/8', { 'X-Forwarded-For': '192.0.2.1', 'X-Request-Id': 'a' }, own],
  ['nothing is said', 'loopback', {}, own],
  ['one address is said', 'loopback', { 'X-Forwarded-For': '192.0.2.1' }, { ...own, address: '192.0.2.1' }],
  [
    'a client adds what it likes in front',
    'loopback',
    { 'X-Forwarded-For': '127.0.0.1, 198.51.100.7, 192.0.2.1' },
    { ...own, address: '192.0.2.1' },
  ],
  [
    'several trusted proxies stand in a row',
    all,
    { 'X-Forwarded-For': '203.0.113.9,192.0.2.1, 2001:db8::5,10.1.2.3' },
    { ...own, address: '192.0.2.1' },
  ],
  [
    'all that are named are trusted',
    all,
    { 'X-Forwarded-For': '10.0.0.9, 10.0.0.1' },
    { ...own, address: '10.0.0.9' },
  ],
  [
    'an element is no address',
    all,
    { 'X-Forwarded-For': '192.0.2.1, <script>, 10.0.0.1' },
    { ...own, address: '10.0.0.1' },
  ],
  [
    'an element is empty',
    all,
    { 'X-Forwarded-For': '192.0.2.1,, 10.0.0.1' },
    { ...own, address: '10.0.0.1' },
  ],
  ['the last one is none', all, { 'X-Forwarded-For': '192.0.2.1, unknown' }, own],
  [
    'the field comes in several lines',
    all,
    { 'X-Forwarded-For': ['192.0.2.1', '10.0.0.1'] },
    { ...own, address: '192.0.2.1' },
  ],
  ['there is a port', 'loopback', { 'X-Forwarded-For': '192.0.2.1:4711' }, { ...own, address: '192.0.2.1' }],
  ['it is IPv6', 'loopback', { 'X-Forwarded-For': '2001:db8::1' }, { ...own, address: '2001:db8::1' }],
  [
    'it is IPv6 with a port',
    'loopback',
    { 'X-Forwarded-For': '[2001:db8::1]:80' },
    { ...own, address: '2001:db8::1' },
  ],
  ['it has a zone', 'loopback', { 'X-Forwarded-For': 'fe80::1%eth0' }, own],
  ['an octet is too large', 'loopback', { 'X-Forwarded-For': '192.0.2.256' }, own],
  [
    'scheme and host are said as well',
    'loopback',
    { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'HTTPS', 'X-Forwarded-Host': 'a.example:8443' },
    { address: '192.0.2.1', protocol: 'https', host: 'a.example:8443' },
  ],
  [
    'a client says a scheme and a host too',
    'loopback',
    {
      'X-Forwarded-For': '198.51.100.7, 192.0.2.1',
      'X-Forwarded-Proto': 'http, https',
      'X-Forwarded-Host': 'evil.example, a.example',
    },
    { address: '192.0.2.1', protocol: 'https', host: 'a.example' },
  ],
  [
    'scheme and host are none',
    'loopback',
    { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'ftp', 'X-Forwarded-Host': 'a b' },
    { ...own, address: '192.0.2.1' },
  ],
  ['only the scheme is said', 'loopback', { 'X-Forwarded-Proto': 'https' }, { ...own, protocol: 'https' }],
  [
    'Forwarded says it',
    all,
    { Forwarded: 'for=192.0.2.9, for="[2001:db9::17]:4711";proto=https;host="a.example", for=10.0.0.1' },
    { address: '2001:db9::17', protocol: 'https', host: 'a.example' },
  ],
  [
    'Forwarded names nobody',
    'loopback',
    { Forwarded: 'for=192.0.2.1, for=unknown;proto=https' },
    { ...own, protocol: 'https' },
  ],
  ['Forwarded hides who it is', 'loopback', { Forwarded: 'for=192.0.2.1, for=_hidden' }, own],
  ['Forwarded is malformed', 'loopback', { Forwarded: 'for=192.0.2.1; for=192.0.2.2' }, own],
  [
    'both are there',
    'loopback',
    { Forwarded: 'for=198.51.100.7', 'X-Forwarded-For': '192.0.2.1' },
    { ...own, address: '192.0.2.1' },
  ],
  ['a request has an id', 'loopback', { 'X-Request-Id': 'a-1.b:C_2' }, { ...own, requestId: 'a-1.b:C_2' }],
  ['an id has what no log should', 'loopback', { 'X-Request-Id': 'a b' }, own],
  ['an id is too long', 'loopback', { 'X-Request-Id': 'a'.repeat(129) }, own],
  [
    'an id is as long as may be',
    ['loopback'],
    { 'X-Request-Id': 'a'.repeat(128) },
    { ...own, requestId: 'a'.repeat(128) },
  ],
];
for (const [what, trust, fields, client] of cases) {
  test(`the client is known where ${what}`, async (context) => {
    assert.deepEqual(await asked(context, trust, fields), client);
  });
}

test('peers on a Unix socket are believed where that is asked for, and nowhere else', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'premier-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const fields = { 'X-Forwarded-For': '192.0.2.1' };
  assert.equal((await asked(context, 'unix', fields, join(folder, 'a'))).address, '192.0.2.1');
  assert.equal((await asked(context, 'loopback', fields, join(folder, 'b'))).address, undefined);
  assert.equal((await asked(context, 'unix', fields)).address, '127.0.0.1');
});

test('over HTTP/2 and TLS the same is known', async (context) => {
  const { ask } = await serveHttp2(context, (req, res) => res.end(JSON.stringify(clientOf(req))), {
    trustProxy: 'loopback',
  });
  const { body } = await ask({ 'x-forwarded-for': '192.0.2.1' });
  assert.deepEqual({ ...JSON.parse(body), host: '' }, { address: '192.0.2.1', protocol: 'https', host: '' });
});

test('a socket that is gone is no Unix socket', async (context) => {
  const facts: ClientFacts[] = [];
  const server = createServer({ trustProxy: 'unix' }, () => {});
  context.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closed = new Promise<ObservedExchange>((resolve) => observe(server, { exchangeClosed: resolve }));
  const { port } = server.address() as { port: number };
  const asking = request({
    port,
    host: '127.0.0.1',
    headers: { 'X-Forwarded-For': '192.0.2.1' },
    agent: false,
  });
  asking.on('error', () => {});
  server.once('request', () => asking.destroy());
  asking.end();
  const { connection, rawHeaders } = await closed;
  facts.push(clientOf({ socket: connection.socket, rawHeaders } as never));
  assert.equal(facts[0]?.address, '127.0.0.1');
});

const wrong: [entries: unknown, code: string][] = [
  [true, 'ERR_INVALID_ARG_TYPE'],
  [[1], 'ERR_INVALID_ARG_TYPE'],
  ['', 'ERR_INVALID_ARG_VALUE'],
  ['all', 'ERR_INVALID_ARG_VALUE'],
  ['10.0.0.0/33', 'ERR_INVALID_ARG_VALUE'],
  ['10.0.0/8', 'ERR_INVALID_ARG_VALUE'],
  ['::1/129', 'ERR_INVALID_ARG_VALUE'],
  ['::ffff:10.0.0.0/8', 'ERR_INVALID_ARG_VALUE'],
  ['::ffff:10.0.0.0/95', 'ERR_INVALID_ARG_VALUE'],
  ['10.0.0.0/8,', 'ERR_INVALID_ARG_VALUE'],
  ['10.0.0.0/-1', 'ERR_INVALID_ARG_VALUE'],
];
for (const [entries, code] of wrong) {
  test(`${JSON.stringify(entries)} is nobody that can be trusted`, () => {
    assert.throws(() => createServer({ trustProxy: entries as string }), { code, message: /trustProxy/ });
  });
}

test('a network holds its addresses, also as IPv6 writes those of IPv4', () => {
  const trusted = new TrustedProxies('name', [
    '10.0.0.0/8',
    '192.0.2.7',
    '2001:db8::/33',
    '::ffff:172.16.0.0/108',
  ]);
  const trusts: [address: string, trusted: boolean][] = [
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['::ffff:10.0.0.1', true],
    ['::ffff:11.0.0.1', false],
    ['172.16.1.1', true],
    ['172.32.1.1', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['2001:db8:7fff::1', true],
    ['2001:db8:8000::1', false],
    ['localhost', false],
    ['fe80::1%lo', false],
  ];
  for (const [address, is] of trusts) assert.equal(trusted.trusts(address), is, address);
});

const malformed = [
  '',
  ' ',
  'for',
  'for=',
  'for=a b',
  'for="a',
  'for=a;',
  'for=a,',
  'for=a;;by=b',
  ',for=a',
  'for = a',
  'for=[::1]',
];
for (const value of malformed) {
  test(`Forwarded: ${JSON.stringify(value)} is malformed`, () => assert.equal(forwardedHops(value), null));
}
