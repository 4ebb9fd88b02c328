// What lists of random steps are made of: how to make one, and how often.
// In: lists with weights. Out: steps. Knows no object's methods.
import type { Random } from '../random.js';
import type { Step, Target, Value } from './program.js';

export type Make = (random: Random, inner: () => Step[]) => Step;
/** How often a step is made, and what makes it. */
export type Weighted = readonly (readonly [weight: number, make: Make])[];

export function weighted(random: Random, list: Weighted): Make {
  const total = list.reduce((sum, [weight]) => sum + weight, 0);
  let at = random.below(total);
  for (const [weight, make] of list) {
    if (at < weight) return make;
    at -= weight;
  }
  throw new Error('weights do not add up');
}

export const call =
  (on: Target, name: string, values: (random: Random, inner: () => Step[]) => Value[] = () => []): Make =>
  (random, inner) => ({ on, call: name, with: values(random, inner) });

export const set =
  (on: Target, name: string, value: (random: Random) => Value): Make =>
  (random) => ({ on, set: name, to: value(random) });

export const look =
  (on: Target): Make =>
  () => ({ on, look: true });

export const get =
  (on: Target, names: readonly string[]): Make =>
  (random) => ({ on, get: random.pick(names) });

export const callback = (random: Random, inner: () => Step[]): Value[] =>
  random.once(2) ? [{ do: inner() }] : [];
export const truth = (random: Random): Value => random.once(2);

export const listen =
  (on: Target, events: readonly string[]): Make =>
  (random, inner) => {
    const step = { on, listen: random.pick(events), do: inner() };
    return random.once(4)
      ? { ...step, by: random.pick(['once', 'prependListener', 'prependOnceListener'] as const) }
      : step;
  };
