/**
 * Which fields programs set, as lists of names. In: the fields of a response. Out: their names in lower case: the same list for
 * responses that set the same, for most do.
 */
import type { ObservedHead } from '../observe.js';

/** Lists that are known at a time. */
const KNOWN = 16;

/** Of a field its name in lower case, its name as it was set, and its value. */
const STRIDE = 3;

export class SetNames {
  readonly #known: (readonly string[])[] = [];
  #next = 0;

  of(entries: ObservedHead['set']['entries']): readonly string[] {
    for (const names of this.#known) if (isOf(names, entries)) return names;
    const names = entries.filter((_, index) => index % STRIDE === 0);
    this.#known[this.#next] = names;
    this.#next = (this.#next + 1) % KNOWN;
    return names;
  }
}

function isOf(names: readonly string[], entries: readonly string[]): boolean {
  if (names.length * STRIDE !== entries.length) return false;
  for (let i = 0; i < names.length; i++) if (names[i] !== entries[i * STRIDE]) return false;
  return true;
}
