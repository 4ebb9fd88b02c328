// `npm run fuzz [-- --for SECONDS]`: reads random streams and runs random programs for so many seconds, or until it is told
// to stop (Ctrl+C). What fails is printed as small as it can be made, and the rest goes on; the exit code is 1 at the end.
// `--seed N`: the streams of that seed only; `--program N`: its program.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build, buildTests, install } from './prepare.mjs';

const names = ['for', 'seed', 'program'];

function refuse(problem) {
  console.error(
    `npm run fuzz: ${problem}. Give --for SECONDS, --seed N or --program N after "--", or nothing to go on until Ctrl+C.`,
  );
  process.exit(2);
}

function bounds() {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  let values = {};
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    refuse(error.message.split('. ')[0].replace(/\.$/, ''));
  }
  for (const [name, value] of Object.entries(values)) {
    if (!(Number(value) >= 0) || value.trim() === '') refuse(`--${name} "${value}" is not a number`);
  }
  const number = (name) => (values[name] === undefined ? undefined : Number(values[name]));
  const seconds = number('for') ?? Number.POSITIVE_INFINITY;
  return { seconds, seed: number('seed'), program: number('program') };
}

const wanted = bounds();
install();
build();
buildTests();
const { fuzz } = await import('../build/fuzz/campaign.js');
process.exit((await fuzz(wanted)) ? 0 : 1);
