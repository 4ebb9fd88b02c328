// `npm run bench:check`: counts the instructions of pure parts, and holds them against the counts that the repository keeps
// for the same Node. Ends with code 1 where one takes 3 % more, with 2 where nothing can be said.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, install } from '../../scripts/prepare.mjs';
import { countInstructions, hasValgrind } from './instructions.mjs';
import { changes, report } from './kept-counts.mjs';

const help = `npm run bench:check -- [options]

  --only WORD   only work whose name contains WORD
  --node FILE   by this Node
  --write       keep the counts, in bench/micro/instructions.json, in place of those that were kept for this Node
  --help

Needs valgrind (Debian: apt-get install valgrind), and some minutes.`;

const keptFile = fileURLToPath(new URL('instructions.json', import.meta.url));

function say(code, message) {
  console.error(message);
  process.exit(code);
}

function options() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', default: '' },
        node: { type: 'string', default: process.execPath },
        write: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return say(1, `${error.message}\n\n${help}`);
  }
}

const asked = options();
if (asked.help) {
  console.log(help);
  process.exit();
}
if (!hasValgrind())
  say(2, 'Nothing can be said: valgrind is not installed (Debian: apt-get install valgrind).');
if (!existsSync(asked.node)) say(1, `--node ${asked.node}: there is no such file.`);
const platform = execFileSync(
  asked.node,
  ['-p', 'process.version + " " + process.platform + " " + process.arch'],
  {
    encoding: 'utf8',
  },
).trim();
const kept = JSON.parse(readFileSync(keptFile, 'utf8'));
if (!asked.write && kept[platform] === undefined) {
  const known = Object.keys(kept).join(', ');
  say(
    2,
    `Nothing can be said: counts are kept for ${known}, and this is ${platform}. --write keeps those of this one.`,
  );
}

install();
build();
// These import what the build has made.
const { operations } = await import('./operations.mjs');
const { exchanges } = await import('./exchanges.mjs');
const names = Object.keys({ ...operations, ...exchanges }).filter((name) => name.includes(asked.only));
if (names.length === 0) say(1, `--only ${asked.only}: there is no such work.`);

console.log(`counting instructions on Node ${platform}…`);
const counts = countInstructions(asked.node, names);
const found = changes(counts, kept[platform]);
console.log(report(found));
if (asked.write) {
  kept[platform] = { ...(asked.only === '' ? {} : kept[platform]), ...counts };
  writeFileSync(keptFile, `${JSON.stringify(kept, null, 2)}\n`);
} else if (found.some(({ verdict }) => verdict === 'more')) {
  say(
    1,
    'Some work takes 3 % more instructions than were kept. If that is meant, --write keeps the new counts.',
  );
} else if (found.some(({ verdict }) => verdict === 'unknown')) {
  say(2, 'Of some work no count is kept: --write keeps one.');
}
process.exit();
