// `npm run faults:stops [-- CLIENT ...] [-- --stops N] [-- --clients N] [-- --after MS] [-- --grace MS]`: stops a server under load, again
// and again, and counts the requests that were lost: by SIGTERM and server.close(), with premier and with node:http, and by
// SIGTERM alone under the command.
import { on } from 'node:events';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, install } from '../../scripts/prepare.mjs';
import { startServer } from '../processes.mjs';
import { quietPort } from './quiet-port.mjs';
import { watchStandstill } from './standstill.mjs';
import { ab, agent, fresh, undici } from './stopping-clients.mjs';
import { haproxy } from './through-haproxy.mjs';

const clients = { undici, agent, fresh, ab, haproxy };

const { values, positionals } = parseArgs({
  options: {
    stops: { type: 'string', default: '10' },
    clients: { type: 'string', default: '200' },
    after: { type: 'string', default: '0' },
    grace: { type: 'string', default: '200' },
  },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in clients));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. Give some of: ${Object.keys(clients).join(', ')}.`);
  process.exit(2);
}
install();
build();

const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));
const serveWith = (module) => (port) => [fileOf('stopped-server.mjs'), module, values.grace, port];
const subjects = {
  'node:http': serveWith('node:http'),
  premier: serveWith('premier'),
  'the command': (port) => [fileOf('../../dist/cli/main.js'), fileOf('stopped-program.mjs'), '--port', port],
};
const path = Number(values.after) > 0 ? `/?after=${Number(values.after)}` : '/';

/** Milliseconds between the first requests and the stop, a little different each time. */
const before = (stop) => 100 + ((stop * 37) % 100);

/** Milliseconds after which a server that goes on serving its kept connections is killed. */
const patience = 8000;

/** The column of the longest time for which the clients had no turn. */
const stoodStill = 'clients stood still (ms)';

async function saysWarm(output) {
  for await (const [piece] of on(output, 'data')) if (String(piece).includes('warm')) return;
}

async function stopUnderLoad(client, subject, stop) {
  const server = await startServer([process.execPath, ...subjects[subject](String(await quietPort()))]);
  try {
    const warm = saysWarm(server.child.stdout);
    const standstill = watchStandstill();
    const load = client(server.port, Number(values.clients), path);
    await warm;
    await delay(before(stop));
    const ended = new Promise((resolve) => server.child.once('close', resolve));
    server.child.kill('SIGTERM');
    const isStuck = await Promise.race([ended.then(() => false), delay(patience).then(() => true)]);
    if (isStuck) server.child.kill('SIGKILL');
    return { ...(await load), isStuck, standstill: standstill() };
  } finally {
    await server.stop();
  }
}

for (const name of positionals.length > 0 ? positionals : Object.keys(clients)) {
  const rows = {};
  for (const subject of Object.keys(subjects)) {
    const total = { stops: 0, stuck: 0, answered: 0, lost: 0, [stoodStill]: 0, why: {} };
    for (let stop = 0; stop < Number(values.stops); stop++) {
      const outcome = await stopUnderLoad(clients[name], subject, stop);
      const { skipped, answered, lost, why, isStuck, standstill } = outcome;
      if (skipped) {
        total.why = skipped;
        break;
      }
      total.stops++;
      if (isStuck) total.stuck++;
      total.answered += answered;
      total.lost += lost;
      total[stoodStill] = Math.max(total[stoodStill], standstill);
      for (const [code, count] of Object.entries(why)) total.why[code] = (total.why[code] ?? 0) + count;
    }
    rows[subject] = { ...total, why: JSON.stringify(total.why) };
  }
  console.log(`\n${name}`);
  console.table(rows);
}
