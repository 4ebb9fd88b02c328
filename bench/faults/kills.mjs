// `npm run faults:kills [-- --seconds N] [-- --clients N]`: kills a worker by SIGKILL each second, under clients that keep their
// connections and clients that don't. In: nothing. Out: what was lost, beside what was in the workers; what the clients were
// answered, beside what the metrics say. Ends with code 1 where more was lost, or the two differ by more, than was in them.
import { spawn } from 'node:child_process';
import { on } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build, install, root } from '../../scripts/prepare.mjs';
import { CountingClients } from '../load/counting-clients.mjs';

const help = `npm run faults:kills -- [options]

  --seconds N   for so long, with a kill each second (60)
  --clients N   so many that keep their connection, and so many that don't (100)`;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: 'string', default: '60' },
        clients: { type: 'string', default: '100' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(help);
      process.exit();
    }
    return { seconds: Number(values.seconds), count: Number(values.clients) };
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    return process.exit(2);
  }
}

const { seconds, count } = options();
if (process.platform !== 'linux') {
  console.error(
    'Nothing can be said: elsewhere than on Linux the parent hands out connections, and some wait in it.',
  );
  process.exit(2);
}
install();
build();

const folder = mkdtempSync(join(tmpdir(), 'premier-kills-'));
const [program, admin] = [join(folder, 'app.mjs'), join(folder, 'admin.sock')];
writeFileSync(program, `export default (req, res) => res.end('hello');`);
const args = [program, '--workers', '2', '--port', '0', '--log', 'off', '--admin', `unix:${admin}`];
const service = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
  stdio: ['ignore', 'pipe', 'ignore'],
  env: { ...process.env, LANG: 'C' },
});
process.on('exit', () => {
  service.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function portOf(output) {
  for await (const [piece] of on(output, 'data')) {
    const port = /:(\d+)\//.exec(String(piece))?.[1];
    if (port !== undefined) return Number(port);
  }
}

async function ask(path) {
  const [res] = await new Promise((resolve, reject) =>
    http.get({ socketPath: admin, path, agent: false }, (...got) => resolve(got)).on('error', reject),
  );
  return text(res);
}

async function counted() {
  const lines = (await ask('/metrics')).matchAll(
    /^http_server_request_duration_seconds_count\{[^}]*\} (\d+)$/gm,
  );
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

const port = await portOf(service.stdout);
const clients = new CountingClients({ port, host: '127.0.0.1' }, { kept: count, short: count, pause: 20 });
await delay(1000);
let killed = 0;
let inThem = 0;
for (let second = 0; second < seconds; second++) {
  const { workers } = JSON.parse(await ask('/status'));
  const ready = workers.filter(({ state }) => state === 'ready');
  const worker = ready[second % ready.length];
  if (worker !== undefined) {
    process.kill(worker.pid, 'SIGKILL');
    killed++;
    // No connection has more than one request in a worker.
    inThem += 2 * count;
  }
  await delay(1000);
}
await clients.end();
// A worker tells each second what it has counted.
await delay(2500);
const { requests: answered, lostCount: lost, refused } = clients;
const metrics = await counted();
const { requests: status, workers } = JSON.parse(await ask('/status'));
console.log(`Node ${process.version}; ${count} kept, ${count} short-lived, ${seconds} s, two workers`);
console.table([{ killed, answered, lost, refused, metrics, status, serving: workers.length }]);
console.log(clients.lost);
const isTrue = lost <= inThem && refused === 0 && Math.abs(metrics - answered) <= lost;
process.exitCode = isTrue ? 0 : 1;
process.exit();
