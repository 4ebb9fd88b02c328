// Fuzzing that runs on: a new seed every few hundred streams, so that what fails is quickly made again.
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { checkParser } from './parser-invariants.js';
import { Random } from './random.js';

const STREAMS_A_SEED = 200;

/** Checks random streams for so many seconds; ends the process with code 1 at the first that fails. */
export async function fuzz(seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  const only = process.env.SEED;
  let streams = 0;
  do {
    const seed = only === undefined ? randomInt(2 ** 32) : Number(only);
    const random = new Random(seed);
    for (let count = 0; count < STREAMS_A_SEED; count++) {
      try {
        checkParser(random);
      } catch (error) {
        console.error(`Stream ${count + 1} of SEED=${seed} fails.`, error);
        process.exit(1);
      }
    }
    streams += STREAMS_A_SEED;
    process.stdout.write(`${streams} streams, the last ones of seed ${seed}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  } while (only === undefined && Date.now() < end);
}
