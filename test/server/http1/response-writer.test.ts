// Whatever programs ask of the responses of a connection, and in whatever order: what is sent are answers, each whole
// or the last, in the order of their requests.
import { test } from 'node:test';
import { Random } from '../../fuzz/random.js';
import { poisonMemory } from '../../transport/poisoned-memory.js';
import { WriterProgram } from './writer-program.js';

poisonMemory();

const PROGRAMS = 500;

for (const seed of [1, 2, 3]) {
  test(`responses leave whole and in order in ${PROGRAMS} programs from the seed ${seed}`, async () => {
    for (let count = 0; count < PROGRAMS; count++) {
      const number = seed * 100_000 + count;
      const program = new WriterProgram(new Random(number));
      try {
        await program.run();
      } catch (error) {
        throw new Error(`${error}\nprogram ${number}: ${program.log.join(', ')}`, { cause: error });
      }
    }
  });
}
