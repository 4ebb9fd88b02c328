// The command running a program: every kind of export, a program that listens by itself, and those that can't run.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { certificate, serving, start, temporaryFolder } from './command.js';

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
    ['a function of one parameter', 'app.mjs', `export default async (request) => new Response('hello');`],
    ['a function of none', 'app.mjs', `export default () => new Response('hello');`],
    [
      'a function that asks its Request',
      'app.mjs',
      `export default (request) => new Response(new URL(request.url).pathname === '/' ? 'hello' : '');`,
    ],
    [
      'a listener that returns a Response',
      'app.mjs',
      `export default async (req, context) => new Response('hello');`,
    ],
    [
      'a listener wrapped in one that takes all',
      'app.mjs',
      `const listener = (req, res) => res.end('hello'); export default (...all) => listener(...all);`,
    ],
    [
      'a listener wrapped with its first argument named',
      'app.mjs',
      `const listener = (req, res) => res.end('hello'); export default function wrap(req, ...all) { listener(req, ...all); }`,
    ],
    [
      'a bound listener',
      'app.mjs',
      `export default ((text, req, res) => res.end(text)).bind(undefined, 'hello');`,
    ],
    [
      'a server that does not listen',
      'app.mjs',
      `import http from 'node:http'; export default http.createServer((req, res) => res.end('hello'));`,
    ],
  ];
  const answers = async ([what, name, code]: [string, string, string]) => {
    const { url, stdout, child, ended } = await serving(t, [program(t, name, code)]);
    assert.match(stdout(), /^Serveur démarré !\n/, what);
    assert.equal(await (await fetch(url)).text(), 'hello', what);
    child.kill();
    assert.equal(await ended, 0, what);
  };
  while (cases.length > 0) await Promise.all(cases.splice(0, 4).map(answers));
});

test('a program that listens by itself gets its port from --port, is logged and stopped gracefully', async (t) => {
  const file = program(
    t,
    'app.cjs',
    `const server = require('http').createServer((req, res) => res.end('hello'));
    server.listen(process.env.PORT, () => console.log('up'));
    setInterval(() => {}, 1e6);`,
  );
  const { url, port, child, stdout, printed, ended } = await serving(t, [file]);
  await printed(/^up$/m);
  assert.match(
    stdout(),
    new RegExp(`^Serveur démarré !\n(  [A-Z][a-z ]+  http://\\S+:${port}/\n)+  Program {8}${file}\nup\n$`),
  );
  assert.equal(await (await fetch(url)).text(), 'hello');
  await printed(/^GET \/ 200 5 B /m);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.equal(stdout().match(/Serveur démarré !/g)?.length, 1);
});

test('the address of every server of a program is told, a socket’s too', async (t) => {
  const file = program(
    t,
    'app.mjs',
    `import http from 'node:http';
    http.createServer().listen(0, '127.0.0.1', () => http.createServer().listen('./a.sock', () => console.log('both')));`,
  );
  const { printed, stdout } = start(t, [file], { cwd: join(file, '..') });
  await printed('both');
  assert.match(
    stdout(),
    /^Serveur démarré !\n {2}This computer {2}http:\/\/127\.0\.0\.1:\d+\/\n {2}Program {8}\S+\n {2}Socket {9}\S*a\.sock\nboth\n$/,
  );
});

test('a program is the main one of its process, with the arguments after --', async (t) => {
  const cases: [name: string, code: string][] = [
    ['app.cjs', `if (require.main === module) console.log('main', JSON.stringify(process.argv.slice(1)));`],
    ['app.js', `if (require.main === module) console.log('main', JSON.stringify(process.argv.slice(1)));`],
    [
      'app.mjs',
      // Node 24.2 and later, and 22.18.
      `if (import.meta.main ?? import.meta.filename === process.argv[1]) console.log('main', JSON.stringify(process.argv.slice(1)));`,
    ],
  ];
  for (const [name, code] of cases) {
    const file = program(t, name, `${code} setTimeout(() => {}, 1);`);
    // Else a package above the temporary folder would say what .js is.
    writeFileSync(join(file, '..', 'package.json'), '{}');
    const { ended, stdout, stderr } = start(t, [basename(file), '--', '--foo', '-p', 'b c'], {
      cwd: join(file, '..'),
    });
    // It neither exports nor listens.
    assert.equal(await ended, 1, stderr());
    assert.equal(stdout(), `main ["${file}","--foo","-p","b c"]\n`, name);
  }
});

test('what a program forks runs on premier as well', async (t) => {
  const file = program(
    t,
    'app.cjs',
    `const premier = Object.hasOwn(require('http'), Symbol.for('premier.registered'));
    if (process.argv[2] === 'child') console.log('child', premier);
    else require('child_process').fork(__filename, ['child']).on('exit', () => process.exit(0));`,
  );
  const { ended, stdout, stderr } = start(t, [file]);
  assert.equal(await ended, 0, stderr());
  assert.equal(stdout(), 'child true\n');
});

test('a program that starts itself only as the main one does, and what it exports is left alone', async (t) => {
  const file = program(
    t,
    'app.cjs',
    `const http = require('http');
    module.exports = (req, res) => res.end('exported');
    if (require.main === module) http.createServer((req, res) => res.end('listening')).listen(process.env.PORT);`,
  );
  const { url, child, ended } = await serving(t, [file]);
  assert.equal(await (await fetch(url)).text(), 'listening');
  child.kill();
  assert.equal(await ended, 0);
});

test('an https server that is exported keeps its certificate', async (t) => {
  const pair = certificate(t);
  if (!pair) return t.skip('openssl is needed to make a certificate');
  const { key, cert } = pair;
  const file = program(
    t,
    'app.mjs',
    `import https from 'node:https'; import fs from 'node:fs';
    const pair = { key: fs.readFileSync(${JSON.stringify(key)}), cert: fs.readFileSync(${JSON.stringify(cert)}) };
    export default https.createServer(pair, (req, res) => res.end('hello'));`,
  );
  const { url, port, child, ended } = await serving(t, [file]);
  assert.match(url, /^https:/);
  for (const host of ['127.0.0.1', 'localhost']) {
    const [res] = await once(get({ host, port, rejectUnauthorized: false, agent: false }), 'response');
    assert.equal(Buffer.concat(await res.toArray()).toString(), 'hello');
  }
  child.kill();
  assert.equal(await ended, 0);
  const refused = start(t, [file, '--tls-cert', cert, '--tls-key', key]);
  assert.equal(await refused.ended, 2);
  assert.match(refused.stderr(), /exports a server of its own, so --tls-cert, --tls-key can't apply to it/);
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
    ['app.mjs', 'export const x = 1;', [], 1, /^premier: app\.mjs neither exports what answers nor listens/],
    ['app.cjs', '', [], 1, /^premier: app\.cjs neither exports what answers nor listens/],
    ['app.mjs', 'export default class App {}', [], 1, /^premier: app\.mjs neither exports what answers nor/],
    ['app.mjs', `export default 'text';`, [], 1, /^premier: app\.mjs neither exports what answers nor/],
    [
      'app.mjs',
      `import net from 'node:net'; export default net.createServer();`,
      [],
      1,
      /^premier: app\.mjs neither exports what answers nor/,
    ],
    [
      'app.mjs',
      'await 1; x();',
      [],
      1,
      /^premier: app\.mjs failed to start:\n.*app\.mjs:1\n.*ReferenceError: x/s,
    ],
    [
      'app.mjs',
      `export default Promise.reject(new Error('no app'));`,
      [],
      1,
      /^premier: app\.mjs failed to start:\n.*Error: no app/s,
    ],
    ['app.cjs', 'x();', [], 1, /^premier: app\.cjs failed to start:\n.*app\.cjs:1\n.*ReferenceError: x/s],
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
    [
      'app.cjs',
      listens,
      ['--https', '--http-port', '0', '--host'],
      2,
      /^premier: app\.cjs listens by itself, so --http-port, --host can't apply to it\. Export the app .* https\.manageCertificates\(/m,
      { XDG_DATA_HOME: temporaryFolder(t) },
    ],
    [
      'app.cjs',
      `require('https').createServer().listen(0)`,
      ['--https'],
      2,
      /^premier: app\.cjs has made a server over TLS or HTTP\/2 of its own, so --https can't apply to it\. .* https\.manageCertificates\(/m,
      { XDG_DATA_HOME: temporaryFolder(t) },
    ],
    [
      'app.cjs',
      `require('http2').createServer().listen(0)`,
      ['--https', '--hsts'],
      2,
      /^premier: app\.cjs has made a server over TLS or HTTP\/2 of its own, so --https, --hsts can't apply/m,
      { XDG_DATA_HOME: temporaryFolder(t) },
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
