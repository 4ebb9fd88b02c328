// `npm run bench`: builds, then measures premier against node:http and the field, or against another commit, row by row.
// See `--help`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build, install } from '../scripts/prepare.mjs';
import { buildCommit } from './against.mjs';
import { measuredAnew } from './anew.mjs';
import { drawCharts } from './chart.mjs';
import { contenders, formerPremier } from './contenders.mjs';
import { writeFigures } from './figures.mjs';
import { generator } from './load/flood.mjs';
import { measureRow } from './measure.mjs';
import { environment, header, rowText, table, writeDocs } from './report.mjs';
import { rows as allRows, selectRows } from './rows.mjs';
import { weigh, weightTable } from './weight.mjs';

const help = `npm run bench -- [options]

  --rows A,B         only the rows whose id begins with one of these words
  --against COMMIT   beside premier at another commit, which is built, and not beside node:http
  --node MAJOR       on this Node, 20 or 24, in place of the row's own
  --pairs N          how many times fresh processes are started, 5 without this
  --slices N         how often each of them is loaded for a second, 6 without this
  --quick            1 pair, 1 slice: shows that all works, not how fast
  --json FILE        write all figures to FILE
  --from FILE        measure nothing; take the figures from a file that --json wrote; with --rows those are measured anew, as
                     often as the others were, and the figures say when
  --write-docs       write the tables in docs/performance.md, the charts, and the figures in README.md and README.fr.md
  --draw             measure nothing; charts and figures again, from the tables in docs/performance.md
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
        rows: { type: 'string' },
        against: { type: 'string' },
        node: { type: 'string' },
        pairs: { type: 'string' },
        slices: { type: 'string' },
        quick: { type: 'boolean' },
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

function plan({ rows: asked, against, node, quick, pairs = quick ? '1' : '5', slices = quick ? '1' : '6' }) {
  for (const [name, value] of Object.entries({ pairs, slices })) {
    if (!/^[1-9]\d?$/.test(value)) fail(`--${name} ${value}: a number from 1 to 99 is wanted.`);
  }
  if (node !== undefined && !['20', '24'].includes(node)) fail(`--node ${node}: 20 or 24 is wanted.`);
  const only = asked?.split(',').filter(Boolean);
  const former = against === undefined ? undefined : 'former';
  const rows = selectRows({ only, node: node && Number(node), former });
  const weight =
    former === undefined && (only === undefined || only.some((word) => 'weight'.startsWith(word)));
  if (rows.length === 0 && !weight) fail(`--rows ${asked}: no such row.`);
  return {
    rows,
    weight,
    against,
    pairs: Number(pairs),
    slices: Number(slices),
    warm: quick ? 1 : 2,
    seconds: 1,
  };
}

/** Minutes that it takes, about: slices and warm-up, the checks before them, and the start of each process. */
function minutes({ rows, pairs, slices, warm, seconds }) {
  const ofOne = pairs * (slices * (seconds + 0.1) + warm + 0.3) + 1;
  return Math.ceil(rows.reduce((sum, row) => sum + row.contenders.length * ofOne, 0) / 60);
}

/** Measures each row of the plan, and prints it when it is done. */
async function measure({ rows, weight, against, pairs, slices, warm, seconds }) {
  if (generator !== 'wrk') {
    console.log(
      'wrk is not installed (Debian: apt-get install wrk). Autocannon makes the load, and is itself slower than the\n' +
        'fastest servers here: servers that wait for it take more processor time a request than they would.\n',
    );
  }
  const former = against === undefined ? {} : { former: formerPremier(buildCommit(against)) };
  const results = {
    environment: environment(new Set(rows.map(({ major }) => major))),
    pairs,
    slices,
    warm,
    seconds,
  };
  console.log(
    `${header(results).join('\n')}\nthis takes about ${minutes({ rows, pairs, slices, warm, seconds })} min\n`,
  );
  results.rows = [];
  results.failures = [];
  for (const row of rows) {
    try {
      const measured = await measureRow(row, { ...contenders, ...former }, { pairs, slices, warm, seconds });
      results.rows.push(measured);
      console.log(`${rowText(measured)}\n`);
      if (measured.differs) results.failures.push(`${row.id}: premier's answer is not node:http's`);
    } catch (error) {
      results.failures.push(`${row.id}: ${error.message}`);
      console.log(`${row.id}  ${row.title}\n  FAILED: ${error.message}\n`);
    }
  }
  results.environment.loadAtEnd = os.loadavg()[0];
  if (weight) results.weight = weigh({ rounds: pairs });
  for (const { title, verdict } of results.weight ?? []) {
    if (verdict !== 'kept') results.failures.push(`weight: ${title} is over its bound`);
  }
  return results;
}

/** The figures of a file, with the rows that were asked for measured anew. */
async function taken(from, planned) {
  const earlier = JSON.parse(readFileSync(from, 'utf8'));
  if (asked.rows === undefined) return earlier;
  const { pairs, slices, warm, seconds } = earlier;
  const order = selectRows({ node: asked.node && Number(asked.node) }).map(({ id }) => id);
  return measuredAnew(earlier, await measure({ ...planned, pairs, slices, warm, seconds }), order);
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
if (asked['write-docs'] && ((asked.rows && !asked.from) || asked.quick || asked.against)) {
  fail('--write-docs wants all rows, without --quick and --against.');
}
if (asked.from && !existsSync(asked.from)) fail(`--from ${asked.from}: there is no such file.`);

install();
build();
install('bench');
const results = await (asked.from ? taken(asked.from, planned) : measure(planned)).catch((error) =>
  fail(error.message),
);

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
