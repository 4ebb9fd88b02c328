// Ctrl-C and SIGTERM: answers under way are finished, nothing idle holds the server, a second signal ends it at once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { serving, temporaryFolder } from './command.js';

/** A server with an answer that waits for another request before it ends. */
async function holding(t: TestContext) {
  const folder = temporaryFolder(t);
  const program = join(folder, 'app.mjs');
  writeFileSync(
    program,
    `let held;
    export default (req, res) => {
      if (req.url === '/hold') { res.write('begun'); held = res; process.once('SIGUSR2', () => res.end(' and ended')); }
      else res.end('hello');
    };`,
  );
  return serving(t, [program, '--log', 'off']);
}

const answerTo = async (url: string, agent?: Agent): Promise<IncomingMessage> => {
  const [res] = await once(get(url, { agent: agent ?? false }), 'response');
  return res as IncomingMessage;
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} lets an answer under way finish, refuses new connections, and ends with code 0`, async (t) => {
    const { url, port, child, ended, printed } = await holding(t);
    const res = await answerTo(`${url}hold`);
    child.kill(signal);
    await printed(/^Finishing one answer/, 'stderr');
    const refused = connect(port, '127.0.0.1');
    const [error] = await once(refused, 'error');
    assert.equal(error.code, 'ECONNREFUSED');
    child.kill('SIGUSR2');
    assert.equal(Buffer.concat(await res.toArray()).toString(), 'begun and ended');
    assert.equal(await ended, 0);
  });
}

for (const [first, second] of [
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGTERM'],
] as const) {
  test(`${second} right after ${first}, as when a group and its child are signalled, still stops gracefully`, async (t) => {
    const { url, child, ended, printed } = await holding(t);
    const res = await answerTo(`${url}hold`);
    child.kill(first);
    child.kill(second);
    await printed(/^Finishing one answer/, 'stderr');
    child.kill('SIGUSR2');
    assert.equal(Buffer.concat(await res.toArray()).toString(), 'begun and ended');
    assert.equal(await ended, 0);
  });
}

test('what is not finished after --stop-after is cut, told of, logged, and no failure', async (t) => {
  const folder = temporaryFolder(t);
  const answers = `(req, res) => { res.write('begun'); }`;
  const upgrade = `.on('upgrade', (req, socket) => socket.write('HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n'))`;
  const programs = {
    'handler.mjs': `export default ${answers};`,
    'server.mjs': `import http from 'node:http'; export default http.createServer(${answers})${upgrade};`,
    'listening.cjs': `require('node:http').createServer(${answers})${upgrade}.listen(0);`,
  };
  for (const [name, code] of Object.entries(programs)) {
    writeFileSync(join(folder, name), code);
    const { port, child, ended, stdout, stderr } = await serving(t, [
      join(folder, name),
      '--stop-after',
      '0.4',
    ]);
    const heads = ['', ...(name === 'handler.mjs' ? [] : ['Connection: Upgrade\r\nUpgrade: x\r\n'])];
    const sockets = heads.map((head) => {
      const socket = connect(port, name === 'handler.mjs' ? '127.0.0.1' : 'localhost').on('error', () => {});
      socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${head}\r\n`);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    const cut = Promise.all(sockets.map((socket) => once(socket, 'close')));
    child.kill('SIGTERM');
    assert.equal(await ended, 0, name);
    const count = heads.length === 1 ? '1 connection' : '2 connections';
    assert.match(
      stderr(),
      new RegExp(`^Cut ${count}: not finished after 0\\.4 s \\(--stop-after\\)\\.$`, 'm'),
    );
    assert.match(stdout(), /^GET \/ 200 5 B .*aborted$/m);
    await cut;
  }
});

test('a client that never reads does not keep a folder’s server', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'big.bin'), Buffer.alloc(30_000_000));
  const { port, child, ended, stderr } = await serving(t, [folder, '--stop-after=0.4', '--log', 'off']);
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  t.after(() => socket.destroy());
  socket.write('GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'readable');
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.match(stderr(), /^Cut 1 connection: /m);
});

test('the command leaves it to the server when idle connections end', async (t) => {
  const program = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(
    program,
    `import http from 'node:http';
    const server = http.createServer((req, res) => { res.write('begun'); process.once('SIGUSR2', () => res.end()); });
    let sweeps = 0;
    server.closeIdleConnections = () => { sweeps++; };
    process.on('exit', () => console.log('sweeps: ' + sweeps));
    export default server;`,
  );
  const { url, child, ended, printed, stdout } = await serving(t, [program, '--log', 'off']);
  const res = await answerTo(url);
  child.kill('SIGTERM');
  await printed(/^Finishing one answer/, 'stderr');
  child.kill('SIGUSR2');
  await res.toArray();
  assert.equal(await ended, 0);
  // close() itself may call it, on each of its addresses.
  assert.match(stdout(), /^sweeps: [012]$/m);
});

test('a second signal ends at once, with code 1', async (t) => {
  const { url, child, ended, printed } = await holding(t);
  const res = await answerTo(`${url}hold`);
  child.kill('SIGTERM');
  await printed(/^Finishing one answer/, 'stderr');
  child.kill('SIGTERM');
  assert.equal(await ended, 1);
  await assert.rejects(res.toArray(), { code: 'ECONNRESET' });
});

test('an answer that begins after the signal tells its client that it is the last', async (t) => {
  const program = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(
    program,
    `export default (req, res) => { console.log('asked'); process.once('SIGUSR2', () => res.end('ended')); };`,
  );
  const { url, child, ended, printed } = await serving(t, [program, '--log', 'off']);
  const answer = answerTo(url, new Agent({ keepAlive: true }));
  await printed('asked');
  child.kill('SIGTERM');
  await printed(/^Finishing one answer/, 'stderr');
  child.kill('SIGUSR2');
  const res = await answer;
  assert.equal(res.headers.connection, 'close');
  assert.equal(Buffer.concat(await res.toArray()).toString(), 'ended');
  assert.equal(await ended, 0);
});

test('connections that wait for nothing do not hold the server', async (t) => {
  const { url, port, child, ended, stderr } = await holding(t);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  (await answerTo(url, agent)).resume();
  const silent = connect(port, '127.0.0.1').on('error', () => {});
  await once(silent, 'connect');
  // A second answer shows that the server has seen the silent connection too.
  await (await answerTo(url)).toArray();
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.equal(stderr(), '');
  silent.destroy();
});

test('a download that a client reads slowly is finished', async (t) => {
  const folder = temporaryFolder(t);
  const size = 30_000_000;
  writeFileSync(join(folder, 'big.bin'), Buffer.alloc(size));
  const { url, child, ended, printed } = await serving(t, [folder, '--log', 'off']);
  const res = await answerTo(`${url}big.bin`);
  await once(res, 'readable');
  child.kill('SIGTERM');
  await printed(/^Finishing one answer/, 'stderr');
  let received = 0;
  for await (const chunk of res) received += chunk.length;
  assert.equal(received, size);
  assert.equal(await ended, 0);
});
