/**
 * The Range field (RFC 9110 §14). In: the field's value and the size of the representation. Out: the slices to send,
 * `unsatisfiable` for a 416, or `undefined` when the field is to be ignored and the whole is sent.
 */

export interface Range {
  readonly start: number;
  readonly length: number;
}

/** More parts than any reader needs; such a request is answered whole (RFC 9110 §14.2 and §17.15). */
const mostParts = 32;

/** Slices that a Range asks for, in its order. Overlapping ones are answered whole. */
export function rangesFrom(field: string, size: number): Range[] | 'unsatisfiable' | undefined {
  const set = /^bytes=(.*)$/i.exec(field)?.[1];
  if (set === undefined) return undefined;
  const specs = set
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '');
  if (specs.length === 0 || specs.length > mostParts) return undefined;
  const ranges: Range[] = [];
  for (const spec of specs) {
    const range = rangeFrom(spec, size);
    if (range === undefined) return undefined;
    if (range.length > 0) ranges.push(range);
  }
  if (ranges.length === 0) return 'unsatisfiable';
  return overlap(ranges) ? undefined : ranges;
}

/** One range, its length 0 when nothing of the representation is in it; `undefined` when it is not a range. */
function rangeFrom(spec: string, size: number): Range | undefined {
  const match = /^(\d*)-(\d*)$/.exec(spec);
  if (match === null || spec === '-') return undefined;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === '') {
    const length = Math.min(Number(last), size);
    return { start: size - length, length };
  }
  const start = Number(first);
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  if (end < start) return undefined;
  return { start, length: Math.max(0, Math.min(end, size - 1) - start + 1) };
}

function overlap(ranges: Range[]): boolean {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  return sorted.some((range, i) => {
    const before = sorted[i - 1];
    return before !== undefined && before.start + before.length > range.start;
  });
}

/** The value of Content-Range for one slice. */
export function contentRange(range: Range, size: number): string {
  return `bytes ${range.start}-${range.start + range.length - 1}/${size}`;
}
