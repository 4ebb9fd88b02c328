// `npm run bench:profile`: whose code a server's processor time goes to while a row of the bench loads it. See `--help`.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build, install } from '../scripts/prepare.mjs';
import { contenders } from './contenders.mjs';
import { kinds } from './measure.mjs';
import { has, processorTime, startServer } from './processes.mjs';
import { loadedAs, selectRows } from './rows.mjs';
import { countSamples, parties } from './whose-time.mjs';

const help = `npm run bench:profile -- [options]

  --rows A,B      only the rows whose id begins with one of these words
  --of NAME       the contender whose time it is: node, http2, or premier, which it is without this
  --seconds N     how long each is sampled, 5 without this
  --functions N   the N functions of each party that take most
  --help

Prints microseconds of processor time for each request, by party. Needs Linux and perf (Debian: linux-perf).`;

function fail(message) {
  console.error(`${message}\nSee npm run bench:profile -- --help.`);
  process.exit(1);
}

function options() {
  try {
    return parseArgs({
      options: {
        rows: { type: 'string' },
        of: { type: 'string', default: 'premier' },
        seconds: { type: 'string', default: '5' },
        functions: { type: 'string', default: '0' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return fail(error.message);
  }
}

const asked = options();
if (asked.help) {
  console.log(help);
  process.exit();
}
if (!has('perf')) fail('perf is not installed (Debian: apt-get install linux-perf).');
const seconds = Number(asked.seconds);
const rows = selectRows({ only: asked.rows?.split(',') })
  .map((row) => loadedAs(row, asked.of))
  .filter(({ contenders: names, load }) => names.includes(asked.of) && kinds[load.kind].per !== undefined);
if (rows.length === 0) fail(`--rows ${asked.rows}, --of ${asked.of}: there is no such row.`);
install();
build();

/** Samples a process while it is loaded; resolves to { samples, parties, each }, `each` in µs for each request. */
async function profile(row) {
  const [node, ...args] = contenders[asked.of].command(row);
  const server = await startServer([node, '--perf-basic-prof', ...args]);
  const folder = mkdtempSync(join(tmpdir(), 'premier-profile-'));
  const file = join(folder, 'perf.data');
  const load = (length) =>
    kinds[row.load.kind].run({
      server,
      port: server.port,
      secure: row.secure,
      load: row.load,
      seconds: length,
    });
  try {
    await load(3);
    const before = processorTime(server.pid);
    const perf = spawn('perf', ['record', '-e', 'cpu-clock', '-F', '1999', '-p', server.pid, '-o', file], {
      stdio: 'ignore',
    });
    const { operations } = await load(seconds);
    const each = ((processorTime(server.pid) - before) * 1e6) / operations;
    perf.kill('SIGINT');
    await once(perf, 'close');
    const limit = { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'ignore'] };
    return { each, ...countSamples(execFileSync('perf', ['script', '-i', file, '-F', 'ip,sym,dso'], limit)) };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
    rmSync(join(tmpdir(), `perf-${server.pid}.map`), { force: true });
  }
}

const cells = (list) => `| ${list.join(' | ')} |`;
console.log(cells([`processor time of ${asked.of}, µs a request`, 'all', ...parties]));
console.log(cells(['---', ...Array(parties.length + 1).fill('---:')]));
for (const row of rows) {
  const { samples, each, parties: counted } = await profile(row);
  const time = (part) => ((each * part) / samples).toFixed(each < 100 ? 1 : 0);
  console.log(
    cells([
      `${row.title}, Node ${row.major}`,
      time(samples),
      ...parties.map((party) => time(counted[party].samples)),
    ]),
  );
  if (asked.functions === '0') continue;
  for (const party of parties) {
    const most = Object.entries(counted[party].functions).sort(([, a], [, b]) => b - a);
    for (const [name, part] of most.slice(0, Number(asked.functions)))
      console.log(`  ${time(part)}  ${party}: ${name}`);
  }
}
