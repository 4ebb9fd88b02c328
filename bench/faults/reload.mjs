// `npm run reload [-- WORD ...] [-- --reloads N] [-- --stops N] [-- --clients N] [-- --quick]`: how many requests are lost while a server
// is reloaded and stopped, under clients that keep their connections and clients that don't. In: nothing. Out: a table.
// Words choose the rows whose name contains one of them. Each request without a whole answer counts, and in a reload each connection that nobody took.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build, install, root } from '../../scripts/prepare.mjs';
import { CountingClients } from '../load/counting-clients.mjs';
import { FetchClients, NodeClients } from '../load/library-clients.mjs';
import { has, runLoad } from '../processes.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reloads: { type: 'string' },
    stops: { type: 'string' },
    clients: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const reloads = Number(values.reloads ?? (values.quick ? 3 : 20));
const stops = Number(values.stops ?? (values.quick ? 2 : 20));
const clients = Number(values.clients ?? (values.quick ? 40 : 200));

install();
build();

const folder = mkdtempSync(join(tmpdir(), 'premier-reload-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const command = join(root, 'dist', 'cli', 'main.js');
const program = join(folder, 'app.mjs');
writeFileSync(program, `export default (req, res) => res.end('hello');`);
const clustered = join(folder, 'cluster.mjs');
writeFileSync(clustered, clusterProgram());
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>hello</title>');
const tls = certificate();

/** What is reloaded: how it is started, and how one knows that a reload is over. */
const contenders = {
  'premier, program': { args: [command, program, '--workers', '2'], reloaded: /all workers were replaced/g },
  'premier, folder': { args: [command, folder, '--workers', '2'], reloaded: /all workers were replaced/g },
  ...(tls && {
    'premier, program, TLS': {
      args: [command, program, '--workers', '2', '--tls-cert', tls.cert, '--tls-key', tls.key],
      reloaded: /all workers were replaced/g,
      secure: true,
    },
  }),
  'node:cluster, close()': { args: [clustered], reloaded: /reloaded/g },
};

/** The usual way: fork one, wait until it listens, disconnect the one before. */
function clusterProgram() {
  return `import cluster from 'node:cluster';
import http from 'node:http';
if (cluster.isPrimary) {
  cluster.on('fork', (worker) => worker.on('error', () => {}));
  let listening = 0;
  cluster.on('listening', (worker, { port }) => { if (++listening === 2) console.log('http://localhost:' + port + '/'); });
  cluster.fork(); cluster.fork();
  process.on('SIGHUP', async () => {
    for (const before of Object.values(cluster.workers)) {
      await new Promise((resolve) => cluster.fork().once('listening', resolve));
      if (before.isConnected()) before.send('stop');
    }
    console.log('reloaded');
  });
  process.on('SIGTERM', () => { for (const worker of Object.values(cluster.workers)) if (worker.isConnected()) worker.send('stop'); });
} else {
  const server = http.createServer((req, res) => res.end('hello')).listen(0, '127.0.0.1');
  process.on('message', () => server.close(() => process.exit()));
}`;
}

function certificate() {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=localhost', '-keyout', key, '-out', cert];
  const { status } = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    ...names,
  ]);
  return status === 0 ? { key, cert } : undefined;
}

async function startServer({ args }) {
  const child = spawn(
    process.execPath,
    args[0] === command ? [...args, '--port', '0', '--log', 'off'] : args,
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, LANG: 'C' },
    },
  );
  process.once('exit', () => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    child.emit('printed');
  });
  const printed = async (pattern, times = 1) => {
    while ((output.match(pattern) ?? []).length < times) await once(child, 'printed');
  };
  await printed(/:\d+\//g);
  return { child, printed, port: Number(/:(\d+)\//.exec(output)[1]) };
}

function clientsFor({ port, secure }) {
  const where = { port, host: '127.0.0.1', secure };
  return {
    'kept sockets': new CountingClients(where, { kept: clients, pause: 20 }),
    'short sockets': new CountingClients(where, { short: clients, pause: 20 }),
    'node agents': new NodeClients(where, { count: Math.ceil(clients / 4), pause: 20 }),
    ...(!secure && { fetch: new FetchClients(where, { count: Math.ceil(clients / 4), pause: 20 }) }),
  };
}

const lostOf = (all, refusedCounts) =>
  Object.entries(all)
    .map(([name, group]) => [
      name,
      { ...group.lost, ...(refusedCounts && group.refused > 0 && { refused: group.refused }) },
    ])
    .filter(([, lost]) => Object.keys(lost).length > 0)
    .map(
      ([name, lost]) =>
        `${name}: ${Object.entries(lost)
          .map(([why, count]) => `${count} ${why}`)
          .join(', ')}`,
    )
    .join('; ') || '0';
const requestsOf = (all) => Object.values(all).reduce((sum, { requests }) => sum + requests, 0);

/** wrk beside the others, where it is installed: what it could not read or send. */
async function wrkErrors({ port, secure }, seconds) {
  if (!has('wrk')) return 'not installed';
  const output = await runLoad(
    ['wrk', '-t1', '-c20', `-d${seconds}`, `${secure ? 'https' : 'http'}://127.0.0.1:${port}/`],
    seconds + 30,
  );
  const [, connect, read, write] = /connect (\d+), read (\d+), write (\d+)/.exec(output) ?? [];
  return connect === undefined ? '0' : `connect ${connect}, read ${read}, write ${write}`;
}

const rows = {};
for (const [name, contender] of Object.entries(contenders)) {
  if (positionals.length > 0 && !positionals.some((word) => name.includes(word))) continue;
  const server = await startServer(contender);
  const where = { ...server, secure: contender.secure };
  const all = clientsFor(where);
  await delay(1000);
  for (let times = 1; times <= reloads; times++) {
    server.child.kill('SIGHUP');
    await server.printed(contender.reloaded, times);
  }
  const wrk = wrkErrors(where, 5);
  await delay(500);
  server.child.kill('SIGHUP');
  await server.printed(contender.reloaded, reloads + 1);
  const wrkLost = await wrk;
  await delay(1000);
  await Promise.all(Object.values(all).map((group) => group.end()));
  server.child.kill('SIGTERM');
  if (server.child.exitCode === null) await once(server.child, 'exit');
  rows[`${name}, ${reloads} reloads`] = { requests: requestsOf(all), lost: lostOf(all, true), wrk: wrkLost };

  let requests = 0;
  const lost = [];
  for (let times = 0; times < stops; times++) {
    const stopped = await startServer(contender);
    const group = clientsFor({ ...stopped, secure: contender.secure });
    await delay(500);
    stopped.child.kill('SIGTERM');
    if (stopped.child.exitCode === null) await once(stopped.child, 'exit');
    await Promise.all(Object.values(group).map((some) => some.end()));
    requests += requestsOf(group);
    const what = lostOf(group, false);
    if (what !== '0') lost.push(what);
  }
  rows[`${name}, ${stops} stops`] = { requests, lost: lost.join(' | ') || '0', wrk: '' };
  console.error(`${name}: done`);
}
console.log(
  `\nNode ${process.version}; ${clients} kept, ${clients} short-lived, ${Math.ceil(clients / 4)} of node:http and of fetch`,
);
console.table(rows);
process.exit();
