// --admin: what balancers and operators read of a service, at an address of its own; premier status and premier health.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { catalogues } from '../../dist/cli/language.js';
import { readAdminAddress } from '../../dist/operation/admin-address.js';
import { askAdmin } from '../../dist/operation/admin-client.js';
import { openAdmin } from '../../dist/operation/admin-server.js';
import { lifecycle } from '../../dist/operation/lifecycle.js';
import { Service } from '../../dist/operation/service.js';
import { processStatus } from '../../dist/operation/service-status.js';
import type { ReachedLimit } from '../../dist/operation/worker-limits.js';
import { moment } from '../subjects.js';
import { type Answer, ask } from './asked-admin.js';
import { type Command, eventually, serving, start, temporaryFolder } from './command.js';
import { type Outcome, outcomesOf } from './command-lines.js';

const app = `export default (req, res) => res.end('hello');`;

interface Served extends Command {
  url: string;
  /** The socket of the admin listener. */
  admin: string;
  ask(path: string, headers?: object, method?: string): Promise<Answer>;
}

async function service(t: TestContext, args: string[], program = app): Promise<Served> {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'app.mjs'), program);
  const admin = join(folder, 'admin.sock');
  const options = ['--admin', `unix:${admin}`, '--log', 'off', ...args];
  const command = await serving(t, [join(folder, 'app.mjs'), ...options]);
  return { ...command, admin, ask: (path, headers, method) => ask(admin, path, headers, method) };
}

for (const args of [[], ['--workers', '2']]) {
  const what = args.length > 0 ? 'two workers' : 'one process';
  test(`${what}: alive, ready until a stop is asked for, and every request counted once`, async (t) => {
    const { url, child, ask, ended, stdout } = await service(t, ['--drain-delay', '3600', ...args]);
    assert.equal((await ask('/live')).status, 200);
    await eventually(async () => (await ask('/ready')).status === 200);
    for (let count = 0; count < 20; count++) await (await fetch(url)).text();
    const status = async () => JSON.parse((await ask('/status')).body);
    await eventually(async () => (await status()).requests === 20);
    const { stage, workers, generation } = await status();
    assert.deepEqual([stage, generation, workers.length], ['ready', 1, args.length > 0 ? 2 : 1]);
    assert.match((await ask('/metrics')).body, /^http_server_request_duration_seconds_count\{[^}]*\} 20$/m);
    child.kill('SIGTERM');
    await eventually(async () => (await ask('/ready')).status === 503);
    assert.equal((await ask('/ready')).body, 'draining\n');
    assert.equal((await ask('/live')).status, 200);
    assert.equal((await fetch(url)).status, 200);
    child.kill('SIGKILL');
    await ended;
    assert.doesNotMatch(stdout(), /ready|live/);
  });
}

test('what workers counted stays when they are replaced', async (t) => {
  const { url, ask, child, printed } = await service(t, ['--workers', '2']);
  const status = async () => JSON.parse((await ask('/status')).body);
  const isReady = ({ state }: { state: string }) => state === 'ready';
  await eventually(async () => (await status()).workers.filter(isReady).length === 2);
  for (let count = 0; count < 7; count++) await (await fetch(url)).text();
  child.kill('SIGHUP');
  await printed('all workers were replaced');
  for (let count = 0; count < 5; count++) await (await fetch(url)).text();
  await eventually(async () => (await status()).requests === 12);
  assert.equal((await status()).generation, 2);
  assert.match((await ask('/metrics')).body, /^premier_worker_restarts_total\{reason="asked"\} 2$/m);
});

test('the admin listener answers nothing else, to nobody else', async (t) => {
  const { ask } = await service(t, []);
  assert.equal((await ask('/')).status, 404);
  assert.equal((await ask('/constructor')).status, 404);
  const posted = await ask('/live', {}, 'POST');
  assert.deepEqual([posted.status, posted.headers.allow], [405, 'GET, HEAD']);
  const { headers } = await ask('/metrics', { accept: 'application/openmetrics-text' });
  assert.match(String(headers['content-type']), /^application\/openmetrics-text; version=1\.0\.0/);
});

test('on loopback, a name that leads there does not do', async (t) => {
  const { port } = await freePort();
  const folder = temporaryFolder(t);
  await serving(t, [folder, `--admin=${port}`]);
  const asked = async (host: string) => {
    const [res] = await once(
      get({ port, host: '127.0.0.1', path: '/ready', headers: { host }, agent: false }),
      'response',
    );
    res.resume();
    return res.statusCode;
  };
  assert.equal(await asked('evil.example'), 421);
  assert.equal(await asked(`localhost:${port}`), 200);
  // Checks of balancers leave the name out, over HTTP/1.0, which no browser does.
  for (const [head, status] of [
    ['GET /ready HTTP/1.0', 200],
    ['OPTIONS /ready HTTP/1.0', 405],
    ['GET /ready HTTP/1.0\r\nHost: evil.example', 421],
    ['GET /ready HTTP/1.0\r\nHost:', 421],
    ['GET /ready HTTP/1.1', 400],
  ] as const) {
    const socket = connect(port, '127.0.0.1').end(`${head}\r\n\r\n`);
    assert.match(Buffer.concat(await socket.toArray()).toString(), new RegExp(`^HTTP/1.1 ${status} `), head);
  }
});

/** A port that nobody has at the moment. */
async function freePort(): Promise<{ port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return { port };
}

test('an admin address that is taken is told of, and the service goes on', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  for (const args of [[], ['--workers', '1']]) {
    const { url, stderr } = await serving(t, [temporaryFolder(t), `--admin=${port}`, ...args]);
    assert.equal((await fetch(url)).status, 200);
    assert.match(
      stderr(),
      /^premier: The admin listener can't have 127\.0\.0\.1:\d+ \([^\n]*EADDRINUSE[^\n]*\n$/,
    );
  }
});

for (const args of [['--quiet'], ['--workers', '2', '--lang', 'fr'], ['--watch']]) {
  test(`a port that was picked for --admin is told: ${args.join(' ')}`, async (t) => {
    const program = join(temporaryFolder(t), 'app.mjs');
    writeFileSync(program, app);
    const command = start(t, [program, '--port', '0', '--admin', '0', '--log', 'off', ...args]);
    await command.printed(/Admin(istration)? +127\.0\.0\.1:\d+\n/);
    const [, port] = /Admin\w* +127\.0\.0\.1:(\d+)\n/.exec(command.stdout()) ?? [];
    assert.match(command.stdout(), /^Serveur démarré !\n/);
    assert.equal((await (await fetch(`http://127.0.0.1:${port}/live`)).text()).trim(), 'live');
  });
}

test('premier status and premier health read what the service says', async (t) => {
  const { admin, child, ask } = await service(t, ['--drain-delay', '3600', '--workers', '1']);
  await eventually(async () => (await ask('/ready')).status === 200);
  const run = async (...args: string[]) => {
    const command = start(t, args);
    return [await command.ended, command.stdout(), command.stderr()] as const;
  };
  const [code, stdout] = await run('status', `unix:${admin}`);
  assert.equal(code, 0);
  assert.match(stdout, /^premier \S+, process \d+: ready, up for \d+ s, generation 1, \d+ requests/);
  assert.match(stdout, /^ *\d+ +ready +1 /m);
  assert.deepEqual(await run('health', `unix:${admin}`), [0, 'ready\n', '']);
  const [, french] = await run('status', '--lang=fr', `unix:${admin}`);
  assert.match(french, /^premier \S+, processus \d+ : prêt, là depuis \d+ s, génération 1, \d+ requêtes?/);
  assert.match(french, /^ *\d+ +prêt +1 .* Mio +\d+ s$/m);
  child.kill('SIGTERM');
  await eventually(async () => (await ask('/ready')).status === 503);
  assert.deepEqual(await run('health', `unix:${admin}`), [1, '', 'draining\n']);
  assert.match((await run('status', '--lang=fr', `unix:${admin}`))[1], /processus \d+ : se vide, /);
  const [none, , complaint] = await run('health', `unix:${admin}-none`);
  assert.equal(none, 1);
  assert.match(complaint, /^premier: Nobody answers at unix:\S+ \(connect ENOENT [^\n]*\n$/);
  const [usage, , help] = await run('status', 'a', 'b');
  assert.equal(usage, 2);
  assert.match(help, /premier \.\/status/);
});

test('what is no admin listener is told so, and nothing of it is obeyed by a terminal', async (t) => {
  const strange = createServer((socket) => {
    const body = '\x1b]0;title\x07{}\u202e';
    socket.once('data', () =>
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    );
  }).listen(0, '127.0.0.1');
  t.after(() => strange.close());
  await once(strange, 'listening');
  const { port } = strange.address() as { port: number };
  const health = start(t, ['health', `http://127.0.0.1:${port}/`]);
  assert.equal(await health.ended, 0);
  assert.equal(health.stdout(), '\\x1b]0;title\\x07{}\\u202e\n');
  const status = start(t, ['status', `127.0.0.1:${port}`]);
  assert.equal(await status.ended, 1);
  assert.equal(
    status.stderr(),
    `premier: 127.0.0.1:${port} answered with status 200, and not as an admin listener does. Give the address that --admin has.\n`,
  );
});

/** What may answer in place of an admin listener, and what `premier health` makes of it. */
const answers: [what: string, head: string, body: string, code: number, shown: RegExp][] = [
  ['an answer without end', '200 OK', 'line\n'.repeat(1 << 19), 0, /^(line\n){20}$/],
  ['one line without end', '503 Service Unavailable', 'x'.repeat(1 << 21), 1, /^x{1048576}\n$/],
  ['an answer that says nothing', '302 Found', '', 1, /^302 Found\n$/],
  ['a status without a name', '599 ', ' \n', 1, /^599\n$/],
];
for (const [what, head, body, code, shown] of answers) {
  test(`premier health shows of ${what} what fits`, async (t) => {
    const strange = createServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', () => {
          socket.write(`HTTP/1.1 ${head}\r\nConnection: close\r\n\r\n${body}`);
          if (body.length < 1 << 19) socket.end();
        });
    }).listen(0, '127.0.0.1');
    t.after(() => strange.close());
    await once(strange, 'listening');
    const health = start(t, ['health', `${(strange.address() as { port: number }).port}`]);
    assert.equal(await health.ended, code);
    assert.match(code === 0 ? health.stdout() : health.stderr(), shown);
  });
}

test('what does not answer in time is told apart from what refuses', async (t) => {
  const silent = createServer((socket) => {
    socket.on('error', () => {});
    if (half) socket.write('HTTP/1.1 200 OK\r\n\r\nhalf');
  }).listen(0, '127.0.0.1');
  t.after(() => silent.close());
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  let half = false;
  for (half of [false, true])
    await assert.rejects(askAdmin({ host: '127.0.0.1', port }, '/', 0.05), { code: 'ETIMEDOUT' });
  await assert.rejects(askAdmin({ path: '/nowhere/admin.sock' }, '/'), { code: 'ENOENT' });
});

test('a worker that has told nothing of itself is said to have been silent since it began', () => {
  const worker = { pid: 1, state: 'ready', generation: 1, report: undefined, reportedAt: 0 };
  const { uptime, reported_ago } = processStatus({ ...worker, startedAt: Date.now() - 12_000 });
  assert.deepEqual([uptime, reported_ago], [12, 12]);
});

test('how to ask is told, in the language asked for', async (t) => {
  const asked: [args: string[], code: number, text: RegExp][] = [
    [['status', '--help'], 0, /^It is: premier status/],
    [['health', '--lang', 'fr', '--help'], 0, /^C’est : premier health/],
    [['health', 'https://127.0.0.1/'], 2, /^premier: premier health asks over http, not https:\/\/127/],
    [['status', '--lang=fr', 'nowhere'], 2, /^premier: C’est : premier status/],
  ];
  const outcomes = await outcomesOf(
    t,
    asked.map(([args]) => args),
  );
  for (const [index, [args, code, text]] of asked.entries()) {
    const outcome = outcomes[index] as Outcome;
    assert.equal(outcome.code, code, args.join(' '));
    assert.match(code === 0 ? outcome.stdout : outcome.stderr, text);
  }
});

test('a socket for the admin listener takes the place of one that was left, and of nothing else', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'precious');
  writeFileSync(file, 'kept');
  const [live, missing] = [join(folder, 'live.sock'), join(folder, 'none', 'admin.sock')];
  const other = createServer().listen(live);
  t.after(() => other.close());
  await once(other, 'listening');
  const taken: [path: string, problem: string][] = [
    [file, 'is in use by another program, or is no socket'],
    [live, 'is in use by another program, or is no socket'],
    [missing, 'there is no folder'],
  ];
  for (const [path, problem] of taken) {
    const { url, stderr } = await serving(t, [temporaryFolder(t), `--admin=unix:${path}`]);
    assert.equal((await fetch(url)).status, 200);
    assert.match(stderr(), /^premier: [^\n]* The service goes on without its admin listener\.\n$/);
    assert.ok(stderr().includes(problem), stderr());
  }
  assert.equal(readFileSync(file, 'utf8'), 'kept');
  const client = connect(live);
  await once(client, 'connect');
  client.destroy();

  const left = join(folder, 'left.sock');
  const before = await serving(t, [temporaryFolder(t), `--admin=unix:${left}`]);
  before.child.kill('SIGKILL');
  await before.ended;
  const after = await serving(t, [temporaryFolder(t), `--admin=unix:${left}`]);
  await eventually(async () => (await ask(left, '/ready')).status === 200);
  assert.equal(after.stderr(), '');
});

test('an admin address that is served is refused, with another', async (t) => {
  const same: [args: string[], way: string][] = [
    [['--port', '18080', '--admin=18080'], '--admin 18081'],
    [['--port', '65535', '--admin=[::1]:65535'], "--admin '\\[::1\\]:8081'"],
    [['--port=18080', '--host', '--admin', '10.0.0.1:18080'], '--admin 10\\.0\\.0\\.1:18081'],
    [
      ['--port=18080', '--host=10.0.0.2', '--admin', '0.0.0.0:18080', '--workers=1'],
      '--admin 0\\.0\\.0\\.0:18081',
    ],
  ];
  const folder = temporaryFolder(t);
  const outcomes = await outcomesOf(
    t,
    same.map(([args]) => [folder, ...args]),
  );
  for (const [index, [args, way]] of same.entries()) {
    const { code, stderr } = outcomes[index] as Outcome;
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, new RegExp(`^premier: --admin and --port are both \\d+, .*: premier .*${way}`));
  }
});

test('a process that tells nothing is not ready', async (t) => {
  const told = {
    reportedAt: 0,
    startedAt: 0,
    name: '1',
    pid: 1,
    state: 'ready',
    generation: 1,
    report: undefined,
  };
  const service = new Service(
    '1',
    () => [told],
    () => 1,
  );
  lifecycle.advance('ready');
  const server = await openAdmin({ path: join(temporaryFolder(t), 'admin.sock') }, service);
  t.after(() => server.close());
  const ready = async () => {
    const { status, body } = await ask(server.address() as string, '/ready');
    return [status, body];
  };
  assert.deepEqual(await ready(), [503, 'no process answers\n']);
  told.reportedAt = Date.now();
  assert.deepEqual(await ready(), [200, 'ready\n']);
});

test('a worker is replaced after --max-requests, and no request is lost', async (t) => {
  const { url, printed, ask } = await service(t, ['--workers', '2', '--max-requests', '20']);
  const asking = async () => {
    const answer = await fetch(url, { headers: { connection: 'close' } });
    assert.equal(await answer.text(), 'hello');
    await moment();
  };
  let over = false;
  const replaced = printed(/(is replaced: \d+ requests\.\n(?:.|\n)*){3}/).then(() => {
    over = true;
  });
  while (!over) await asking();
  await replaced;
  assert.match((await ask('/metrics')).body, /^premier_worker_restarts_total\{reason="worn"\} [3-9]/m);
});

test('which limit a worker has reached is told in the language asked for', () => {
  const told: [limit: ReachedLimit, en: string, fr: string][] = [
    [{ requests: 1 }, '1 request', '1 requête'],
    [{ requests: 20 }, '20 requests', '20 requêtes'],
    [{ memory: 200 * 2 ** 20 }, '200 MiB', '200 Mio'],
  ];
  for (const [limit, en, fr] of told)
    assert.deepEqual([catalogues.en.limitReached(limit), catalogues.fr.limitReached(limit)], [en, fr]);
});

test('a worker is replaced after --max-memory', async (t) => {
  const program = `const held = []; export default (req, res) => { held.push(Buffer.alloc(4e6, 1)); res.end(); };`;
  const { url, printed } = await service(t, ['--workers', '1', '--max-memory', '200M'], program);
  let over = false;
  const replaced = printed(/is replaced: \d+ MiB\./).then(() => {
    over = true;
  });
  while (!over) {
    assert.equal((await fetch(url, { headers: { connection: 'close' } })).status, 200);
    await moment();
  }
  await replaced;
});

test('with --wait-ready, a successor takes over once its program has said so', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'app.mjs');
  const program = (text: string, ready: string) =>
    `process.on('message', () => {}); ${ready}; export default (req, res) => res.end('${text}');`;
  writeFileSync(file, program('one', `process.send('ready')`));
  const { child, printed, stdout, url } = await serving(t, [
    file,
    '--workers',
    '1',
    '--wait-ready',
    '--log',
    'off',
  ]);
  await eventually(async () => (await (await fetch(url)).text()) === 'one');
  writeFileSync(
    file,
    program('two', `process.once('SIGUSR2', () => process.send('ready')); console.log('pid ' + process.pid)`),
  );
  child.kill('SIGHUP');
  await printed(/^pid \d+$/m);
  const pid = Number(/^pid (\d+)$/m.exec(stdout())?.[1]);
  // It listens by then, and those before still serve.
  const texts = new Set<string>();
  await eventually(async () => {
    texts.add(await (await fetch(url, { headers: { connection: 'close' } })).text());
    return texts.has('two') && texts.has('one');
  });
  assert.doesNotMatch(stdout(), /replaced/);
  process.kill(pid, 'SIGUSR2');
  await printed('all workers were replaced');
});

test('options for workers are refused where there are none', async (t) => {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(file, app);
  const alone = ['--max-requests=5', '--max-memory=1G', '--wait-ready'];
  const wrong = ['--max-requests=0', '--max-memory=5', '--max-memory=lots', '--admin=a:b', '--admin=70000'];
  const lines = [
    ...alone.map((option) => [file, option]),
    ...wrong.map((option) => [file, '--workers=1', option]),
  ];
  for (const [index, { code, stderr }] of (await outcomesOf(t, lines)).entries()) {
    assert.equal(code, 2, lines[index]?.join(' '));
    const expected =
      index < alone.length ? /is for workers\. Give --workers as well\./ : /^premier: --[\w-]+ must be /;
    assert.match(stderr, expected);
  }
});

test('an admin address is a port, a host and a port, or a socket', () => {
  const known: [text: string, address: unknown][] = [
    ['8081', { host: '127.0.0.1', port: 8081 }],
    ['0.0.0.0:9', { host: '0.0.0.0', port: 9 }],
    ['[::1]:9', { host: '::1', port: 9 }],
    ['unix:/run/x', { path: '/run/x' }],
    ['', undefined],
    ['unix:', undefined],
    ['::1:9', undefined],
    ['[1.2.3.4]:9', undefined],
    ['host', undefined],
    ['a b:1', undefined],
    ['1:65536', undefined],
  ];
  for (const [text, address] of known) assert.deepEqual(readAdminAddress(text), address, text);
});
