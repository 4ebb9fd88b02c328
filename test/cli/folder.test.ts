// The command serving a folder, from the outside: what it prints and what each option does to the answers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { serving, start, temporaryFolder } from './command.js';

/** A folder with a page, a folder without one, and a link that leads out. */
function site(t: TestContext): string {
  const outside = temporaryFolder(t);
  writeFileSync(join(outside, 'outside.txt'), 'outside');
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Création</title><h1>Création</h1>');
  writeFileSync(join(folder, 'page.html'), '<!doctype html><title>page</title>');
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub', 'note.txt'), 'note');
  symlinkSync(outside, join(folder, 'out'));
  return folder;
}

test('the first line is the same in every language, then come the addresses and what is served', async (t) => {
  const folder = site(t);
  for (const [LANG, label, kind] of [
    ['fr_FR.UTF-8', 'Cet ordinateur', 'Dossier       '],
    ['en_GB.UTF-8', 'This computer', 'Folder       '],
  ] as const) {
    const { stdout, url } = await serving(t, [folder], { env: { LANG } });
    assert.equal(stdout(), `Serveur démarré !\n  ${label}  ${url}\n  ${kind}  ${folder}\n`);
    assert.match(url, /^http:\/\/localhost:\d+\/$/);
  }
});

test('localhost is every loopback address', async (t) => {
  const { port } = await serving(t, [site(t)]);
  for (const host of ['127.0.0.1', 'localhost']) {
    const response = await fetch(`http://${host}:${port}/`);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /<h1>Création<\/h1>/);
  }
});

test('the folder is the current one unless another is named', async (t) => {
  const { url } = await serving(t, [], { cwd: site(t) });
  assert.match(await (await fetch(url)).text(), /Création/);
});

test('--host alone listens everywhere and tells this computer’s address first', async (t) => {
  const { stdout, port } = await serving(t, [site(t), '--host']);
  const [first, here] = stdout().split('\n');
  assert.equal(first, 'Serveur démarré !');
  assert.equal(here?.replace(/ +/g, ' '), ` This computer http://localhost:${port}/`);
  for (const address of stdout().matchAll(/Network +(\S+)/g)) {
    assert.equal((await fetch(address[1] as string)).status, 200, address[1]);
  }
});

test('--host may be given more than once, and may be a socket of the file system', async (t) => {
  const folder = site(t);
  const socketPath = join(folder, '..', `${basename(folder)}.sock`);
  // What a server that was killed leaves: a socket on which nobody listens.
  const killed = start(t, [folder, '--host', `unix:${socketPath}`]);
  await killed.printed(`Socket         ${socketPath}`);
  killed.child.kill('SIGKILL');
  await killed.ended;

  const args = [folder, '--host', '127.0.0.1', '--host', `unix:${socketPath}`, '--host=::1'];
  const { stdout, port, child, ended } = await serving(t, args);
  assert.match(
    stdout(),
    new RegExp(
      `^Serveur démarré !\n  This computer  http://127\\.0\\.0\\.1:${port}/\n(  This computer  http://\\[::1\\]:${port}/\n)?  Socket {9}${socketPath}\n  Folder {9}${folder}\n$`,
    ),
  );
  const ask = async (options: object) => {
    const [res] = await once(get({ path: '/sub/note.txt', agent: false, ...options }), 'response');
    return Buffer.concat(await res.toArray()).toString();
  };
  assert.equal(await ask({ host: '127.0.0.1', port }), 'note');
  assert.equal(await ask({ socketPath }), 'note');

  const second = start(t, [folder, '--host', `unix:${socketPath}`]);
  assert.equal(await second.ended, 1);
  assert.match(second.stderr(), /\.sock is in use by another program, or is no socket\./);
  child.kill();
  assert.equal(await ended, 0);
  assert.equal(existsSync(socketPath), false);

  writeFileSync(socketPath, 'no socket');
  t.after(() => rmSync(socketPath));
  const blocked = start(t, [folder, '--host', `unix:${socketPath}`]);
  assert.equal(await blocked.ended, 1);
  assert.match(blocked.stderr(), /is in use by another program, or is no socket/);
  assert.equal(readFileSync(socketPath, 'utf8'), 'no socket');
});

test('each option changes the answers as it says', async (t) => {
  const folder = site(t);
  const status =
    (path: string, expected: number, init?: RequestInit) =>
    async (url: string): Promise<void> => {
      const response = await fetch(new URL(path, url), { redirect: 'manual', ...init });
      assert.equal(response.status, expected, path);
    };
  const field =
    (name: string, expected: string | null, init?: RequestInit) =>
    async (url: string): Promise<void> => {
      assert.equal((await fetch(url, init)).headers.get(name), expected, name);
    };
  const says =
    (path: string, text: string) =>
    async (url: string): Promise<void> => {
      const page = await (await fetch(new URL(path, url))).text();
      assert.ok(page.includes(text), `${path} has ${text}`);
    };
  const cases: [args: string[], checks: ((url: string) => Promise<void>)[]][] = [
    [
      [],
      [
        status('/nowhere', 404),
        status('/page', 404),
        status('/sub/', 200),
        status('/out/outside.txt', 404),
        field('x-test', null),
        field('access-control-allow-origin', null, { headers: { origin: 'http://a.example' } }),
      ],
    ],
    [['--single'], [status('/nowhere', 200), status('/nowhere.js', 404), status('/sub/', 200)]],
    [['--single'], [(url) => says('/sub/', 'Création')(url)]],
    [['--single', '--listing'], [(url) => says('/sub/', 'note.txt')(url)]],
    [['--clean-urls'], [status('/page', 200), status('/page.html', 308)]],
    [['--no-listing'], [status('/sub/', 404), status('/sub/note.txt', 200)]],
    [['--follow-links'], [status('/out/outside.txt', 200)]],
    [
      ['--header', 'X-Test: a', '--header', 'x-test: b', '--header', 'Cache-Control: no-store'],
      [field('x-test', 'a, b'), field('cache-control', 'no-store')],
    ],
    [
      ['--header', 'X-Test: a', '--header', '/sub/*: X-Test: b'],
      [field('x-test', 'a'), (url) => field('x-test', 'b')(`${url}sub/note.txt`)],
    ],
    [['--cors'], [field('access-control-allow-origin', '*', { headers: { origin: 'http://a.example' } })]],
  ];
  for (const [args, checks] of cases) {
    const { url, child, ended } = await serving(t, [folder, '--log', 'off', ...args]);
    for (const check of checks) await check(url);
    child.kill();
    assert.equal(await ended, 0);
  }
});

test('--reload refreshes a page with a script, and its stream does not keep the server from stopping', async (t) => {
  const folder = site(t);
  const { url, child, ended, stdout } = await serving(t, [folder, '--reload']);
  const script = /<script src="([^"]+)"/.exec(await (await fetch(url)).text())?.[1] as string;
  assert.equal((await fetch(new URL(script, url))).status, 200);
  const events = await fetch(new URL('/.premier/reload', url));
  assert.equal(events.headers.get('content-type'), 'text/event-stream');
  child.kill();
  assert.equal(await ended, 0);
  await events.text();
  assert.doesNotMatch(stdout(), /\.premier/);
});

test('--quiet prints the first line only, and the address of a port it picked', async (t) => {
  const folder = site(t);
  const { url, child, ended, stdout, stderr } = await serving(t, [folder, '--quiet']);
  await (await fetch(url)).text();
  child.kill();
  assert.equal(await ended, 0);
  assert.equal(stdout(), `Serveur démarré !\n  This computer  ${url}\n`);
  assert.equal(stderr(), '');
});
