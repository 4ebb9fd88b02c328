// wrk through HAProxy, which keeps connections to the server and tells what became of each request: wrk can't tell a request
// that was lost from a server that is gone, and HAProxy counts them apart.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { has, runLoad, startServer } from '../processes.mjs';
import { quietPort } from './quiet-port.mjs';

const configuration = (port, front, statistics) => `
global
  stats socket ${statistics}
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
  retries 0
listen servers
  bind 127.0.0.1:${front}
  http-reuse always
  server one 127.0.0.1:${port}
`;

/** The counters of the server behind HAProxy, by name. */
async function countersAt(path) {
  const socket = net.connect(path);
  socket.end('show stat\n');
  const [names, ...rows] = (await text(socket)).replace(/^# /, '').trim().split('\n');
  const row = rows.find((line) => line.startsWith('servers,one,')).split(',');
  return Object.fromEntries(names.split(',').map((name, place) => [name, row[place]]));
}

/** What was lost: connections that were made and ended without an answer. Those that weren't made are no loss. */
export async function haproxy(port, width, path) {
  if (!has('haproxy') || !has('wrk')) return { skipped: 'haproxy or wrk is not installed' };
  const folder = mkdtempSync(join(tmpdir(), 'premier-stops-'));
  const front = await quietPort();
  const statistics = join(folder, 'statistics');
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration(port, front, statistics));
  const proxy = await startServer(['sh', '-c', `echo ${front}; exec haproxy -db -f ${file} 2>/dev/null`]);
  try {
    while (!existsSync(statistics)) await delay(20);
    await runLoad(['sh', '-c', `wrk -t 1 -c ${width} -d 3 http://127.0.0.1:${front}${path}; true`], 30);
    const { hrsp_2xx: answered, eresp } = await countersAt(statistics);
    const lost = Number(eresp);
    return { answered: Number(answered), lost, why: lost > 0 ? { 'no answer': lost } : {} };
  } finally {
    await proxy.stop();
    rmSync(folder, { recursive: true });
  }
}
