/**
 * The priority of a response as its client wishes it (RFC 9218 §4).
 *
 * In: the value of a Priority field or of PRIORITY_UPDATE. Out: urgency and whether parts of the response are of use. A
 * value that cannot be understood says nothing. Where a client says nothing at all, its responses share what there is:
 * it may know nothing of priorities, and one of its streams may never end.
 */
import { KNOWN_PRIORITIES, KNOWN_PRIORITY_LENGTH, MAX_PRIORITY_MEMBERS } from './limits.js';

/** 0, the most urgent, to 7. */
export const DEFAULT_URGENCY = 3;
export const URGENCIES = 8;

export interface Priority {
  readonly urgency: number;
  /** Whether the response shares with others of its urgency, or leaves before those that were asked for after it. */
  readonly incremental: boolean;
}

export const NO_PRIORITY: Priority = { urgency: DEFAULT_URGENCY, incremental: true };

/** What came before: a Priority is never changed. */
const known = new Map<string, Priority>();

/** A Dictionary of Structured Fields (RFC 8941 §3.2) of which two members count; the last of a key wins. */
export function parsePriority(value: string): Priority {
  const before = known.get(value);
  if (before !== undefined) return before;
  const priority = read(value);
  if (value.length <= KNOWN_PRIORITY_LENGTH && known.size < KNOWN_PRIORITIES) known.set(value, priority);
  return priority;
}

function read(value: string): Priority {
  let urgency = DEFAULT_URGENCY;
  let incremental = false;
  for (const member of value.split(',', MAX_PRIORITY_MEMBERS)) {
    const [item] = member.split(';', 1);
    const text = item.trim();
    if (text.length === 3 && text.startsWith('u=')) {
      const digit = text.charCodeAt(2) - 0x30;
      if (digit >= 0 && digit < URGENCIES) urgency = digit;
    } else if (text === 'i' || text === 'i=?1') incremental = true;
    else if (text === 'i=?0') incremental = false;
  }
  return { urgency, incremental };
}
