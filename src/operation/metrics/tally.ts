/**
 * Numbers that only grow, counted in one process and added up in another.
 *
 * In: series, by family and labels, whose cells their owner increases. Out: what was added since the last time, small
 * enough to be sent each second; and totals of what came from elsewhere. No number ever falls.
 */
import { type FamilyName, families } from './families.js';

/** Labels as they are exposed: `a="b",c="d"`; empty where there are none. */
export type Labels = string;

/** What was added to each series' cells: `[family, labels, cells]`. */
export type TallyDelta = [FamilyName, Labels, number[]][];

class Series {
  readonly family: FamilyName;
  readonly labels: Labels;
  /** A counter's one cell; a histogram's buckets, the one beyond all bounds, and the sum. */
  readonly cells: Float64Array;
  /** What was taken of them. */
  readonly taken: Float64Array;

  constructor(family: FamilyName, labels: Labels, cells: Float64Array) {
    this.family = family;
    this.labels = labels;
    this.cells = cells;
    this.taken = new Float64Array(cells.length);
  }
}

function cellsOf(name: FamilyName): number {
  const family = families[name];
  return family.type === 'histogram' ? family.bounds.length + 2 : 1;
}

/** One label, with what its text format escapes. */
export function label(name: string, value: string): Labels {
  return `${name}="${value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))}"`;
}

/** Makes the cells of a series. */
export type Allocation = (family: FamilyName, labels: Labels, length: number) => Float64Array;

export class Tally {
  readonly #series = new Map<string, Series>();
  readonly #allocate: Allocation;

  /** @param allocate - where cells are to lie, unless anywhere does */
  constructor(allocate: Allocation = (_family, _labels, length) => new Float64Array(length)) {
    this.#allocate = allocate;
  }

  /** The cells of a series, made when it is first asked for: to be increased, never lowered. */
  cells(family: FamilyName, labels: Labels = ''): Float64Array {
    return this.#seriesOf(family, labels).cells;
  }

  #seriesOf(family: FamilyName, labels: Labels): Series {
    const key = `${family}{${labels}}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = new Series(family, labels, this.#allocate(family, labels, cellsOf(family)));
      this.#series.set(key, series);
    }
    return series;
  }

  /** What was added since the last time. */
  take(): TallyDelta {
    const delta: TallyDelta = [];
    for (const { family, labels, cells, taken } of this.#series.values()) {
      let changed = false;
      const added = Array.from(cells, (cell, i) => {
        const difference = cell - (taken[i] as number);
        if (difference > 0) changed = true;
        return Math.max(difference, 0);
      });
      if (!changed) continue;
      taken.set(cells);
      delta.push([family, labels, added]);
    }
    return delta;
  }

  /** Adds what another tally gave; what makes no sense is left out. */
  add(delta: TallyDelta): void {
    for (const [family, labels, added] of delta) {
      if (!Object.hasOwn(families, family)) continue;
      const { cells } = this.#seriesOf(family, labels);
      if (added.length !== cells.length || !added.every(isAmount)) continue;
      for (let i = 0; i < cells.length; i++) cells[i] = (cells[i] as number) + (added[i] as number);
    }
  }

  /** What has to be added to become as much as others have counted. */
  upTo(others: Iterable<readonly [name: string, labels: Labels, cells: readonly number[]]>): TallyDelta {
    const missing: TallyDelta = [];
    for (const [name, labels, counted] of others) {
      const own = this.#series.get(`${name}{${labels}}`)?.cells;
      const added = counted.map((cell, i) => Math.max(cell - (own?.[i] ?? 0), 0));
      if (added.some((cell) => cell > 0)) missing.push([name as FamilyName, labels, added]);
    }
    return missing;
  }

  /** Labels and cells of a family, in the order in which they came. */
  of(family: FamilyName): [Labels, Float64Array][] {
    const found: [Labels, Float64Array][] = [];
    for (const series of this.#series.values())
      if (series.family === family) found.push([series.labels, series.cells]);
    return found;
  }
}

const isAmount = (value: unknown) =>
  typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;

/** Adds a value to the cells of a histogram. */
export function observeValue(cells: Float64Array, bounds: readonly number[], value: number): void {
  let i = 0;
  while (i < bounds.length && value > (bounds[i] as number)) i++;
  cells[i] = (cells[i] as number) + 1;
  const sum = bounds.length + 1;
  cells[sum] = (cells[sum] as number) + value;
}
