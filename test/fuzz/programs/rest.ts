// Tells when a run has come to rest: nothing was noted for so many turns of the event loop.
// In: who waits. Out: their calls, one at a time, the program's steps before the client's script. Counts turns, never time: what one end
// of a loopback connection sends is in the kernel's buffer of the other when the call returns.
import process from 'node:process';
import type { Wait } from './program.js';
import type { Trace } from './trace.js';

/** Turns without anything noted: more than any chain of things that nobody sees takes. */
const QUIET_TURNS = 10;
/** A program that goes on for longer runs in circles. */
const MOST_TURNS = 5000;

export class Rest {
  restless = false;
  /** Steps that are under way: ticks and immediates that are still to come. */
  #pending = 0;
  readonly #trace: Trace;
  readonly #steps: { number: number; step: () => void }[] = [];
  #script: (() => void) | null = null;
  #turning = false;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Calls a handler's next step when a wait is over. */
  wait(number: number, wait: Wait, next: () => void): void {
    if (wait === 'quiet') {
      this.#afterwards(number, next);
      return;
    }
    this.#pending++;
    const after = () => {
      this.#pending--;
      next();
    };
    if (wait === 'tick') process.nextTick(after);
    else if (wait === 'microtask') queueMicrotask(after);
    else setImmediate(after);
  }

  /** Calls a handler's next step at rest: those of the first exchange before those of the next. */
  #afterwards(number: number, step: () => void): void {
    const before = this.#steps.filter((other) => other.number <= number).length;
    this.#steps.splice(before, 0, { number, step });
    this.#turn();
  }

  /** Resolves at rest, with no step left. */
  async ofAll(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#script = resolve;
      this.#turn();
    });
  }

  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    let seen = -1;
    let quiet = 0;
    let turns = 0;
    const turn = () => {
      quiet = this.#trace.activity === seen && this.#pending === 0 ? quiet + 1 : 0;
      seen = this.#trace.activity;
      if (++turns > MOST_TURNS) this.restless = true;
      if (quiet < QUIET_TURNS && !this.restless) setImmediate(turn);
      else this.#arrive();
    };
    setImmediate(turn);
  }

  #arrive(): void {
    this.#turning = false;
    this.#trace.rest();
    const step = this.restless ? undefined : this.#steps.shift()?.step;
    const waiter = step ?? this.#script;
    if (step === undefined) this.#script = null;
    try {
      waiter?.();
    } finally {
      // A step may throw, and it isn't caught here: who waits for it is part of what is compared.
      if (this.#steps.length > 0 || this.#script !== null) this.#turn();
    }
  }
}
