// premier/register puts premier in the place of node:http for every way a program gets hold of it, and says nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { node } from '../subjects.js';

const root = new URL('../../', import.meta.url);
const skip = process.env.SUBJECTS === 'register';

interface Run {
  stdout: string;
  stderr: string;
  code: number | null;
}

/** Runs Node in the package's root, so that `premier` resolves to what was built. */
async function run(args: string[], env: Record<string, string> = {}, context?: TestContext): Promise<Run> {
  const { NODE_OPTIONS, PREMIER, PREMIER_HTTP2, NODE_TEST_CONTEXT, ...clean } = process.env;
  const child = spawn(process.execPath, args, { cwd: fileURLToPath(root), env: { ...clean, ...env } });
  context?.after(() => child.kill('SIGKILL'));
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  return { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), code };
}

const registered = ['--import', 'premier/register'];
const esm = (code: string) => ['--input-type=module', '--eval', code];
const commonjs = (code: string) => ['--input-type=commonjs', '--eval', code];

const same = (server: string, mine = "(await import('premier')).Server") =>
  `console.log(${server} === ${mine});`;
const sameRequired = (server: string, module = 'premier') =>
  `console.log(${server} === require('${module}').Server);`;

const forms: [sentence: string, args: string[]][] = [
  ["import http from 'node:http'", esm(`import http from 'node:http'; ${same('http.Server')}`)],
  ["import http from 'http'", esm(`import http from 'http'; ${same('http.Server')}`)],
  ["import * as http from 'node:http'", esm(`import * as http from 'node:http'; ${same('http.Server')}`)],
  ["import { Server } from 'node:http'", esm(`import { Server } from 'node:http'; ${same('Server')}`)],
  ["await import('node:http')", esm(`${same("(await import('node:http')).Server")}`)],
  ["require('node:http')", commonjs(sameRequired("require('node:http').Server"))],
  ["require('http')", commonjs(sameRequired("require('http').Server"))],
  ["process.getBuiltinModule('http')", commonjs(sameRequired("process.getBuiltinModule('http').Server"))],
  [
    "import { Server } from 'node:https'",
    esm(`import { Server } from 'node:https'; ${same('Server', "(await import('premier/https')).Server")}`),
  ],
  ["require('https')", commonjs(sameRequired("require('https').Server", 'premier/https'))],
];

for (const [sentence, args] of forms) {
  test(`${sentence} gives premier under --import premier/register`, { skip }, async () => {
    assert.deepEqual(await run([...registered, ...args]), { stdout: 'true\n', stderr: '', code: 0 });
  });
}

test('it replaces the server half of both modules, with premier itself, and nothing else', {
  skip,
}, async () => {
  const code = `
    import http from 'node:http';
    import https from 'node:https';
    const before = [{ ...http }, { ...https }];
    await import('premier/register');
    const premier = [(await import('premier')).default, (await import('premier/https')).default];
    const changed = [http, https].map((module, i) =>
      Object.keys(module).filter((name) => module[name] !== before[i][name]).sort(),
    );
    const premiers = [http, https].every((module, i) =>
      changed[i].every((name) => module[name] === premier[i][name]),
    );
    console.log(JSON.stringify({ changed, premiers }));`;
  const { stdout, stderr } = await run(esm(code));
  assert.equal(stderr, '');
  assert.deepEqual(JSON.parse(stdout), {
    changed: [
      ['IncomingMessage', 'Server', 'ServerResponse', '_connectionListener', 'createServer'],
      ['Server', 'createServer'],
    ],
    premiers: true,
  });
});

const refusedRequests = [
  ['no method', '\x01'],
  ['a method nobody knows', 'GEX / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a field without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n'],
  ['an impossible Content-Length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n'],
  [
    'two ways to frame a body',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  ],
  ['a head that is too long', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`],
  [
    'a chunk extension that is too long',
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(17_000)}`,
  ],
  ['a head that does not end', 'GET / HTTP/1.1\r\n'],
] as const;

/** The answers of a server to the refused requests; the last one waits until it is told that it took too long. */
const refusing = esm(`
  import http from 'node:http';
  import net from 'node:net';
  const server = http.createServer({ connectionsCheckingInterval: 5 }, () => {}).listen(0, '127.0.0.1', async () => {
    const answers = [];
    const requests = JSON.parse(process.env.REQUESTS);
    for (const bytes of requests) {
      if (bytes === requests.at(-1)) server.headersTimeout = 1;
      // node:http destroys the socket, and the reset may overtake its answer: then it is asked again.
      let answer = '';
      for (let round = 0; answer === '' && round < 20; round++) {
        const socket = net.connect(server.address().port, '127.0.0.1').on('error', () => {});
        socket.on('data', (data) => { answer += data.toString('latin1'); });
        socket.write(bytes, 'latin1');
        await new Promise((resolve) => socket.on('close', resolve));
      }
      answers.push(answer);
    }
    console.log(JSON.stringify(answers));
    server.close();
  });`);

test('refused requests get to the byte what node:http answers', { skip }, async () => {
  const env = { REQUESTS: JSON.stringify(refusedRequests.map(([, bytes]) => bytes)) };
  const [node, premier] = await Promise.all([run(refusing, env), run([...registered, ...refusing], env)]);
  const answers = ({ stdout }: Run) => {
    const all = JSON.parse(stdout) as string[];
    return Object.fromEntries(refusedRequests.map(([what], i) => [what, all[i]]));
  };
  assert.deepEqual(answers(premier), answers(node));
  assert.equal(new Set(Object.values(answers(node))).size, 4);
});

const look = commonjs(sameRequired("require('http').Server"));

test('--require premier/register does the same', {
  skip: skip || (node < 22 && 'needs Node 22'),
}, async () => {
  assert.deepEqual(await run(['--require', 'premier/register', ...look]), {
    stdout: 'true\n',
    stderr: '',
    code: 0,
  });
});

test('NODE_OPTIONS reaches the children', { skip }, async () => {
  const code = `require('child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(look.at(-1))}], { stdio: 'inherit' })`;
  const options = { NODE_OPTIONS: '--import premier/register' };
  assert.deepEqual(await run(commonjs(code), options), { stdout: 'true\n', stderr: '', code: 0 });
});

test('PREMIER=off switches it off', { skip }, async () => {
  const expected = { stdout: 'false\n', stderr: '', code: 0 };
  assert.deepEqual(await run([...registered, ...look], { PREMIER: 'off' }), expected);
});

test('it may be loaded twice', { skip }, async () => {
  const code = `import 'premier/register'; import http from 'http'; ${same('http.Server')}`;
  const expected = { stdout: 'true\n', stderr: '', code: 0 };
  assert.deepEqual(await run([...registered, ...registered, ...esm(code)]), expected);
});

test('it works in worker threads', { skip }, async () => {
  const program = fileURLToPath(new URL('thread-program.js', import.meta.url));
  assert.deepEqual(await run([...registered, program]), { stdout: 'true\n', stderr: '', code: 0 });
});

test('it serves in cluster workers, which share a port', { skip }, async (context) => {
  const program = fileURLToPath(new URL('cluster-program.js', import.meta.url));
  const { stdout, stderr } = await run([...registered, program], {}, context);
  assert.deepEqual([stdout.trim().split('\n'), stderr], [['200 1', '200 1'], '']);
});

test('the client half stays that of Node', { skip }, async () => {
  const code = `
    import http from 'node:http';
    const server = http.createServer((req, res) => req.pipe(res)).listen(0, () => {
      const request = http.request({ port: server.address().port, method: 'POST' }, async (res) => {
        console.log(res.statusCode, Buffer.concat(await res.toArray()).toString(), request instanceof http.ClientRequest);
        console.log(res instanceof http.IncomingMessage);
        server.close();
      });
      request.end('body');
    });`;
  assert.deepEqual(await run([...registered, ...esm(code)]), {
    stdout: '200 body true\ntrue\n',
    stderr: '',
    code: 0,
  });
});

test('a server that listens before it is loaded is told about once, on stderr', { skip }, async () => {
  const code = `
    import http from 'node:http';
    const early = http.createServer().listen(0);
    await import('premier/register');
    await import('premier/register');
    ${same('http.Server')}
    early.close();`;
  const { stdout, stderr, code: exit } = await run(esm(code));
  assert.deepEqual([stdout, exit], ['true\n', 0]);
  assert.match(stderr, /^premier\/register: a server was listening before .*--import premier\/register/);
  assert.equal(stderr.trim().split('\n').length, 1);
});

/** Which protocols an https app offers that says nothing of HTTP/2; `h2` is chosen where it is among them. */
const offers = esm(`
  import { readFileSync } from 'node:fs';
  import https from 'node:https';
  import tls from 'node:tls';
  const pem = (name) => readFileSync('test/server/keys/localhost-' + name + '.pem');
  const server = https.createServer({ key: pem('key'), cert: pem('cert') }, (req, res) => res.end());
  server.listen(0, '127.0.0.1', () => {
    const options = { port: server.address().port, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] };
    const socket = tls.connect({ host: '127.0.0.1', ...options }, () => {
      console.log(socket.alpnProtocol);
      socket.destroy();
      server.close();
    });
  });
`);

for (const [value, protocol, said] of [
  ['on', 'h2', /^$/],
  ['off', 'http/1.1', /^$/],
  ['', 'http/1.1', /^$/],
  ['yes', 'http/1.1', /^premier\/register: PREMIER_HTTP2 is "yes", and can be on or off/],
] as const) {
  test(`an https app as it is speaks ${protocol} with PREMIER_HTTP2=${value}`, { skip }, async (context) => {
    const { stdout, stderr } = await run([...registered, ...offers], { PREMIER_HTTP2: value }, context);
    assert.equal(stdout, `${protocol}\n`);
    assert.match(stderr, said);
  });
}
