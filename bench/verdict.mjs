// What the figures of a row say: premier's ratio to the row's baseline, how far the pairings lie apart, and whether that
// lets the row speak at all. In: what was measured, as plain data. Out: the same.
import { median } from './load/percentile.mjs';

/** The pairings may lie so far apart, as a share of their median, where the target is among them. */
const narrow = 0.05;

/** Fewer pairings than these tell nothing of how far others would lie apart. */
const fewest = 3;

/**
 * Resolves to { ratio, low, high, verdict }. Where a target says `atLeast`, the ratio is how many times less premier takes;
 * where it says `atMost`, how many times as much.
 * verdict: 'reached', 'short', 'undecided' (the target lies within a wide spread, or too few pairings were made), or 'not measured'.
 */
export function compare({ contenders: [first], atLeast, atMost }, measured) {
  const baseline = measured[first];
  const { premier } = measured;
  if (!premier || !baseline) return { verdict: 'not measured' };
  const ratios = premier.pairings.map(({ figure }, i) => {
    const other = baseline.pairings[i].figure;
    return atLeast === undefined ? figure / other : other / figure;
  });
  const [ratio, low, high] = [median(ratios), Math.min(...ratios), Math.max(...ratios)];
  const reaches = (value) => (atLeast === undefined ? value <= atMost : value >= atLeast);
  const agree = reaches(low) === reaches(high) || (high - low) / ratio <= narrow;
  const speaks = ratios.length >= fewest && agree;
  const verdict = speaks ? (reaches(ratio) ? 'reached' : 'short') : 'undecided';
  return { ratio, low, high, verdict };
}
