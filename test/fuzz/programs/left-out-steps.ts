// Steps that are performed on neither server, since a row of docs/compatibility.md says that what follows differs.
// In: a step and its circumstances. Out: the first cell of that row. Both servers are asked the same, and what is asked
// is what both have at that moment.
import { node } from '../../subjects.js';
import { framingRow, lengthRow } from './framing-steps.js';
import type { Circumstances, LeftOut } from './left-out.js';
import { byContent } from './left-out-by-content.js';
import { byTime } from './left-out-by-time.js';
import type { ObjectStep, Value } from './program.js';
import { refused } from './step-values.js';

export const leftOut: readonly LeftOut[] = [...byContent, ...byTime];

/** The row for which a value isn't added to a list that may be a field. */
export function pushRow(value: Value): string | undefined {
  return typeof value === 'string' && refused.test(value) ? listRow : undefined;
}

export const listRow = 'a list that changes after it was set';

const applied = leftOut.filter(({ until = node, since = node }) => since <= node && node <= until);

/** The row for which a step is left out, if there is one. */
export function rowOf(step: ObjectStep, circumstances: Circumstances): string | undefined {
  if ('get' in step) return applied.find(({ isGet }) => isGet?.(step, circumstances))?.row;
  if ('set' in step) return applied.find(({ isSet }) => isSet?.(step, circumstances))?.row;
  if ('listen' in step) return applied.find(({ isListen }) => isListen?.(step, circumstances))?.row;
  if (!('call' in step)) return undefined;
  return (
    applied.find(({ is }) => is?.(step, circumstances))?.row ??
    framingRow(step, circumstances) ??
    lengthRow(step, circumstances)
  );
}
