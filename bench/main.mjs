// `npm run bench`: builds, then measures premier against node:http and the field, row by row. See `--help`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build, install } from '../scripts/prepare.mjs';
import { drawCharts } from './chart.mjs';
import { writeFigures } from './figures.mjs';
import { generator } from './load/flood.mjs';
import { measureRow } from './measure.mjs';
import { environment, header, rowText, table, writeDocs } from './report.mjs';
import { rows as allRows, selectRows } from './rows.mjs';
import { weigh, weightTable } from './weight.mjs';

const help = `npm run bench -- [options]

  --only ROW     only the rows whose id begins with ROW (may be given more than once)
  --node MAJOR   on this Node, 20 or 24, in place of the row's own
  --quick        1 round of 1 s: shows that all works, not how fast
  --rounds N     rounds, 3 without this
  --json FILE    write all figures to FILE
  --from FILE    measure nothing; take the figures from a file that --json wrote
  --write-docs   write the tables in docs/performance.md, the charts, and the figures in README.md and README.fr.md
  --draw         measure nothing; charts and figures again, from the tables in docs/performance.md
  --help

Rows: weight ${[...new Set(allRows.map(({ name, nodes }) => nodes.map((major) => `${name}@${major}`).join(' ')))].join(' ')}`;

function fail(message) {
  console.error(`${message}\nSee npm run bench -- --help.`);
  process.exit(1);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true },
        node: { type: 'string' },
        quick: { type: 'boolean' },
        rounds: { type: 'string' },
        json: { type: 'string' },
        from: { type: 'string' },
        'write-docs': { type: 'boolean' },
        draw: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    return fail(error.message);
  }
}

function plan({ only, node, quick, rounds = quick ? '1' : '3' }) {
  if (!/^[1-9]\d?$/.test(rounds)) fail(`--rounds ${rounds}: a number from 1 to 99 is wanted.`);
  if (node !== undefined && !['20', '24'].includes(node)) fail(`--node ${node}: 20 or 24 is wanted.`);
  const rows = selectRows({ only, node: node && Number(node) });
  const weight = only === undefined || only.some((word) => 'weight'.startsWith(word));
  if (rows.length === 0 && !weight) fail(`--only ${only.join(', ')}: no such row.`);
  return { rows, weight, rounds: Number(rounds), warm: quick ? 1 : 2, seconds: quick ? 1 : 5 };
}

/** Measures each row of the plan, and prints it when it is done. */
async function measure({ rows, weight, rounds, warm, seconds }) {
  if (generator !== 'wrk') {
    console.log(
      'wrk is not installed (Debian: apt-get install wrk). Autocannon makes the load, and is itself slower than the\n' +
        'fastest servers here: compare the CPU time of a request, not requests per second.\n',
    );
  }
  const results = {
    environment: environment(new Set(rows.map(({ major }) => major))),
    rounds,
    warm,
    seconds,
  };
  const turns = rows.reduce((sum, { contenders }) => sum + contenders.length, 0) * rounds;
  const minutes = Math.ceil((turns * (warm + seconds + 1)) / 60);
  console.log(`${header(results).join('\n')}\nthis takes about ${minutes} min\n`);
  results.rows = [];
  results.failures = [];
  for (const row of rows) {
    try {
      const measured = await measureRow(row, { rounds, warm, seconds });
      results.rows.push(measured);
      console.log(`${rowText(measured)}\n`);
      if (measured.differs) results.failures.push(`${row.id}: premier's answer is not node:http's`);
    } catch (error) {
      results.failures.push(`${row.id}: ${error.message}`);
      console.log(`${row.id}  ${row.title}\n  FAILED: ${error.message}\n`);
    }
  }
  if (weight) results.weight = weigh({ rounds });
  for (const { title, verdict } of results.weight ?? []) {
    if (verdict !== 'kept') results.failures.push(`weight: ${title} is over its bound`);
  }
  return results;
}

const asked = options();
if (asked.help) {
  console.log(help);
  process.exit();
}
if (asked.draw) {
  drawCharts();
  writeFigures();
  process.exit();
}
const planned = plan(asked);
if (asked['write-docs'] && (asked.only || asked.quick)) fail('--write-docs wants all rows, without --quick.');
if (asked.from && !existsSync(asked.from)) fail(`--from ${asked.from}: there is no such file.`);

install();
build();
install('bench');
const results = asked.from ? JSON.parse(readFileSync(asked.from, 'utf8')) : await measure(planned);

if (results.rows.length > 0) console.log(table(results.rows));
if (results.weight) console.log(`\n${weightTable(results.weight)}`);
if (asked.json) writeFileSync(asked.json, `${JSON.stringify(results, null, 2)}\n`);
if (asked['write-docs']) {
  writeDocs(results);
  drawCharts();
  writeFigures();
}
if (results.failures.length > 0) {
  console.error(`\n${results.failures.join('\n')}`);
  process.exit(1);
}
