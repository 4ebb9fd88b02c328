// On loopback only this computer's names are answered, so that a page of somebody else's can't read what is served.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import net from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type HostRules, withHostCheck } from '../../dist/cli/host-check.js';
import { catalogues } from '../../dist/cli/language.js';
import { requestOf } from '../documents/shelf.js';
import { RawClient, type RawResponse } from '../server/raw-client.js';
import { until } from '../subjects.js';
import { serving, temporaryFolder } from './command.js';

function folder(t: TestContext): string {
  const path = temporaryFolder(t);
  writeFileSync(join(path, 'index.html'), 'secret');
  return path;
}

async function ask(port: number, request: string, method = 'GET'): Promise<RawResponse> {
  const client = new RawClient(net.connect(port, '127.0.0.1'));
  try {
    return await client.send(request).response(method);
  } finally {
    client.socket.destroy();
  }
}

const status = async (port: number, host: string) => (await ask(port, requestOf('/', { Host: host }))).status;

const own = [
  'localhost',
  'LocalHost:8080',
  'localhost.',
  'localhost.:9',
  'app.localhost:3000',
  '127.0.0.1',
  '127.0.0.1:8080',
  '127.8.9.10',
  '[::1]',
  '[::1]:8080',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '0.0.0.0:8080',
  '[::]',
  hostname(),
];
const foreign = [
  'evil.example',
  'evil.example:8080',
  'localhost.evil.example',
  'evil-localhost',
  'evillocalhost',
  'xn--localhost-.example',
  '127.0.0.1.nip.io',
  '127.evil.example',
  '8.8.8.8',
  '10.0.0.1:8080',
  '[fe80::1]',
  '[::ffff:8.8.8.8]',
  '2130706433',
  '',
];

test('on loopback only names of this computer are answered', async (t) => {
  for (const args of [[], ['--host', '127.0.0.1'], ['--host=LOCALHOST'], ['--host=::ffff:127.0.0.1']]) {
    const { port, stdout } = await serving(t, [folder(t), ...args]);
    for (const host of own) assert.equal(await status(port, host), 200, `${args} ${host}`);
    for (const host of foreign) {
      const answer = await ask(port, requestOf('/', { Host: host }));
      assert.equal(answer.status, 421, `${args} ${host}`);
      assert.ok(!answer.body.includes('secret'));
    }
    await until(() => /421/.test(stdout()), 'the refusals in the log');
  }
});

test('the refusal says why and what to do, in the language of the command, and holds nothing of the request', async (t) => {
  for (const [lang, pattern] of [
    ['en', /^421 Misdirected Request: This server is for .* premier --allow-host NAME\.\n$/],
    ['fr', /^421 Misdirected Request: Ce serveur est pour .* premier --allow-host NOM\.\n$/],
  ] as const) {
    const { port } = await serving(t, [folder(t), '--lang', lang]);
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
      const request = requestOf('/?q=evil', { Host: 'evil.example', 'Content-Length': '0' }, method);
      const answer = await ask(port, request, method);
      assert.equal(answer.status, 421);
      assert.equal(answer.field('cache-control'), 'no-store');
      if (method !== 'HEAD') assert.match(Buffer.from(answer.body, 'latin1').toString(), pattern);
      assert.ok(!answer.body.includes('evil'));
    }
  }
});

test('an absolute target tells the host, whatever Host says', async (t) => {
  const { port } = await serving(t, [folder(t)]);
  for (const [target, host, expected] of [
    ['http://evil.example/', 'localhost', 421],
    ['http://localhost/', 'evil.example', 200],
    ['http://localhost@evil.example/', 'localhost', 400],
    ['http://localhost:80@evil.example/', 'localhost', 400],
  ] as const) {
    const answer = await ask(port, requestOf(target, { Host: host }));
    assert.equal(answer.status, expected, `${target} ${host}`);
  }
  assert.equal(
    await status(port, 'evil.example'),
    421,
    'the Host of a request that was let in by its target',
  );
  assert.equal(await status(port, 'localhost'), 200);
  const answer = await ask(port, requestOf('http://evil.example/', { Host: 'localhost' }));
  assert.equal(answer.status, 421, 'a Host that was let in before, and another target');
  assert.equal((await ask(port, 'GET / HTTP/1.0\r\n\r\n')).status, 200);
});

test('--allow-host lets in other names, those below them, or all', async (t) => {
  for (const [args, yes, no] of [
    [
      ['--allow-host', 'Example.com'],
      ['example.com', 'EXAMPLE.com:80', 'localhost'],
      ['a.example.com', 'evil.example'],
    ],
    [['--allow-host', '.example.com'], ['example.com', 'a.b.example.com'], ['badexample.com']],
    [['--allow-host', '*.example.com', '--allow-host', 'x.test'], ['a.example.com', 'x.test'], ['y.test']],
    [['--allow-host', 'bücher.example'], ['xn--bcher-kva.example'], ['buecher.example']],
    [['--allow-host', '*'], ['anything.example', ''], []],
    [['--host', '--allow-host', 'example.com'], ['example.com', '127.0.0.1'], ['evil.example']],
    [['--host'], ['evil.example', ''], []],
    [['--host=0.0.0.0'], ['evil.example'], []],
    [['--host=::'], ['evil.example'], []],
  ] as [string[], string[], string[]][]) {
    const { port } = await serving(t, [folder(t), '--log', 'off', ...args]);
    for (const host of [...yes, ...yes]) assert.equal(await status(port, host), 200, `${args}: ${host}`);
    for (const host of no) assert.equal(await status(port, host), 421, `${args}: ${host}`);
  }
});

/** Which of these hosts a server with such rules answers, on this local address. */
function answered(rules: HostRules, localAddress: string, hosts: readonly string[]): string[] {
  return hosts.filter((host) => {
    let isAnswered = false;
    const handler = () => {
      isAnswered = true;
    };
    const request = {
      url: '/',
      headers: { host },
      httpVersion: '1.1',
      method: 'GET',
      socket: { localAddress },
    };
    const response = { writeHead() {}, end() {} };
    const checked = withHostCheck(handler, rules, 'premier', catalogues.en, () => {});
    checked(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    return isAnswered;
  });
}

test('names of --domain are let in on loopback, and keep nobody out elsewhere', () => {
  const hosts = ['a.example', 'A.Example:8443', 'b.example', 'localhost'];
  const ours = ['a.example', 'A.Example:8443', 'localhost'];
  const domain = { allowed: [], own: ['a.example'] };
  const cases: [rules: HostRules, localAddress: string, answered: string[]][] = [
    [{ hosts: ['127.0.0.1'], ...domain }, '127.0.0.1', ours],
    [{ hosts: ['192.0.2.1'], ...domain }, '192.0.2.1', hosts],
    [{ hosts: ['*'], ...domain }, '127.0.0.1', hosts],
    [{ hosts: ['*'], ...domain, allowed: ['c.example'] }, '192.0.2.1', ours],
    [{ hosts: ['127.0.0.1'], allowed: [] }, '127.0.0.1', ['localhost']],
  ];
  for (const [rules, localAddress, expected] of cases)
    assert.deepEqual(answered(rules, localAddress, hosts), expected, JSON.stringify(rules));
});
