// --socket-mode: who may connect to a socket of the file system.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, start, temporaryFolder } from './command.js';
import { type Outcome, outcomesOf } from './command-lines.js';

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}

const posix = { skip: process.platform === 'win32' };

for (const args of [[], ['--workers', '2']]) {
  test(
    `a socket has the mode asked for, also in the place of one that was left (${args.join(' ') || 'one process'})`,
    posix,
    async (t) => {
      const folder = temporaryFolder(t);
      writeFileSync(join(folder, 'index.html'), 'hello');
      const path = join(folder, 'served.sock');
      for (const mode of ['600', '0666']) {
        const options = ['--host', `unix:${path}`, '--socket-mode', mode, '--log', 'off', ...args];
        const { child, printed, ended } = start(t, [folder, ...options]);
        await printed(folder);
        assert.equal((statSync(path).mode & 0o777).toString(8), String(Number(mode)));
        const req = get({ socketPath: path, agent: false, headers: { host: 'localhost' } });
        const [res] = await once(req, 'response');
        assert.equal(res.statusCode, 200);
        res.resume();
        child.kill('SIGKILL');
        await ended;
        // Workers whose parent is gone go on for a moment.
        await eventually(async () => !(await isAnswered(path)));
      }
    },
  );
}

test('a mode that is none, or of nothing, is refused', async (t) => {
  const refused: [args: string[], problem: RegExp][] = [
    [['--host=unix:/tmp/x', '--socket-mode=rw'], /three octal digits as for chmod, such as 660, not "rw"/],
    [['--host=unix:/tmp/x', '--socket-mode=888'], /three octal digits/],
    [['--host=unix:/tmp/x', '--socket-mode=4755'], /three octal digits/],
    [['--socket-mode=660'], /--socket-mode is for a socket\. Give --host unix:PATH as well\./],
    [['--socket-mode=660', '--lang=fr'], /Donnez aussi --host unix:CHEMIN\./],
  ];
  const folder = temporaryFolder(t);
  const outcomes = await outcomesOf(
    t,
    refused.map(([args]) => [folder, ...args]),
  );
  for (const [index, [args, problem]] of refused.entries()) {
    const { code, stderr } = outcomes[index] as Outcome;
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, problem);
  }
});
