// Under systemd: the sockets that it has opened, by their names, and what it is told of the service.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { readInherited } from '../../dist/operation/inherited-sockets.js';
import { watchdogTime } from '../../dist/operation/service-manager.js';
import { until } from '../subjects.js';
import { type Command, eventually, start, temporaryFolder } from './command.js';

const posix = { skip: process.platform === 'win32' };

const none = { served: [], admin: undefined };
const given: [what: string, environment: NodeJS.ProcessEnv, sockets: unknown][] = [
  ['nothing', {}, none],
  ['what is meant for another process', { LISTEN_PID: '6', LISTEN_FDS: '1' }, none],
  ['no number', { LISTEN_PID: '7', LISTEN_FDS: 'many' }, none],
  ['a number below one', { LISTEN_PID: '7', LISTEN_FDS: '-1' }, none],
  ['one', { LISTEN_PID: '7', LISTEN_FDS: '1' }, { served: [{ fd: 3, name: '' }], admin: undefined }],
  [
    'two with names',
    { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: 'web:x.socket' },
    {
      served: [
        { fd: 3, name: 'web' },
        { fd: 4, name: 'x.socket' },
      ],
      admin: undefined,
    },
  ],
  [
    'one of the admin listener',
    { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: 'admin:web' },
    { served: [{ fd: 4, name: 'web' }], admin: { fd: 3, name: 'admin' } },
  ],
];
for (const [what, environment, sockets] of given) {
  test(`${what} is inherited, and taken out of the environment`, () => {
    assert.deepEqual(readInherited(environment, 7), sockets);
    assert.deepEqual(environment, {});
  });
}

/** What a watchdog asks of process 7, in ms (sd_watchdog_enabled(3)). */
const watched: [environment: NodeJS.ProcessEnv, time: number | undefined][] = [
  [{ WATCHDOG_USEC: '30000000' }, 30_000],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 30_000],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, undefined],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: 'me' }, undefined],
  [{ WATCHDOG_USEC: '30000000', NOTIFY_SOCKET: undefined }, undefined],
  [{ WATCHDOG_USEC: '1' }, 0.001],
  [{ WATCHDOG_USEC: '0' }, undefined],
  [{ WATCHDOG_USEC: '-1' }, undefined],
  [{ WATCHDOG_USEC: '' }, undefined],
  [{ WATCHDOG_USEC: '30s' }, undefined],
  [{ WATCHDOG_USEC: '1e6' }, undefined],
  [{ WATCHDOG_USEC: '18446744073709551615' }, undefined],
  [{}, undefined],
];
for (const [environment, time] of watched) {
  test(`a watchdog of ${JSON.stringify(environment)} asks for a word within ${time} ms`, () => {
    assert.equal(watchdogTime({ NOTIFY_SOCKET: '/run/none', ...environment }, 7), time);
  });
}

for (const [what, usec] of [
  ['in no time', '1'],
  ['never', '0'],
] as const) {
  test(`a watchdog that wants to hear ${what} is told by one process at a time at most`, posix, async (t) => {
    const folder = temporaryFolder(t);
    const [tool, told, hold] = [join(folder, 'systemd-notify'), join(folder, 'told'), join(folder, 'hold')];
    // One that hangs until the folder is gone.
    writeFileSync(tool, `#!/bin/sh\necho "$@" >> ${told}\nwhile [ -e ${hold} ]; do sleep 0.05; done\n`);
    chmodSync(tool, 0o755);
    for (const file of [told, hold]) writeFileSync(file, '');
    const { printed } = start(t, [folder, '--port', '0', '--log', 'off'], {
      env: {
        PATH: `${folder}${delimiter}${process.env.PATH}`,
        NOTIFY_SOCKET: '/run/none',
        WATCHDOG_USEC: usec,
      },
    });
    await printed(/http:\S+/);
    const count = () => readFileSync(told, 'utf8').split('WATCHDOG=1').length - 1;
    if (usec === '1') await until(() => count() === 1, 'a word');
    // Time for some more.
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(count(), usec === '1' ? 1 : 0);
  });
}

/** A socket that listens, as systemd holds one. */
interface Opened {
  server: Server;
  where: { host: string; port: number } | { socketPath: string };
}

async function opened(path?: string): Promise<Opened> {
  const server = createServer();
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(`${path}.first`);
  await once(server, 'listening');
  if (path === undefined)
    return { server, where: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } };
  // Node.js would remove it with the server.
  renameSync(`${path}.first`, path);
  return { server, where: { socketPath: path } };
}

/** Starts the command as systemd does, with sockets that listen already, and accepts nothing there itself. */
function started(t: TestContext, sockets: readonly [name: string, Opened][], args: string[]): Command {
  const descriptors = sockets.map(([, { server }]) => {
    const { _handle: handle } = server as unknown as { _handle: { fd: number } };
    return handle.fd;
  });
  const names = sockets.map(([name]) => name).join(':');
  const env = { LISTEN_FDS: String(sockets.length), LISTEN_FDNAMES: names };
  const command = start(t, args, { env, descriptors });
  for (const [, { server }] of sockets) server.close();
  return command;
}

async function asked({ where }: Opened, path = '/'): Promise<string> {
  const req = get({ ...where, path, agent: false, headers: { host: 'localhost' } });
  const [res] = await once(req, 'response');
  return text(res);
}

for (const workers of [[], ['--workers', '2']]) {
  test(
    `sockets are served at their addresses, and the one named admin by the admin listener (${workers.length > 0 ? 'two workers' : 'one process'})`,
    posix,
    async (t) => {
      const folder = temporaryFolder(t);
      writeFileSync(join(folder, 'index.html'), 'hello');
      const [first, admin, second] = [await opened(), await opened(), await opened()];
      const local = await opened(join(folder, 'local.sock'));
      const { printed, stdout, stderr } = started(
        t,
        [
          ['web', first],
          ['admin', admin],
          ['more', second],
          ['local', local],
        ],
        [folder, '--admin', '--log', 'off', ...workers],
      );
      await printed(folder);
      for (const server of [first, second, local]) assert.equal(await asked(server), 'hello');
      await eventually(async () => (await asked(admin, '/ready')) === 'ready\n');
      for (const { where } of [first, second])
        assert.ok(stdout().includes(`http://127.0.0.1:${(where as { port: number }).port}/\n`), stdout());
      assert.equal(stderr(), '');
    },
  );
}

test('what nobody will answer at is told', posix, async (t) => {
  const folder = temporaryFolder(t);
  const program = (where: string) => {
    const file = join(folder, 'app.mjs');
    writeFileSync(
      file,
      `import http from 'node:http'; http.createServer((req, res) => res.end('hello')).listen(${where});`,
    );
    return file;
  };
  const elsewhere = started(t, [['web', await opened()]], [program(`0, '127.0.0.1'`), '--workers', '2']);
  await elsewhere.printed(/^premier: \S+app\.mjs listens by itself, .* \(web\): .*\n$/, 'stderr');
  elsewhere.child.kill('SIGKILL');
  await elsewhere.ended;
  const socket = await opened();
  const there = started(t, [['web', socket]], [program('{ fd: 3 }'), '--log', 'off']);
  await there.printed('Serveur démarré !');
  assert.equal(await asked(socket), 'hello');
  there.child.kill('SIGTERM');
  assert.equal(await there.ended, 0);
  assert.equal(there.stderr(), '');
  const unused = started(t, [['admin', await opened()]], [folder, '--port', '0']);
  await unused.printed(
    /^premier: systemd has opened a socket named admin, but --admin is not given/,
    'stderr',
  );
});

test('a file in place of a socket is told, with where to look', posix, async (t) => {
  const { ended, stderr } = start(t, [temporaryFolder(t)], {
    env: { LISTEN_FDS: '1' },
    descriptors: ['ignore'],
  });
  assert.equal(await ended, 1);
  assert.match(stderr(), /^premier: The socket 3 of LISTEN_FDS can't be listened on .*\.socket unit/);
});

test(
  'systemd is told of the start, a replacement, its end, and the stop, and that the service lives',
  posix,
  async (t) => {
    const folder = temporaryFolder(t);
    const [tool, told] = [join(folder, 'systemd-notify'), join(folder, 'told')];
    writeFileSync(tool, `#!/bin/sh\necho "$@" >> ${told}\n`);
    chmodSync(tool, 0o755);
    writeFileSync(told, '');
    const { child, ended, stderr, printed } = start(t, [folder, '--port', '0', '--workers', '1'], {
      env: {
        PATH: `${folder}${delimiter}${process.env.PATH}`,
        NOTIFY_SOCKET: '/run/none',
        WATCHDOG_USEC: '100000',
      },
    });
    const words = () => readFileSync(told, 'utf8');
    const count = (word: string) => words().split(`--no-block ${word}`).length - 1;
    await until(() => count('READY=1') === 1, 'READY');
    await until(() => count('WATCHDOG=1') > 0, 'WATCHDOG');
    child.kill('SIGHUP');
    await printed('all workers were replaced');
    await until(() => count('RELOADING=1 MONOTONIC_USEC=') === 1, 'RELOADING');
    await until(() => count('READY=1') === 2, 'READY after the replacement');
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    assert.equal(count('STOPPING=1'), 1);
    assert.ok(
      words()
        .split('\n')
        .slice(0, -1)
        .every((line) => line.startsWith(`--pid=${child.pid} --no-block `)),
    );
    assert.equal(stderr(), '');
  },
);

test('a systemd-notify that is not there is told once, and the service goes on', posix, async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'index.html'), 'hello');
  const { printed, stderr, stdout } = start(t, [folder, '--port', '0', '--log', 'off'], {
    env: { PATH: folder, NOTIFY_SOCKET: '/run/none', WATCHDOG_USEC: '20000' },
  });
  await printed(/http:\S+/);
  await until(() => stderr() !== '', 'what is told');
  assert.equal((await fetch(/http:\S+/.exec(stdout())?.[0] as string)).status, 200);
  assert.match(stderr(), /^premier: systemd can't be told how the service does \([^\n]*ENOENT\)[^\n]*\n$/);
});
