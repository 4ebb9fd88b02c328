// --workers: several processes serve, are replaced one after the other, and stop, and no request is lost on the way.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../subjects.js';
import { ask } from './asked-admin.js';
import {
  type Command,
  certificate,
  eventually,
  type Options,
  serving,
  start,
  temporaryFolder,
} from './command.js';
import { outcomesOf } from './command-lines.js';
import { clientsOf } from './counting-clients.js';

const app = (text: string) => `
process.on('exit', () => console.log('gone ' + process.pid));
export default (req, res) => {
  if (req.url === '/hold') { res.write('begun'); process.once('SIGUSR2', () => res.end(' and ended')); }
  else res.end('${text} ' + process.pid);
};`;

interface Pool extends Command {
  url: string;
  port: number;
  change(code: string): void;
  /** Replaces all workers, and waits until that is done. */
  replaceAll(): Promise<void>;
}

async function pool(t: TestContext, args: string[] = [], options?: Options): Promise<Pool> {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(file, app('one'));
  const command = await serving(t, [file, '--workers', '2', '--log', 'off', ...args], options);
  return { ...command, change: (code) => writeFileSync(file, code), replaceAll: replacing(command) };
}

function replacing({ child, printed }: Command): () => Promise<void> {
  let times = 0;
  return async () => {
    times++;
    child.kill('SIGHUP');
    await printed(new RegExp(`(all workers were replaced\\.\n(?:.|\n)*){${times}}`));
  };
}

/** Pids of workers that answer, as many as asked for. */
async function pidsOf(url: string, count = 2): Promise<Set<number>> {
  const pids = new Set<number>();
  while (pids.size < count) pids.add(await pidOf(url));
  return pids;
}

async function pidOf(url: string): Promise<number> {
  const answer = await fetch(url, { headers: { connection: 'close' } });
  return Number((await answer.text()).split(' ')[1]);
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Kept clients and short-lived ones, during three replacements, then a stop. */
async function nothingIsLost(command: Command & { port: number }, secure = false): Promise<void> {
  const clients = await clientsOf(command.port, { kept: 6, short: 6 }, secure);
  const replaceAll = replacing(command);
  for (let times = 0; times < 3; times++) await replaceAll();
  await clients.end();
  assert.deepEqual(clients.lost, {});
  assert.equal(clients.refused, 0);
  assert.ok(clients.requests > 12);
  const kept = await clientsOf(command.port, { kept: 6 }, secure);
  await until(() => kept.requests > 100, 'some answers');
  // Who connects at the very moment of a last stop may be reset; that is what --drain-delay is for.
  kept.stay();
  command.child.kill('SIGTERM');
  assert.equal(await command.ended, 0);
  await kept.end();
  assert.deepEqual(kept.lost, {});
  assert.equal(command.stderr(), '');
}

test('a program: workers are replaced and stopped, and no request is lost', async (t) => {
  await nothingIsLost(await pool(t));
});

test('a program where the parent hands out connections: no request is lost', async (t) => {
  await nothingIsLost(await pool(t, [], { env: { NODE_CLUSTER_SCHED_POLICY: 'rr' } }));
});

test('a folder over TLS: no request is lost', async (t) => {
  const pair = certificate(t);
  if (!pair) return t.skip('there is no openssl');
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'index.html'), '<title>hello</title>');
  const tls = ['--tls-cert', pair.cert, '--tls-key', pair.key];
  await nothingIsLost(await serving(t, [folder, '--workers', '2', '--log', 'off', ...tls]), true);
});

test('a program with several servers of its own: all of them are replaced', async (t) => {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(
    file,
    `import http from 'node:http';
    for (const name of ['first', 'second'])
      http.createServer((req, res) => res.end(name + ' ' + process.pid)).listen(0, '127.0.0.1');`,
  );
  const command = await serving(t, [file, '--workers', '2', '--log', 'off']);
  const urls = () => command.stdout().match(/http:\S+/g) ?? [];
  await until(() => urls().length === 2, 'two addresses');
  const before = await Promise.all(urls().map((url) => pidOf(url)));
  await replacing(command)();
  for (const [index, name] of ['first', 'second'].entries()) {
    const text = await (await fetch(urls()[index] as string)).text();
    assert.ok(text.startsWith(name), text);
    assert.ok(!before.includes(Number(text.split(' ')[1])));
  }
});

test('an answer under way is finished by the worker that began it', async (t) => {
  const { url, replaceAll } = await pool(t);
  const pids = await pidsOf(url);
  const held = await fetch(new URL('/hold', url));
  await replaceAll();
  for (const pid of await pidsOf(url)) assert.ok(!pids.has(pid));
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGUSR2');
  assert.equal(await held.text(), 'begun and ended');
  await until(() => ![...pids].some(isAlive), 'the end of those before');
});

test('a successor that fails to start leaves those before, until it is mended', async (t) => {
  const { url, change, child, printed, replaceAll } = await pool(t);
  const pids = await pidsOf(url);
  change('export default (');
  child.kill('SIGHUP');
  await printed(
    /failed to start; the workers before go on serving\. Mend it, and send SIGHUP again\.$/m,
    'stderr',
  );
  assert.ok(pids.has(await pidOf(url)));
  change(app('two'));
  await replaceAll();
  assert.ok(!pids.has(await pidOf(url)));
});

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`a worker that somebody ends by ${signal} is replaced, and the other serves meanwhile`, async (t) => {
    const { url, port, printed } = await pool(t);
    const [pid = 0, other] = await pidsOf(url);
    const clients = await clientsOf(port, { short: 2 });
    process.kill(pid, signal);
    await printed(new RegExp(`was ended by ${signal}; started again at once\\.$`, 'm'), 'stderr');
    const pids = new Set([pid, other]);
    await eventually(async () => pids.add(await pidOf(url)).size === 3);
    await until(() => !isAlive(pid), 'its end');
    await clients.end();
    // Only what is in a process that is killed is lost with it.
    if (signal === 'SIGTERM') assert.deepEqual(clients.lost, {});
    assert.equal(clients.refused, 0);
  });
}

test('a program that fails at once is no reason to try for ever', async (t) => {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(file, 'process.exit(3);');
  const { ended, stdout, stderr } = start(t, [file, '--workers', '2', '--port', '0']);
  assert.equal(await ended, 3);
  assert.equal(stdout(), '');
  assert.match(stderr(), /^premier: \S+ ended with exit code 3 before it served\.\n$/);
});

for (const what of ['a program that is gone', 'a program that is broken', 'a folder that is gone']) {
  test(`once it has served, ${what} for a moment is tried again until it serves`, async (t) => {
    const top = temporaryFolder(t);
    const isFolder = what.startsWith('a folder');
    const [target, away] = [join(top, isFolder ? 'site' : 'app.mjs'), join(top, 'away')] as const;
    if (isFolder) mkdirSync(target);
    const code = isFolder ? 'hello' : 'export default (q, a) => a.end("hello");';
    writeFileSync(isFolder ? join(target, 'index.html') : target, code);
    const admin = `--admin=unix:${join(top, 'admin')}`;
    const { url, child, printed } = await serving(t, [target, '--workers', '1', '--log', 'off', admin]);
    const { body } = await ask(join(top, 'admin'), '/status');
    if (what.endsWith('broken')) writeFileSync(target, 'export default (');
    else renameSync(target, away);
    process.kill(JSON.parse(body).workers[0].pid, 'SIGKILL');
    await printed(/ended with exit code 1; started again/, 'stderr');
    if (what.endsWith('broken')) writeFileSync(target, code);
    else renameSync(away, target);
    const answered = () => fetch(url).then((answer) => answer.text());
    // It may have been refused for a second.
    await eventually(async () => (await answered().catch(() => '')) === 'hello');
    assert.equal(child.exitCode, null);
  });
}

test('a port in use is told once, and ends the command', async (t) => {
  const { port } = await serving(t, [temporaryFolder(t)]);
  const { ended, stderr } = start(t, [temporaryFolder(t), '--workers', '2', '--port', String(port)]);
  assert.equal(await ended, 1);
  assert.match(stderr(), /^premier: Port \d+ is in use by another program[^\n]*\n$/);
});

test('workers whose parent is killed finish their answers and end', async (t) => {
  const { url, child, printed, stdout } = await pool(t);
  const pids = await pidsOf(url);
  const held = await fetch(new URL('/hold', url));
  child.kill('SIGKILL');
  // One waits for nothing.
  await printed(/^gone/m);
  for (const pid of pids) if (!stdout().includes(`gone ${pid}`)) process.kill(pid, 'SIGUSR2');
  assert.equal(await held.text(), 'begun and ended');
  await printed(/(^gone \d+\n(?:.|\n)*){2}/m);
});

test('a worker whose parent is killed before it serves ends, and holds no socket', async (t) => {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(
    file,
    `const told = new Promise((resolve) => process.once('SIGUSR2', resolve));
    console.log('starting ' + process.pid);
    await told;
    setTimeout(() => console.log('waiting'), 300);
    export default (req, res) => res.end('hello');`,
  );
  const { child, printed, stdout } = start(t, [file, '--workers', '1', '--port', '0']);
  await printed(/^starting \d+$/m);
  const pid = Number(/^starting (\d+)$/m.exec(stdout())?.[1]);
  // Its parent does not answer when it asks for a socket.
  child.kill('SIGSTOP');
  process.kill(pid, 'SIGUSR2');
  await printed('waiting');
  child.kill('SIGKILL');
  await until(() => !isAlive(pid), 'its end');
});

for (const args of [[], ['--workers', '2']]) {
  test(`what came before a stop is served for --drain-delay (${args.join(' ') || 'one process'})`, async (t) => {
    const file = join(temporaryFolder(t), 'app.mjs');
    writeFileSync(file, app('one'));
    const options = ['--drain-delay', '3600', '--log', 'off', ...args];
    const { url, port, child, ended } = await serving(t, [file, ...options]);
    await pidOf(url);
    child.kill('SIGTERM');
    const clients = await clientsOf(port, { kept: 2, short: 2 });
    await until(() => clients.requests > 100, 'answers');
    assert.equal(clients.refused, 0);
    // Whoever waits for it may end it.
    await new Promise((resolve) => setTimeout(resolve, 250));
    child.kill('SIGTERM');
    assert.equal(await ended, 1);
    await clients.end();
    const refused = connect(port, '127.0.0.1');
    const [error] = await once(refused, 'error');
    assert.equal(error.code, 'ECONNREFUSED');
  });
}

test('a number of workers that is none is refused', async (t) => {
  const folder = temporaryFolder(t);
  const lines = ['0', '-1', '1.5', 'many', '1000'].map((value) => [folder, `--workers=${value}`]);
  for (const { code, stderr } of await outcomesOf(t, lines)) {
    assert.equal(code, 2);
    assert.match(stderr, /^premier: --workers must be a whole number from 1 to 999, or auto/);
  }
});
