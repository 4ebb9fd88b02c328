// npm start: what a newcomer types first, on a checkout that is up to date.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `npm start` with arguments; both its outputs are kept. */
function npmStart(t: TestContext, args: string[], env: NodeJS.ProcessEnv = {}) {
  const { npm_lifecycle_event, PORT, ...inherited } = process.env;
  const child = spawn('npm', ['start', '--', ...args], {
    cwd: root,
    env: { ...inherited, LC_ALL: 'en_US.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text.err += chunk;
  });
  const patience = setTimeout(() => child.kill('SIGTERM'), 60_000);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  t.after(async () => {
    clearTimeout(patience);
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
  });
  return { child, text, ended };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`npm start serves the welcome page, and ${signal} ends it with code 0`, async (t) => {
    const { child, text, ended } = npmStart(t, ['--port', '0']);
    while (!/^Serveur démarré !\n {2}This computer {2}http/m.test(text.out)) await once(child.stdout, 'data');
    const url = /http:\/\/localhost:\d+\//.exec(text.out)?.[0] as string;
    const response = await fetch(url);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') as string, /^text\/html/);
    await response.text();
    child.kill(signal);
    assert.equal(await ended, 0);
  });
}

test('npm start answers its start in the reader’s language, and each language by its address', async (t) => {
  const { child, text } = npmStart(t, ['--port', '0', '--log', 'text']);
  while (!/http:\S+\n/.test(text.out)) await once(child.stdout, 'data');
  const url = /http:\/\/localhost:\d+\//.exec(text.out)?.[0] as string;
  const cases: [path: string, accepted: string | undefined, language: string][] = [
    ['/', undefined, 'fr'],
    ['/', '*', 'fr'],
    ['/', 'en', 'en'],
    ['/', 'en-GB,en;q=0.9,fr;q=0.5', 'en'],
    ['/', 'fr-CA,fr;q=0.9,en;q=0.5', 'fr'],
    ['/', 'fr;q=0.1,en;q=0.2', 'en'],
    ['/', 'de', 'en'],
    ['/', 'en;q=0,fr', 'fr'],
    ['/?lang=fr', 'en', 'fr'],
    ['/en/', 'fr', 'en'],
  ];
  for (const [path, accepted, language] of cases) {
    // fetch() would add a field of its own.
    const headers = accepted === undefined ? {} : { 'Accept-Language': accepted };
    const [res] = await once(get(new URL(path, url), { headers, agent: false }), 'response');
    const page = Buffer.concat(await res.toArray()).toString();
    assert.match(page, new RegExp(`<html lang="${language}">`), `${path} ${accepted}`);
    if (path !== '/') continue;
    assert.match(res.headers.vary, /(^|, )Accept-Language(,|$)/);
    assert.equal(res.headers['content-language'], language);
    const { etag } = res.headers;
    const [again] = await once(
      get(new URL(path, url), { headers: { ...headers, 'If-None-Match': etag }, agent: false }),
      'response',
    );
    assert.equal(again.statusCode, 304);
    again.resume();
  }
  assert.doesNotMatch(text.out, /GET \/en\/ 304/);
  child.kill('SIGTERM');
});

test('npm start ends with code 1 and one clear line when it can’t serve', async (t) => {
  const cases: [args: string[], env: NodeJS.ProcessEnv, expected: RegExp][] = [
    [['--port', 'abc'], {}, /^premier: --port must be .*"abc"\. See npm start -- --help\.$/m],
    [[], { PORT: '99999' }, /^premier: PORT must be .*"99999"\. See npm start -- --help\.$/m],
    [['no-such-folder'], {}, /^premier: no-such-folder isn't there: /m],
  ];
  for (const [args, env, expected] of cases) {
    const { text, ended } = npmStart(t, args, env);
    assert.equal(await ended, 1);
    assert.match(text.err, expected);
    assert.doesNotMatch(text.out, /Serveur/);
    assert.equal(text.err.match(/^premier: /gm)?.length, 1);
  }
});

test('npm start -- --inspect tells this computer’s own browsers where the inspector is, and nobody its token', async (t) => {
  const { child, text } = npmStart(t, ['--port', '0', '--inspect=0']);
  while (!/Inspector .*\n/.test(text.out)) await once(child.stdout, 'data');
  const port = /http:\/\/localhost:(\d+)\//.exec(text.out)?.[1];
  const [, inspector, token] = /Inspector +(http:\S+:\d+\/)([\w-]+)\//.exec(text.out) ?? [];
  const cases: [host: string, told: boolean][] = [
    [`localhost:${port}`, true],
    [`127.0.0.1:${port}`, true],
    [`[::1]:${port}`, true],
    ['app.localhost', false],
  ];
  for (const [host, told] of cases) {
    const options = { host: '127.0.0.1', port, headers: { host }, agent: false };
    const [res] = await once(get(options), 'response');
    const page = Buffer.concat(await res.toArray()).toString();
    const hint = told ? `inspector;desc="${inspector}"` : undefined;
    assert.equal(res.headers['server-timing'], hint, host);
    assert.ok(!`${page}${JSON.stringify(res.headers)}`.includes(token as string));
  }
});
