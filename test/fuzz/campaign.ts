// Fuzzing that runs on: a new seed every few hundred streams, so that what fails is quickly made again.
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { bytesOf } from '../http1/reading.js';
import { Differential } from './differential.js';
import { isListed } from './listed-differences.js';
import { checkParser } from './parser-invariants.js';
import { Random } from './random.js';
import { stream } from './streams.js';

const STREAMS_A_SEED = 100;

/** Compares a random stream on node:http and on premier. */
async function checkDifference(differential: Differential, random: Random): Promise<void> {
  const text = stream(random);
  const difference = await differential.compare(bytesOf(text));
  if (!isListed(difference))
    throw new Error(`${difference}, which is not listed, for ${JSON.stringify(text)}`);
}

/** Checks random streams for so many seconds; ends the process with code 1 at the first that fails. */
export async function fuzz(seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  const only = process.env.SEED;
  const differential = await new Differential().open();
  let streams = 0;
  do {
    const seed = only === undefined ? randomInt(2 ** 32) : Number(only);
    const random = new Random(seed);
    try {
      for (let count = 0; count < STREAMS_A_SEED; count++) checkParser(random);
      for (let count = 0; count < STREAMS_A_SEED; count++) await checkDifference(differential, random);
    } catch (error) {
      console.error(`SEED=${seed} fails.`, error);
      process.exit(1);
    }
    streams += 2 * STREAMS_A_SEED;
    process.stdout.write(`${streams} streams, the last ones of seed ${seed}\n`);
  } while (only === undefined && Date.now() < end);
  differential.close();
}
