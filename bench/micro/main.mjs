// `npm run bench:micro`: how long each hot function of http1 takes, and how parsing time grows with hostile bytes.
// Ends with code 1 when a hostile stream costs more for a byte than it may.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build, install } from '../../scripts/prepare.mjs';
import { nanoseconds } from './stopwatch.mjs';

const help = `npm run bench:micro -- [options]

  --only WORD      only operations and streams whose name contains WORD
  --quick          shorter samples
  --json FILE      write the figures to FILE
  --against FILE   compare with figures that --json wrote
  --help`;

function options() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', default: '' },
        quick: { type: 'boolean' },
        json: { type: 'string' },
        against: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    return process.exit(1);
  }
}

const asked = options();
if (asked.help) {
  console.log(help);
  process.exit();
}
const before = asked.against && JSON.parse(readFileSync(asked.against, 'utf8'));
install();
build();
// These import what the build has made.
const { operations } = await import('./operations.mjs');
const { measureParsing, parsingTable, worstRatio } = await import('./parsing.mjs');

const timing = asked.quick ? { samples: 5, each: 4, warm: 60 } : { samples: 11, each: 15, warm: 300 };
const results = { node: process.version, operations: {}, parsing: {} };

/** "  1.23 × before" where there are figures to compare with. */
const compared = (now, then) => (then === undefined ? '' : `  ${(now / then).toFixed(2)} × before`);

console.log(`Node ${process.version}; each figure is the least of ${timing.samples} samples\n`);
for (const [name, prepare] of Object.entries(operations)) {
  if (!name.includes(asked.only)) continue;
  const figure = nanoseconds(prepare(), timing);
  results.operations[name] = figure;
  const text = Math.round(figure).toLocaleString('en-US').padStart(10);
  console.log(`${name.padEnd(50)}${text} ns${compared(figure, before?.operations[name])}`);
}

const tooSlow = [];
for (const size of [15_000, 1_000_000]) {
  const figures = measureParsing({ size, only: asked.only, timing });
  results.parsing[size] = figures;
  tooSlow.push(...figures.filter(({ kind, ratio }) => kind === 'hostile' && ratio > worstRatio));
  console.log(`\nstreams of ${size.toLocaleString('en-US')} bytes\n${parsingTable(figures)}`);
}

if (asked.json) writeFileSync(asked.json, `${JSON.stringify(results, null, 2)}\n`);
if (tooSlow.length > 0) {
  console.error(`\nAbove ${worstRatio} times what a benign stream costs for a byte:`);
  for (const { name, segment, ratio } of tooSlow) {
    console.error(`  ${name}, in segments of ${segment} B: ${ratio.toFixed(1)} times`);
  }
  process.exit(1);
}
