// `npm run faults [-- NAME ...] [-- --quick] [-- --seconds N]`: does to premier and to node:http what hostile networks do,
// and prints what it cost: memory, latency of good clients, and what was left behind.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, install } from '../../scripts/prepare.mjs';
import { startServer } from '../processes.mjs';
import * as scenarios from './scenarios.mjs';

const all = {
  idle: scenarios.idleConnections,
  'slow-headers': scenarios.slowHeaders,
  'slow-bodies': scenarios.slowBodies,
  resets: scenarios.resets,
  descriptors: scenarios.descriptors,
  soak: scenarios.soak,
};

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, seconds: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in all));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. Give some of: ${Object.keys(all).join(', ')}.`);
  process.exit(2);
}
install();
build();

const seconds = Number(values.seconds ?? (values.quick ? 5 : 20));
const size = { seconds, connections: values.quick ? 500 : 2000 };
const chosen = positionals.length > 0 ? positionals : Object.keys(all).filter((name) => name !== 'soak');
const server = fileURLToPath(new URL('server.mjs', import.meta.url));

/** A server with few descriptors, where that is what is tried. */
function command(name, module) {
  const node = [process.execPath, '--expose-gc', server, module];
  return name === 'descriptors' ? ['sh', '-c', 'ulimit -n 200 && exec "$@"', 'sh', ...node] : node;
}

for (const name of chosen) {
  const rows = {};
  for (const module of ['node:http', 'premier']) {
    const started = await startServer(command(name, module), { ipc: true });
    try {
      const connections = name === 'idle' && !values.quick ? 5 * size.connections : size.connections;
      rows[module] = await all[name](started, { ...size, connections });
    } finally {
      await started.stop();
    }
  }
  console.log(`\n${name}`);
  console.table(rows);
}
