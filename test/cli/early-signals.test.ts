// Signals that come before anything is served: the command ends in good order, or goes on, and leaves nobody behind.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../subjects.js';
import { start, temporaryFolder } from './command.js';

const posix = { skip: process.platform === 'win32' };

/** Sends the command a signal in the moment in which it first listens for any. */
function atOnce(t: TestContext, signal: string): string[] {
  const hook = join(temporaryFolder(t), 'hook.mjs');
  writeFileSync(
    hook,
    `const { on } = process;
    if (process.env.PREMIER_WORKER === undefined) process.on = function (name, ...rest) {
      on.call(this, name, ...rest);
      if (name === 'SIGHUP') {
        process.on = on;
        process.kill(process.pid, '${signal}');
      }
      return this;
    };`,
  );
  return ['--import', `file://${hook}`];
}

for (const args of [[], ['--workers', '2']]) {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    test(
      `${signal} first of all ends it with code 0 (${args.join(' ') || 'one process'})`,
      posix,
      async (t) => {
        const { ended, stdout, stderr } = start(t, [temporaryFolder(t), '--port', '0', ...args], {
          node: atOnce(t, signal),
        });
        assert.equal(await ended, 0);
        assert.deepEqual([stdout(), stderr()], ['', '']);
      },
    );
  }
}

test('SIGHUP first of all does not end workers, and does end what it always ends', posix, async (t) => {
  const node = atOnce(t, 'SIGHUP');
  const pool = start(t, [temporaryFolder(t), '--port', '0', '--workers', '1'], { node });
  await pool.printed(/http:\S+\n/);
  pool.child.kill('SIGTERM');
  assert.equal(await pool.ended, 0);
  assert.equal(pool.stderr(), '');
  const alone = start(t, [temporaryFolder(t), '--port', '0'], { node });
  await alone.ended;
  assert.equal(alone.child.signalCode, 'SIGHUP');
});

test('a question is ended by a signal as ever', posix, async (t) => {
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    // Whoever asks waits for an answer.
    const silent = createServer(() => asking.child.kill(signal)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    const { port } = silent.address() as { port: number };
    const asking = start(t, ['health', `http://127.0.0.1:${port}/`]);
    await asking.ended;
    assert.equal(asking.child.signalCode, signal);
  }
});

/** Programs that are never done with their start, and signal the command meanwhile. */
const unfinished = (who: string, signal: string) =>
  `console.log('starting ' + process.pid); process.kill(process.${who}, '${signal}'); await new Promise(() => setInterval(() => {}, 1000));`;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

for (const [what, who, args] of [
  ['one process', 'pid', []],
  ['workers', 'ppid', ['--workers', '2']],
  ['--watch', 'ppid', ['--watch']],
] as const) {
  test(`SIGTERM while a program starts ends it, and nobody is left (${what})`, posix, async (t) => {
    const file = join(temporaryFolder(t), 'app.mjs');
    writeFileSync(file, unfinished(who, 'SIGTERM'));
    const { ended, stdout, stderr } = start(t, [file, '--port', '0', ...args]);
    assert.equal(await ended, 0);
    assert.equal(stderr(), '');
    const pid = Number(/^starting (\d+)$/m.exec(stdout())?.[1]);
    await until(() => !isAlive(pid), 'its end');
  });
}

test('a program that has a stop of its own while it starts is left to it', posix, async (t) => {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(file, `process.on('SIGTERM', () => process.exit(7)); ${unfinished('pid', 'SIGTERM')}`);
  const { ended } = start(t, [file, '--port', '0']);
  assert.equal(await ended, 7);
});

test('SIGHUP while the first worker starts: it begins again, and serves', posix, async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'app.mjs');
  writeFileSync(
    file,
    `import fs from 'node:fs';
    if (!fs.existsSync('${folder}/once')) { fs.writeFileSync('${folder}/once', ''); ${unfinished('ppid', 'SIGHUP')} }
    export default (req, res) => res.end('hello');`,
  );
  const { printed, stdout, stderr, child, ended } = start(t, [file, '--port', '0', '--workers', '1']);
  await printed(/http:\S+\n/);
  // A connection that is kept may be waited for, which is said.
  const headers = { connection: 'close' };
  assert.equal(await (await fetch(/http:\S+/.exec(stdout())?.[0] as string, { headers })).text(), 'hello');
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.equal(stderr(), '');
});

for (const args of [[], ['--workers', '1']]) {
  test(
    `what was asked before all addresses are listened at is answered at a stop (${args.join(' ') || 'one process'})`,
    posix,
    async (t) => {
      const folder = temporaryFolder(t);
      const [file, hook] = [join(folder, 'app.mjs'), join(folder, 'hook.mjs')];
      writeFileSync(
        file,
        `export default (req, res) => {
        res.write('begun');
        console.log('asked ' + process.pid);
        process.once('SIGUSR2', () => res.end(' and ended'));
      };`,
      );
      // The second address is not to be had for a long time.
      writeFileSync(
        hook,
        `import { Server } from 'node:net';
      const { listen } = Server.prototype;
      let calls = 0;
      Server.prototype.listen = function (...where) {
        if (++calls === 2) return this;
        this.once('listening', () => console.log('at ' + this.address().port));
        return listen.apply(this, where);
      };`,
      );
      const hosts = ['--host=127.0.0.1', `--host=unix:${join(folder, 'socket')}`];
      const { printed, stdout, stderr, child, ended } = start(
        t,
        [file, ...hosts, '--port=0', '--log=off', ...args],
        { node: ['--import', `file://${hook}`] },
      );
      await printed(/^at \d+$/m);
      const answer = fetch(`http://127.0.0.1:${/^at (\d+)$/m.exec(stdout())?.[1]}/`);
      await printed(/^asked \d+$/m);
      child.kill('SIGTERM');
      await printed(/^Finishing one answer/, 'stderr');
      process.kill(Number(/^asked (\d+)$/m.exec(stdout())?.[1]), 'SIGUSR2');
      assert.equal(await (await answer).text(), 'begun and ended');
      assert.equal(await ended, 0);
      assert.match(stderr(), /^Finishing one answer[^\n]*\n$/);
    },
  );
}
