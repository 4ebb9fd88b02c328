// What a program does in a worker that concerns its parent: what it says, hears and closes.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { moment } from '../subjects.js';
import { ask } from './asked-admin.js';
import { type Command, eventually, serving, start, temporaryFolder } from './command.js';

async function workers(
  t: TestContext,
  program: string,
  args: string[] = [],
): Promise<Command & { url: string }> {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(file, program);
  return serving(t, [file, '--workers', '1', '--log', 'off', ...args]);
}

test('a program hears nothing of what its worker and the parent say, and says nothing that is taken for it', async (t) => {
  const program = `
    process.on('message', (message) => console.log('heard ' + JSON.stringify(message)));
    process.send({ premier: 'closed', cut: 'many' });
    process.send({ premier: 'worn', reason: 'none' });
    process.send({ premier: 'report', requests: 1000 });
    process.send({ 'watch:import': ['file://elsewhere/%00', 'file:', 7, null], 'watch:require': {} });
    for (const message of ['ready', 'stop', null, [], 7, {}]) process.send(message);
    export default (req, res) => res.end('hello');`;
  const admin = `unix:${join(temporaryFolder(t), 'admin')}`;
  for (const args of [['--admin', admin], ['--watch']]) {
    const { url, child, ended, printed, stdout, stderr } = await workers(t, program, args);
    assert.equal(await (await fetch(url)).text(), 'hello');
    child.kill('SIGHUP');
    await printed('all workers were replaced');
    assert.equal(await (await fetch(url)).text(), 'hello');
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    assert.doesNotMatch(stdout(), /heard/);
    assert.equal(stderr(), '');
  }
});

test('what a program sends its parent with a message is closed there', async (t) => {
  const { url, child, printed } = await workers(
    t,
    `import http from 'node:http';
    import net from 'node:net';
    const given = net.createServer((socket) => process.send('yours', socket));
    http.createServer((req, res) => {
      const client = net.connect(given.address().port, '127.0.0.1').resume();
      client.once('close', () => res.end('closed'));
    }).listen(0, '127.0.0.1', () => given.listen(0, '127.0.0.1'));`,
  );
  await printed(/http:(.|\n)*http:/);
  assert.equal(await (await fetch(url)).text(), 'closed');
  assert.equal(child.exitCode, null);
});

/** Programs that close what they serve with when they are asked to, and leave an answer unfinished. */
const closing: [what: string, program: string][] = [
  [
    'a server that it lets listen',
    `const server = http.createServer(handler).listen(process.env.PORT, '127.0.0.1');
    const close = () => server.close();`,
  ],
  [
    'each of two servers',
    `const servers = [http, http].map((each) => each.createServer(handler));
    servers[0].listen(process.env.PORT, '127.0.0.1', () => servers[1].listen(0, '127.0.0.1'));
    const close = () => servers.forEach((server) => server.close());`,
  ],
  [
    'a server that it exports',
    'export default http.createServer(handler); const close = () => each.close();',
  ],
];
const handler = `import http from 'node:http';
  let each;
  process.on('exit', () => console.log('gone'));
  const handler = (req, res) => {
    each = req.socket.server;
    if (req.url !== '/close') return res.end(String(process.pid));
    res.write('closing');
    process.once('SIGUSR2', () => res.end());
    close();
  };`;
for (const [what, program] of closing) {
  test(`a worker whose program closes ${what} is not ready any more, told of, and replaced`, async (t) => {
    const admin = join(temporaryFolder(t), 'admin');
    const args = ['--host=127.0.0.1', `--admin=unix:${admin}`];
    const host = program.includes('export') ? args : args.slice(1);
    const { url, printed, stderr } = await workers(t, `${handler}${program}`, host);
    const status = async () => JSON.parse((await ask(admin, '/status')).body);
    await eventually(async () => (await ask(admin, '/ready')).status === 200);
    const [{ pid }] = (await status()).workers;
    const headers = { connection: 'close' };
    const held = await fetch(new URL('/close', url), { headers });
    await printed(/listens nowhere any more/, 'stderr');
    assert.equal(
      stderr(),
      `Worker ${pid} listens nowhere any more: its program has closed its servers. Replaced at once.\n`,
    );
    assert.deepEqual(
      (await status()).workers
        .filter((worker: { pid: number }) => worker.pid === pid)
        .map(({ state }: { state: string }) => state),
      ['retiring'],
    );
    await eventually(async () => (await ask(admin, '/ready')).status === 200);
    assert.notEqual(await (await fetch(url, { headers })).text(), String(pid));
    // What it had begun to answer, it finishes.
    process.kill(pid, 'SIGUSR2');
    assert.equal(await held.text(), 'closing');
    await printed('gone');
  });
}

test('a worker of which one server listens still, or again, is ready', async (t) => {
  const { url, child, ended, stderr } = await workers(
    t,
    `import http from 'node:http';
    const listen = () => http.createServer(handler).listen(process.env.PORT, '127.0.0.1');
    const other = http.createServer().listen(0, '127.0.0.1');
    function handler(req, res) { res.end(String(process.pid)); this.close(listen); this.closeAllConnections(); }
    listen();
    // Longer than it takes to notice.
    setTimeout(() => other.close(), 2000);`,
  );
  const answers = async () => {
    const pids = new Set<string>();
    const since = performance.now();
    while (performance.now() - since < 1000)
      await fetch(url)
        .then(async (res) => pids.add(await res.text()))
        .catch(() => {})
        .then(moment);
    return pids;
  };
  assert.equal((await answers()).size, 1);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  // On a busy machine a client may take its time to leave.
  assert.match(stderr(), /^(Finishing one answer[^\n]*\n)?$/);
});

test('one process that has closed its servers is not ready until it listens again', async (t) => {
  const folder = temporaryFolder(t);
  const [file, admin] = [join(folder, 'app.mjs'), join(folder, 'admin')];
  writeFileSync(
    file,
    `import http from 'node:http';
    const server = http.createServer((req, res) => { res.end(); server.close(); }).listen(process.env.PORT);
    process.on('SIGUSR2', () => server.listen(0));
    setInterval(() => {}, 1000);`,
  );
  const { url, child } = await serving(t, [file, '--log', 'off', `--admin=unix:${admin}`]);
  const ready = async () => (await ask(admin, '/ready')).body;
  await eventually(async () => (await ready()) === 'ready\n');
  await (await fetch(url, { headers: { connection: 'close' } })).text();
  await eventually(async () => (await ready()) === 'stopping\n');
  child.kill('SIGUSR2');
  await eventually(async () => (await ready()) === 'ready\n');
});

for (const [what, serve] of [
  ['listens', `http.createServer(handler).listen(process.env.PORT, '127.0.0.1', said);`],
  ['exports', 'export default handler; setTimeout(said, 100);'],
] as const) {
  test(`with --wait-ready, the first lines of a program that ${what} come once it has said so`, async (t) => {
    const folder = temporaryFolder(t);
    const [file, admin] = [join(folder, 'app.mjs'), join(folder, 'admin')];
    writeFileSync(
      file,
      `import http from 'node:http';
      const handler = (req, res) => res.end('hello');
      const said = () => console.log('waiting ' + process.pid);
      process.once('SIGUSR2', () => process.send('ready'));
      ${serve}`,
    );
    const { printed, stdout, ended, child } = start(t, [
      ...[file, '--port=0', '--workers=1', '--wait-ready', `--admin=unix:${admin}`, '--log=off'],
    ]);
    await printed(/^waiting \d+$/m);
    assert.equal((await ask(admin, '/ready')).body, 'starting\n');
    assert.match(stdout(), /^waiting \d+\n$/);
    process.kill(Number(/\d+/.exec(stdout())?.[0]), 'SIGUSR2');
    await printed(/^Serveur démarré !\n.*http.*\n.*app\.mjs\n/m);
    assert.equal((await ask(admin, '/ready')).body, 'ready\n');
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  });
}

test('a --max-memory that no worker can keep to is told once, and the service goes on', async (t) => {
  const program = `export default (req, res) => res.end(String(process.pid));`;
  const { url, child, ended, printed, stdout, stderr } = await workers(t, program, ['--max-memory', '1M']);
  const answer = async () => (await fetch(url, { headers: { connection: 'close' } })).text();
  await printed(/^--max-memory is less than .* \(\d+ MiB\): none is replaced for it\./m, 'stderr');
  const pid = await answer();
  child.kill('SIGHUP');
  await printed('all workers were replaced');
  assert.notEqual(await answer(), pid);
  await printed(/(^--max-memory .*\n){2}/m, 'stderr');
  process.kill(Number(await answer()), 'SIGKILL');
  assert.match(await answer(), /^\d+$/);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  // The program may be another after a replacement; nothing is said again of the same.
  assert.equal(stderr().match(/--max-memory/g)?.length, 2);
  assert.doesNotMatch(stdout(), /is replaced/);
});
