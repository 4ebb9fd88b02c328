// `npm run fuzz [-- SECONDS]`: reads random streams and runs random programs until something that must hold does not, or
// for so many seconds. With `SEED=n` in the environment, the streams of that seed only; with `PROGRAM=n`, its program.
import process from 'node:process';
import { build, buildTests, install } from './prepare.mjs';

const [seconds] = process.argv.slice(2);
if (seconds !== undefined && !(Number(seconds) > 0)) {
  console.error(
    `npm run fuzz: "${seconds}" is not a number of seconds. Give a number above 0, or none to run on.`,
  );
  process.exit(2);
}
install();
build();
buildTests();
const { fuzz } = await import('../build/fuzz/campaign.js');
await fuzz(seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds));
