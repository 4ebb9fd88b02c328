// Fuzzing that runs on: random streams and random programs, a new seed every few hundred streams and for every program.
// In: how long, or which seeds. Out: on stdout each failure, once and as small as it can be made, and from time to time how
// far it has got; whether anything failed. A failure doesn't end it. Reads the clock for nothing but its own end.
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { bytesOf } from '../http1/reading.js';
import { ClientModel } from './client-model.js';
import { checkConnection } from './connection-invariants.js';
import { Differential } from './differential.js';
import { isListed } from './listed-differences.js';
import { checkParser } from './parser-invariants.js';
import { differences, explain, kind } from './programs/judge.js';
import { brokenLaws, explainBroken } from './programs/laws.js';
import { poisonMemory } from './programs/poisoned-memory.js';
import { randomProgram, wildProgram } from './programs/random-program.js';
import { Random } from './random.js';
import { stream } from './streams.js';

const STREAMS_A_SEED = 100;
/** How many seeds of programs are run between the streams of two seeds. */
const PROGRAMS = 500;
const CONVERSATIONS_A_SEED = 10;

export interface Bounds {
  /** How many seconds; Infinity to go on until the process is told to stop. */
  seconds: number;
  /** The streams of this seed only. */
  seed?: number;
  /** The programs of this seed only. */
  program?: number;
}

export class Campaign {
  readonly #differential: Differential;
  /** What failed, by its kind: one of each is enough to look at. */
  readonly #failures = new Map<string, number>();
  #streams = 0;
  #programs = 0;
  #isStopped = false;

  constructor(differential: Differential) {
    this.#differential = differential;
  }

  get failed(): boolean {
    return this.#failures.size > 0;
  }

  /** What is under way is brought to its end, and nothing is begun. */
  stop(): void {
    this.#isStopped = true;
  }

  async run({ seconds, seed, program }: Bounds): Promise<void> {
    if (seed !== undefined) await this.#checkStreams(seed);
    if (program !== undefined) await this.#checkProgram(program);
    if (seed === undefined && program === undefined) await this.#goOn(Date.now() + seconds * 1000);
    process.stdout.write(this.#summary());
  }

  async #goOn(end: number): Promise<void> {
    const isOver = () => this.#isStopped || Date.now() >= end;
    while (!isOver()) {
      await this.#checkStreams(randomInt(2 ** 32));
      for (let count = 0; count < PROGRAMS && !isOver(); count++)
        await this.#checkProgram(randomInt(2 ** 32));
      if (!isOver()) process.stdout.write(this.#summary());
    }
  }

  #summary(): string {
    const failures = [...this.#failures.values()].reduce((sum, count) => sum + count, 0);
    return `${this.#streams} streams, ${this.#programs} programs, ${failures} failures of ${this.#failures.size} kinds\n`;
  }

  /** Tells of a failure the first time that one of its kind is met. */
  async #note(failure: string, explained: () => string | Promise<string>): Promise<void> {
    const count = this.#failures.get(failure) ?? 0;
    this.#failures.set(failure, count + 1);
    if (count === 0) process.stdout.write(`${await explained()}\n\n`);
  }

  async #checkProgram(seed: number): Promise<void> {
    await this.#compare(seed);
    await this.#holdToLaws(seed);
  }

  async #holdToLaws(seed: number): Promise<void> {
    const program = wildProgram(new Random(seed));
    try {
      const broken = await brokenLaws(program);
      // Once may be the kernel's doing.
      if (broken.length > 0 && (await brokenLaws(program)).length > 0)
        await this.#note(
          `law: ${broken[0]?.replace(/\d+/g, '#')}`,
          async () => `--program ${seed} breaks a law:\n${await explainBroken(program)}`,
        );
    } catch (error) {
      await this.#note(`${error}`, () => `--program ${seed} fails:\n${inspected(error)}`);
    }
  }

  async #compare(seed: number): Promise<void> {
    const program = randomProgram(new Random(seed));
    this.#programs += 2;
    try {
      const found = await differences(program);
      if (found.length > 0)
        await this.#note(kind(found), async () => `--program ${seed} differs:\n${await explain(program)}`);
    } catch (error) {
      await this.#note(`${error}`, () => `--program ${seed} fails:\n${inspected(error)}`);
    }
  }

  async #checkStreams(seed: number): Promise<void> {
    const random = new Random(seed);
    const checks: readonly [count: number, check: () => unknown][] = [
      [STREAMS_A_SEED, () => checkParser(random)],
      [STREAMS_A_SEED, () => checkConnection(random)],
      [CONVERSATIONS_A_SEED, () => new ClientModel(random).run(random.below(400))],
      [STREAMS_A_SEED, () => this.#checkDifference(random)],
    ];
    try {
      for (const [count, check] of checks) {
        for (let done = 0; done < count; done++, this.#streams++) await check();
      }
    } catch (error) {
      await this.#note(`streams: ${error}`, () => `--seed ${seed} fails:\n${inspected(error)}`);
    }
  }

  /** Compares a random stream on node:http and on premier. */
  async #checkDifference(random: Random): Promise<void> {
    const text = stream(random);
    const difference = await this.#differential.compare(bytesOf(text));
    if (!isListed(difference))
      throw new Error(`${difference}, which is not listed, for ${JSON.stringify(text)}`);
  }
}

function inspected(error: unknown): string {
  return error instanceof Error ? `${error.stack}` : `${error}`;
}

/** Runs a campaign; memory that nobody has written to is full of poison meanwhile. Resolves to whether all held. */
export async function fuzz(bounds: Bounds): Promise<boolean> {
  const restoreMemory = poisonMemory();
  const differential = await new Differential().open();
  const campaign = new Campaign(differential);
  const stop = () => campaign.stop();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await campaign.run(bounds);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    differential.close();
    restoreMemory();
  }
  return !campaign.failed;
}
