// The command behind balancers and proxies: whom it believes, who has to speak the PROXY protocol, how long it keeps what
// is idle.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { serving, temporaryFolder } from './command.js';
import { type Outcome, outcomesOf } from './command-lines.js';

/** A program that exports a handler, and one that makes its server by itself. */
const programs = {
  exports: 'export default (req, res) => res.end(req.socket.remoteAddress);',
  listens: `import http from 'node:http';
    http.createServer((req, res) => res.end(req.socket.remoteAddress)).listen(process.env.PORT, '127.0.0.1');`,
};

function program(t: TestContext, text: string): string {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(file, text);
  return file;
}

async function asked(port: number, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response] = await once(get({ port, host: '127.0.0.1', headers, agent: false }), 'response');
  response.resume();
  return response;
}

for (const [kind, text] of Object.entries(programs)) {
  test(`the log of a program that ${kind} has the client that a trusted peer names`, async (t) => {
    const args = [program(t, text), '--log', 'json', '--trust-proxy', 'loopback'];
    const { port, printed, stdout } = await serving(t, args);
    await asked(port, { 'X-Forwarded-For': '192.0.2.1', 'X-Request-Id': 'id-1' });
    await printed(/"id":"id-1"/);
    assert.match(stdout(), /"remote":"192\.0\.2\.1"/);
  });

  test(`a program that ${kind} sees the client that the PROXY protocol names`, async (t) => {
    const args = [program(t, text), '--proxy-protocol', '127.0.0.1,::1'];
    const { port } = await serving(t, args);
    const socket = net.connect(port, '127.0.0.1');
    socket.end('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.0\r\n\r\n');
    assert.match(Buffer.concat(await socket.toArray()).toString(), /192\.0\.2\.1$/);
  });

  test(`what is idle is kept longer than a balancer does, also by a program that ${kind}`, async (t) => {
    const { port } = await serving(t, [program(t, text), '--behind-proxy']);
    assert.equal((await asked(port, { Connection: 'keep-alive' })).headers['keep-alive'], 'timeout=80');
  });
}

test('a program that says how long it keeps what is idle is left alone', async (t) => {
  const text = programs.listens.replace('createServer(', 'createServer({ keepAliveTimeout: 3000 }, ');
  const { port } = await serving(t, [program(t, text), '--behind-proxy']);
  assert.equal((await asked(port, { Connection: 'keep-alive' })).headers['keep-alive'], 'timeout=3');
});

test('the log tells of who does not speak for a client, and not of who only looks whether somebody listens', async (t) => {
  const args = [temporaryFolder(t), '--proxy-protocol', '127.0.0.1', '--host', '127.0.0.1', '--log', 'json'];
  const { port, printed, stdout } = await serving(t, args);
  for (const text of ['', 'GET / HTTP/1.1\r\n\r\n']) {
    const socket = net.connect(port, '127.0.0.1');
    socket.end(text);
    await once(socket.resume(), 'close');
  }
  await printed(/^\{/m);
  const lines = stdout().match(/^\{.*$/gm) ?? [];
  assert.equal(lines.length, 1);
  const { refusal, status, remote, method } = JSON.parse(lines[0] as string);
  assert.deepEqual([refusal, status, remote, method], ['ERR_PROXY_PROTOCOL', 0, '127.0.0.1', '-']);
});

test('the log tells of a stranger', async (t) => {
  const { port, printed } = await serving(t, [temporaryFolder(t), '--proxy-protocol', '192.0.2.0/24']);
  net.connect(port, '127.0.0.1').on('error', () => {});
  await printed(/^- - 0 0 B 0\.0 ms ERR_PROXY_PROTOCOL$/m);
});

test('what names no proxies is refused with the option, the value and what would do', async (t) => {
  const values = ['everybody', '10.0.0.0/33', '10.0.0.1,,10.0.0.2'];
  const cases = ['--trust-proxy', '--proxy-protocol'].flatMap((option) =>
    values.map((value) => [option, value] as const),
  );
  const folder = temporaryFolder(t);
  const outcomes = await outcomesOf(
    t,
    cases.map((words) => [folder, ...words]),
  );
  for (const [index, [option, value]] of cases.entries()) {
    const { code, stderr } = outcomes[index] as Outcome;
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`^premier: ${option} must be .*10\\.0\\.0\\.0/8.*"${value}"\\.`));
  }
});
