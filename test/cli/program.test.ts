// The command running a program: every kind of export, a program that listens by itself, and those that can't run.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { serving, start, temporaryFolder } from './command.js';

/** Writes a program into a folder of its own. */
function program(t: TestContext, name: string, code: string): string {
  const file = join(temporaryFolder(t), name);
  writeFileSync(file, code);
  return file;
}

test('what a program exports answers the requests', async (t) => {
  const cases: [what: string, name: string, code: string][] = [
    ['a listener', 'app.mjs', `export default (req, res) => res.end('hello');`],
    ['a listener in CommonJS', 'app.cjs', `module.exports = (req, res) => res.end('hello');`],
    [
      'a transpiled module',
      'app.cjs',
      `exports.__esModule = true; exports.default = (q, res) => res.end('hello');`,
    ],
    ['a promise of a listener', 'app.mjs', `export default Promise.resolve((req, res) => res.end('hello'));`],
    ['a function with fetch()', 'app.mjs', `export default { fetch: () => new Response('hello') };`],
    [
      'a class with fetch()',
      'app.mjs',
      `class App { text = 'hello'; async fetch() { return new Response(this.text); } } export default new App();`,
    ],
    ['a Koa app', 'app.mjs', `export default { callback: () => async (req, res) => { res.end('hello'); } };`],
    [
      'a Fastify app, which is thenable',
      'app.mjs',
      `let text; export default { ready: async () => { text = 'hello'; }, routing: (req, res) => res.end(text),
        then(resolve) { resolve(undefined); } };`,
    ],
    [
      'a server that does not listen',
      'app.mjs',
      `import http from 'node:http'; export default http.createServer((req, res) => res.end('hello'));`,
    ],
  ];
  for (const [what, name, code] of cases) {
    const { url, stdout, child, ended } = await serving(t, [program(t, name, code)]);
    assert.match(stdout(), /^Serveur démarré !\n/, what);
    assert.equal(await (await fetch(url)).text(), 'hello', what);
    child.kill();
    assert.equal(await ended, 0, what);
  }
});

test('a program that listens by itself gets its port from --port, is logged and stopped gracefully', async (t) => {
  const file = program(
    t,
    'app.cjs',
    `const server = require('http').createServer((req, res) => res.end('hello'));
    server.listen(process.env.PORT, () => console.log('Serveur démarré ! http://localhost:' + server.address().port + '/'));
    setInterval(() => {}, 1e6);`,
  );
  const { url, child, stdout, printed, ended } = await serving(t, [file]);
  assert.equal(await (await fetch(url)).text(), 'hello');
  await printed(/^GET \/ 200 5 B /m);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.equal(stdout().match(/Serveur démarré !/g)?.length, 1);
});

test('a program keeps its own way to stop, and its own exit code', async (t) => {
  const file = program(
    t,
    'app.mjs',
    `import http from 'node:http';
    const server = http.createServer((req, res) => res.end()).listen(0, () => console.log('http://localhost:1/'));
    process.on('SIGTERM', () => { console.log('own way'); process.exitCode = 7; server.close(); });`,
  );
  const { child, stdout, ended } = await serving(t, [file]);
  child.kill('SIGTERM');
  assert.equal(await ended, 7);
  assert.match(stdout(), /own way/);
});

test('a handler that fails costs its request an answer, not others the server', async (t) => {
  const file = program(
    t,
    'app.mjs',
    `export default (req, res) => {
      if (req.url === '/throw') throw new Error('thrown');
      if (req.url === '/reject') return Promise.reject(new Error('rejected'));
      if (req.url === '/late') { res.write('begun'); throw new Error('late'); }
      res.end('hello');
    };`,
  );
  const { url, stderr, printed } = await serving(t, [file]);
  for (const [path, word] of [
    ['throw', 'thrown'],
    ['reject', 'rejected'],
  ]) {
    const response = await fetch(new URL(`/${path}`, url));
    assert.equal(response.status, 500);
    assert.equal(await response.text(), '500 Internal Server Error\n');
    await printed(`The program failed to answer a request: Error: ${word}`, 'stderr');
  }
  await assert.rejects(async () => (await fetch(new URL('/late', url))).text());
  await printed('late', 'stderr');
  assert.equal(await (await fetch(url)).text(), 'hello');
  assert.match(stderr(), /app\.mjs/);
});

test('--auth protects what a program exports', async (t) => {
  const file = program(t, 'app.mjs', `export default (req, res) => res.end('hello');`);
  const { url } = await serving(t, [file, '--auth', 'a:b']);
  assert.equal((await fetch(url)).status, 401);
  assert.equal((await fetch(url, { headers: { authorization: `Basic ${btoa('a:b')}` } })).status, 200);
});

test('a program that can’t be served is told why', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  t.after(() => holder.close());
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const listens = `require('http').createServer().listen(0)`;
  const cases: [
    name: string,
    code: string,
    args: string[],
    exitCode: number,
    expected: RegExp,
    env?: NodeJS.ProcessEnv,
  ][] = [
    ['app.mjs', 'export const x = 1;', [], 1, /^premier: app\.mjs neither exports a handler nor listens/],
    ['app.cjs', '', [], 1, /^premier: app\.cjs neither exports a handler nor listens/],
    ['app.mjs', 'export default (', [], 1, /^premier: app\.mjs failed to start:\n.*app\.mjs:\d/],
    [
      'app.mjs',
      `throw new Error('at once');`,
      [],
      1,
      /^premier: app\.mjs failed to start:\n.*Error: at once/s,
    ],
    ['app.cjs', listens, ['--auth', 'a:b'], 2, /^premier: app\.cjs listens by itself, so --auth can't apply/],
    [
      'app.cjs',
      listens,
      [],
      2,
      /^premier: app\.cjs listens by itself, so --auth can't apply/,
      { PREMIER_AUTH: 'a:b' },
    ],
    ['app.cjs', listens, ['--host'], 2, /^premier: app\.cjs listens by itself, so --host can't apply/],
    ['app.mjs', 'export default () => {};', ['--port', String(port)], 1, /^premier: Port \d+ is in use/],
  ];
  await Promise.all(
    cases.map(async ([name, code, args, exitCode, expected, env = {}]) => {
      const file = program(t, name, code);
      const { ended, stderr, stdout } = start(t, [basename(file), ...args], { cwd: join(file, '..'), env });
      assert.equal(await ended, exitCode, stderr());
      assert.match(stderr(), expected);
      assert.equal(stdout(), '');
    }),
  );
});

test('TypeScript runs where Node strips types, and else is refused with a clear word', async (t) => {
  const file = program(
    t,
    'app.ts',
    `const text: string = 'hello'; export default (_: any, res: any) => res.end(text);`,
  );
  if (process.features.typescript) {
    const { url } = await serving(t, [file]);
    assert.equal(await (await fetch(url)).text(), 'hello');
  } else {
    const { ended, stderr } = start(t, [file]);
    assert.equal(await ended, 1);
    assert.match(
      stderr(),
      /app\.ts is TypeScript, which Node\.js v\S+ can't run\. Use Node\.js 22\.18 or newer/,
    );
  }
});
