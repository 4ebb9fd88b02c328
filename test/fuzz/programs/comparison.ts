// Holds what was observed on one server against what was observed on another.
// In: two observations. Out: what differs, most important first; nothing where they are the same.
import { isDeepStrictEqual } from 'node:util';
import type { Notes, Observation, Section } from './trace.js';

export interface Difference {
  what: 'memory' | 'restless' | 'wire' | 'state' | 'steps' | 'events' | 'order' | 'rests';
  /** The number of the section. */
  section: number;
  node: string;
  here: string;
}

/** What memory is filled with that nothing was written to. */
export const POISON = 0xdb;

/** Of two looks at an object, the first property that differs. */
function shorten(one: string, other: string): [string, string] {
  const [look, ...left] = one.split(PROPERTY);
  const [, ...right] = other.split(PROPERTY);
  const at = left.findIndex((property, i) => property !== right[i]);
  if (at < 0 || left.length !== right.length) return [one, other];
  return [`${look} ${left[at]}`, `${look} ${right[at]}`];
}

/** Between the properties that a look shows. */
export const PROPERTY = / (?=\w+=)/;

/** The first note that differs, by its owner. */
function firstNote(node: Notes, here: Notes): [node: string, here: string] | null {
  for (const owner of new Set([...Object.keys(node), ...Object.keys(here)])) {
    const [left, right] = [node[owner] ?? [], here[owner] ?? []];
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      if (left[i] === right[i]) continue;
      const [one, other] = shorten(left[i] ?? 'nothing', right[i] ?? 'nothing');
      return [`${owner}: ${one}`, `${owner}: ${other}`];
    }
  }
  return null;
}

function inSection(section: number, node: Section, here: Section): Difference[] {
  const found: Difference[] = [];
  if (here.wire !== node.wire) found.push({ what: 'wire', section, node: node.wire, here: here.wire });
  if (here.state !== node.state) found.push({ what: 'state', section, node: node.state, here: here.state });
  for (const what of ['steps', 'events'] as const) {
    const note = firstNote(node[what], here[what]);
    if (note !== null) found.push({ what, section, node: note[0], here: note[1] });
  }
  if (found.length === 0 && !isDeepStrictEqual(here.order, node.order)) {
    found.push({ what: 'order', section, node: node.order.join(' | '), here: here.order.join(' | ') });
  }
  return found;
}

/** What differs in the first section in which anything does: what comes after it often follows from it. */
export function compare(node: Observation, here: Observation): Difference[] {
  const poison = String.fromCharCode(POISON);
  const poisoned = here.sections.findIndex(({ wire }) => wire.includes(poison));
  if (poisoned >= 0) {
    return [{ what: 'memory', section: poisoned, node: '', here: here.sections[poisoned]?.wire ?? '' }];
  }
  if (here.restless !== node.restless) {
    return [{ what: 'restless', section: 0, node: `${node.restless}`, here: `${here.restless}` }];
  }
  for (const [number, section] of node.sections.entries()) {
    const other = here.sections[number];
    if (other === undefined) break;
    const found = inSection(number, section, other);
    if (found.length > 0) return found;
  }
  const [left, right] = [node.sections.length, here.sections.length];
  return left === right
    ? []
    : [{ what: 'rests', section: Math.min(left, right), node: `${left}`, here: `${right}` }];
}
