// What one run of a program looked like.
// In: notes of the interpreter and of the client, in the order in which they happen. Out: an Observation, in sections.
// A section ends where everything has come to rest: within one, when an event comes between two steps is not compared.
import { Buffer } from 'node:buffer';
import { types } from 'node:util';

/** Notes in order, by whose they are. */
export type Notes = Record<string, string[]>;

/** What happened between two rests. */
export interface Section {
  /** What each step returned, threw or saw, by what ran it: a handler, or a function that was called. */
  steps: Notes;
  /** Events and calls of functions, by the object that made them. */
  events: Notes;
  /** The same events in one order. */
  order: string[];
  /** Bytes that reached the client, as latin1. */
  wire: string;
  /** How the connection stands at its end, as the client sees it. */
  state: 'open' | 'ended' | 'closed' | `reset ${string}`;
}

export interface Observation {
  sections: Section[];
  /** The program didn't come to rest. */
  restless: boolean;
}

function nothingYet(): Section {
  return { steps: {}, events: {}, order: [], wire: '', state: 'open' };
}

const date = /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g;

/** A Date field is what time makes it. */
export function withoutDates(text: string): string {
  return text.replace(date, '<date>');
}

export class Trace {
  readonly sections: Section[] = [];
  /** Counts everything that is noted. */
  activity = 0;
  state: Section['state'] = 'open';
  /** The names of objects that values are shown by. */
  readonly #names = new Map<unknown, string>();
  #now: Section = nothingYet();

  name(object: unknown, name: string): void {
    this.#names.set(object, name);
  }

  step(owner: string, text: string): void {
    this.activity++;
    this.#now.steps[owner] ??= [];
    this.#now.steps[owner].push(withoutDates(text));
  }

  event(owner: string, text: string): void {
    this.activity++;
    this.#now.events[owner] ??= [];
    this.#now.events[owner].push(withoutDates(text));
    this.#now.order.push(`${owner} ${text}`);
  }

  wire(bytes: Buffer): void {
    this.activity++;
    this.#now.wire += bytes.toString('latin1');
  }

  /** Everything has come to rest. */
  rest(): void {
    this.#now.wire = withoutDates(this.#now.wire);
    this.#now.state = this.state;
    this.sections.push(this.#now);
    this.#now = nothingYet();
  }

  /** A value as text, the same in every run. */
  show(value: unknown): string {
    const name = this.#names.get(value);
    if (name !== undefined) return `<${name}>`;
    if (value === undefined) return 'undefined';
    if (typeof value === 'function') return '<function>';
    if (typeof value === 'symbol' || typeof value === 'bigint') return String(value);
    if (types.isNativeError(value)) return this.#error(value);
    if (value instanceof Uint8Array) return `<${Buffer.from(value).toString('latin1')}>`;
    if (value instanceof Map || value instanceof Set) return this.show([...value]);
    if (Array.isArray(value)) return `[${value.map((item) => this.show(item)).join()}]`;
    if (typeof value === 'object' && value !== null) {
      const prototype = Object.getPrototypeOf(value);
      if (prototype !== null && prototype !== Object.prototype) return `<${value.constructor?.name}>`;
      return `{${Object.entries(value).map(([key, item]) => `${key}:${this.show(item)}`)}}`;
    }
    return JSON.stringify(value);
  }

  #error(error: Error & { code?: unknown }): string {
    const code = error.code === undefined ? '' : ` [${error.code}]`;
    return `${error.name}${code}: ${error.message}`;
  }
}
