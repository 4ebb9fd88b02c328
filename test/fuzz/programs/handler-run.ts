// Runs the steps of one handler, one after the other, with waits between them.
// In: the steps, and who performs them. Out: nothing. Knows when a step runs, not what it does.
import type { Moment } from './left-out.js';
import type { Step, Wait } from './program.js';

interface Performer {
  /** Performs a step that doesn't wait; `runner` is what runs it, for the notes. */
  perform(number: number, step: Step, runner: string, moment: Moment): void;
  /** Calls `next` when a wait is over. */
  wait(number: number, wait: Wait, next: () => void): void;
}

/** The steps of one exchange, one after the other. */
export class HandlerRun {
  #next = 0;
  #moment: Moment = 'begun';

  constructor(
    readonly performer: Performer,
    readonly number: number,
    readonly steps: readonly Step[],
  ) {}

  go = (): void => {
    while (this.#next < this.steps.length) {
      const step = this.steps[this.#next++] as Step;
      if ('wait' in step) {
        this.#moment = step.wait === 'quiet' ? 'rest' : 'ticks';
        this.performer.wait(this.number, step.wait, this.go);
        return;
      }
      // Within the parser, what an exception that nobody catches takes along is listed.
      if ('throw' in step && this.#moment !== 'rest') continue;
      this.performer.perform(this.number, step, `handler ${this.number}`, this.#moment);
      // What moves is comparable until the program moves something itself.
      if (this.#moment !== 'ticks' && !('look' in step || 'get' in step)) this.#moment = 'turn';
    }
  };
}
