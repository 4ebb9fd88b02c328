// Fuzzing that runs on: a new seed every few hundred streams and for every program, so that what fails is quickly made
// again. A program that fails is printed as small as it can be made.
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { bytesOf } from '../http1/reading.js';
import { ClientModel } from './client-model.js';
import { checkConnection } from './connection-invariants.js';
import { Differential } from './differential.js';
import { isListed } from './listed-differences.js';
import { checkParser } from './parser-invariants.js';
import { differences, explain } from './programs/judge.js';
import { poisonMemory } from './programs/poisoned-memory.js';
import { randomProgram } from './programs/random-program.js';
import { Random } from './random.js';
import { stream } from './streams.js';

const STREAMS_A_SEED = 100;
/** How many programs are run between the streams of two seeds. */
const PROGRAMS = 200;
const CONVERSATIONS_A_SEED = 10;

/** Compares a random stream on node:http and on premier. */
async function checkDifference(differential: Differential, random: Random): Promise<void> {
  const text = stream(random);
  const difference = await differential.compare(bytesOf(text));
  if (!isListed(difference))
    throw new Error(`${difference}, which is not listed, for ${JSON.stringify(text)}`);
}

/** Runs the program of a seed; what it throws is the smallest one that fails in the same way. */
async function checkProgram(seed: number): Promise<void> {
  const program = randomProgram(new Random(seed));
  const found = await differences(program);
  if (found.length > 0) throw new Error(`PROGRAM=${seed} fails.\n${await explain(program)}`);
}

async function checkPrograms(): Promise<void> {
  const restoreMemory = poisonMemory();
  try {
    for (let count = 0; count < PROGRAMS; count++) await checkProgram(randomInt(2 ** 32));
  } finally {
    restoreMemory();
  }
}

async function checkStreams(differential: Differential, seed: number): Promise<void> {
  const random = new Random(seed);
  try {
    for (let count = 0; count < STREAMS_A_SEED; count++) checkParser(random);
    for (let count = 0; count < STREAMS_A_SEED; count++) checkConnection(random);
    for (let count = 0; count < CONVERSATIONS_A_SEED; count++) new ClientModel(random).run(random.below(400));
    for (let count = 0; count < STREAMS_A_SEED; count++) await checkDifference(differential, random);
  } catch (error) {
    throw new Error(`SEED=${seed} fails.`, { cause: error });
  }
}

/** Goes on until `end`, with new seeds. */
async function goOn(differential: Differential, end: number): Promise<void> {
  for (let rounds = 1; ; rounds++) {
    const seed = randomInt(2 ** 32);
    await checkStreams(differential, seed);
    await checkPrograms();
    const streams = (3 * STREAMS_A_SEED + CONVERSATIONS_A_SEED) * rounds;
    process.stdout.write(
      `${streams} streams, the last ones of seed ${seed}; ${PROGRAMS * rounds} programs\n`,
    );
    if (Date.now() >= end) return;
  }
}

/**
 * Checks random streams and programs for so many seconds; ends the process with code 1 at the first that fails. With
 * `SEED=n` or `PROGRAM=n` in the environment, the streams or the program of that seed only.
 */
export async function fuzz(seconds: number): Promise<void> {
  const { SEED, PROGRAM } = process.env;
  const differential = await new Differential().open();
  try {
    if (SEED !== undefined) await checkStreams(differential, Number(SEED));
    if (PROGRAM !== undefined) await checkProgram(Number(PROGRAM));
    if (SEED === undefined && PROGRAM === undefined) await goOn(differential, Date.now() + seconds * 1000);
  } catch (error) {
    const { message, cause } = error as Error;
    console.error(message, ...(cause === undefined ? [] : [cause]));
    process.exit(1);
  }
  differential.close();
}
