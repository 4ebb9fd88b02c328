// npm start: what a newcomer types first, on a checkout that is up to date.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
