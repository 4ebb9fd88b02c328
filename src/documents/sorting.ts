/**
 * Sorts without holding up other readers. In: items and how to compare two of them. Out: the items in order, the equal ones
 * as they came. A folder may have a hundred thousand names, and to compare two as a dictionary does takes a microsecond.
 */
import { setImmediate as turn } from 'node:timers/promises';

/** Items sorted at once. */
const runLength = 256;
/** Items merged before others get their turn. */
const stride = 2048;

/** The items in order, in an array of their own. */
export async function sorted<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Promise<Item[]> {
  let runs: Item[][] = [];
  for (let start = 0; start < items.length; start += runLength) {
    runs.push(items.slice(start, start + runLength).sort(compare));
    if (runs.length % (stride / runLength) === 0) await turn();
  }
  while (runs.length > 1) {
    const longer: Item[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      longer.push(await merged(runs[i] as Item[], runs[i + 1] ?? [], compare));
    }
    runs = longer;
  }
  return runs[0] ?? [];
}

async function merged<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Promise<Item[]> {
  const all: Item[] = [];
  let taken = 0;
  for (const item of right) {
    while (taken < left.length && compare(left[taken] as Item, item) <= 0) all.push(left[taken++] as Item);
    all.push(item);
    if (all.length % stride === 0) await turn();
  }
  for (; taken < left.length; taken++) all.push(left[taken] as Item);
  return all;
}
