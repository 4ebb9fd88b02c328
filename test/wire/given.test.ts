// The wire cases that were given with the project, on the built package: plain, and over TLS.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tunnelTo } from './tls-tunnel.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const given = fileURLToPath(new URL('../../../shared/wire/', import.meta.url));
const absent = existsSync(`${given}run.mjs`) ? false : 'the folder ../shared/wire is not there';

/** This Node, and another one where the environment names its binary. */
const nodes = [process.execPath, process.env.PREMIER_NODE24].filter((path) => path !== undefined);

async function listen(node: string, module: string): Promise<[server: ChildProcess, port: number]> {
  const server = spawn(node, [`${given}echo.mjs`, '--module', module], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(server.stdout), 'line');
  return [server, Number(/^ready (\d+)$/.exec(line)?.[1])];
}

async function runCases(port: number): Promise<void> {
  const runner = spawn(process.execPath, [
    `${given}run.mjs`,
    ...['--port', String(port), '--timeout', '20000', '--concurrency', '4'],
  ]);
  let output = '';
  runner.stdout.on('data', (data) => {
    output += data;
  });
  const [code] = await once(runner, 'close');
  assert.equal(code, 0, output);
  assert.match(output, /\n?[1-9]\d* passed, 0 failed/);
}

for (const node of nodes) {
  const where = node === process.execPath ? '' : ` on ${node}`;

  test(`the given cases pass${where}`, { skip: absent }, async () => {
    const [server, port] = await listen(node, './dist/index.js');
    try {
      await runCases(port);
    } finally {
      server.kill();
    }
  });

  test(`the given cases pass over TLS${where}`, { skip: absent }, async () => {
    const [server, port] = await listen(node, './build/wire/secure-module.js');
    const tunnel = await tunnelTo(port);
    try {
      await runCases(tunnel.port);
    } finally {
      await tunnel.close();
      server.kill();
    }
  });
}
