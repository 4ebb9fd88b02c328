// Makes the values that the steps of a program pass.
// In: values as data. Out: what they stand for. A shared list is kept by its name, so that later steps can change it.
import { Buffer } from 'node:buffer';
import type { Step, Target, Value } from './program.js';

/** What values refer to. */
interface Surroundings {
  /** A function that runs steps. */
  callback(steps: Step[]): (...values: unknown[]) => void;
  /** One of the exchange's own objects. */
  itself(target: Target): object | undefined;
}

export class ProgramValues {
  readonly #shared = new Map<string, unknown[]>();

  /** Adds to a shared list, if it was made. */
  push(name: string, value: unknown): void {
    this.#shared.get(name)?.push(value);
  }

  of(value: Value, surroundings: Surroundings): unknown {
    const of = (inner: Value) => this.of(inner, surroundings);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(of);
    if ('undefined' in value) return undefined;
    if ('repeat' in value) return value.repeat.repeat(value.times);
    if ('bytes' in value) return Buffer.from(value.bytes.repeat(value.times ?? 1), 'latin1');
    if ('array' in value) return new Uint8Array(Buffer.from(value.array, 'latin1'));
    if ('object' in value)
      return Object.fromEntries(Object.entries(value.object).map(([key, item]) => [key, of(item)]));
    if ('map' in value) return new Map(value.map.map(([key, item]) => [key, of(item)]));
    if ('headers' in value) return new Headers(value.headers);
    if ('error' in value) return new Error(value.error);
    if ('do' in value) return surroundings.callback(value.do);
    if ('itself' in value) return surroundings.itself(value.itself);
    const list = value.initially.map(of);
    this.#shared.set(value.shared, list);
    return list;
  }
}
