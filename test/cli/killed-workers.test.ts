// kill -9 under load: what is in a worker is lost with it, and nothing else: nobody is refused, and every answer is counted.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../subjects.js';
import { ask } from './asked-admin.js';
import { eventually, serving, temporaryFolder } from './command.js';
import { clientsOf } from './counting-clients.js';

const kept = 8;

test('workers that are killed again and again take with them what was in them, and no count', {
  skip: process.platform !== 'linux' && 'who connects is refused where the parent hands out connections',
}, async (t) => {
  const folder = temporaryFolder(t);
  const [program, admin] = [join(folder, 'app.mjs'), join(folder, 'admin.sock')];
  writeFileSync(program, `export default (req, res) => res.end('hello');`);
  const options = ['--workers', '2', '--log', 'off', '--admin', `unix:${admin}`];
  const { port, stderr } = await serving(t, [program, ...options]);
  const readyPids = async (): Promise<number[]> => {
    const { workers } = JSON.parse((await ask(admin, '/status')).body) as {
      workers: { pid: number; state: string }[];
    };
    return workers.filter(({ state }) => state === 'ready').map(({ pid }) => pid);
  };
  const bothServe = async () => {
    await eventually(async () => (await readyPids()).length === 2);
    return readyPids();
  };
  const clients = await clientsOf(port, { kept });
  let killed = 0;
  const kill = async (pids: number[]) => {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    killed += pids.length;
    await until(() => stderr().split('started again at once.').length === killed + 1, 'their end');
    const before = clients.requests;
    await until(() => clients.requests > before + 50, 'answers of those after');
  };
  await kill((await bothServe()).slice(0, 1));
  // With both, nobody is left to accept: who connects waits for a successor.
  await kill(await bothServe());
  await clients.end();
  assert.equal(clients.refused, 0);
  const lost = Object.values(clients.lost).reduce((sum, count) => sum + count, 0);
  assert.ok(lost <= killed * kept, JSON.stringify(clients.lost));

  const counted = async () => {
    const { body } = await ask(admin, '/metrics');
    return Number(/^http_server_request_duration_seconds_count\{[^}]*\} (\d+)$/m.exec(body)?.[1]);
  };
  // The answers of a worker's last turn may have left before it counted them, or have been counted and not left.
  const slack = killed * kept;
  let count = 0;
  await eventually(async () => {
    count = await counted();
    return count >= clients.requests - slack;
  });
  assert.ok(count <= clients.requests + slack, `${count} of ${clients.requests}`);
  const { requests } = JSON.parse((await ask(admin, '/status')).body);
  assert.ok(Math.abs(requests - count) <= slack, `${requests}, ${count}`);
});
