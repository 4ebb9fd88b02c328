// What a program does in a worker that concerns its parent: what it says, hears and closes.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Command, serving, temporaryFolder } from './command.js';

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
  const { url, child } = await workers(
    t,
    `import http from 'node:http';
    import net from 'node:net';
    const given = net.createServer((socket) => process.send('yours', socket));
    http.createServer((req, res) => {
      const client = net.connect(given.address().port, '127.0.0.1').resume();
      client.once('close', () => res.end('closed'));
    }).listen(0, '127.0.0.1', () => given.listen(0, '127.0.0.1'));`,
  );
  assert.equal(await (await fetch(url)).text(), 'closed');
  assert.equal(child.exitCode, null);
});
