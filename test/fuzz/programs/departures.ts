// The departures of docs/compatibility.md that programs meet, each by the first cell of its row.
// In: what was observed. Out: the same without what a row says differs; whatever else differs stays to be seen. A row is
// applied as narrowly as it can be told: to the bytes, properties and events it names, never to a whole program.
// `calls`: a step that isn't performed on either server, since what would follow from it can't be held side by side.
import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import { node } from '../../subjects.js';
import type { ObjectStep, Value } from './program.js';
import { type HeadLine, rewriteHeads } from './response-heads.js';
import type { Observation, Section } from './trace.js';

interface Departure {
  /** What the row of docs/compatibility.md begins with. */
  row: string;
  /** The last line of Node that it concerns; all where it is left out. */
  until?: number;
  /** What node:http sends and shows, turned into what premier does. */
  heads?(status: number, lines: HeadLine[]): HeadLine[];
  /** What both have, without what may differ. */
  both?(section: Section): Section;
  /** Whether a step can't be compared. */
  calls?(step: ObjectStep, object: object, atRest: boolean): boolean;
}

const isFraming = (name: string) => ({
  length: name === 'content-length',
  coding: name === 'transfer-encoding',
});

const interim = new Set(['writeContinue', 'writeProcessing', 'writeEarlyHints', 'writeInformation']);

export const departures: readonly Departure[] = [
  {
    row: 'Content-Length in a 204, Transfer-Encoding in a 204 or 304',
    heads: (status, lines) =>
      lines.filter(({ name }) => {
        const { length, coding } = isFraming(name);
        return !(length && status === 204) && !(coding && (status === 204 || status === 304));
      }),
  },
  {
    row: 'Content-Length beside Transfer-Encoding in a response',
    heads: (_, lines) =>
      lines.some(({ name }) => isFraming(name).coding)
        ? lines.filter(({ name }) => !isFraming(name).length)
        : lines,
  },
  {
    row: 'fields with characters above US-ASCII',
    heads: (_, lines) => lines.map(({ name, line }) => ({ name, line: asLatin1(line) })),
  },
  {
    row: 'interim responses to HTTP/1.0',
    calls: (step, object) =>
      'call' in step &&
      interim.has(step.call) &&
      (object as { req?: { httpVersion?: string } }).req?.httpVersion === '1.0',
  },
  {
    row: 'interim responses after the head',
    until: 23,
    calls: (step, object) =>
      'call' in step && interim.has(step.call) && (object as ServerResponse).headersSent,
  },
  {
    row: 'encodings that do not exist',
    calls: (step) =>
      'call' in step &&
      (step.call === 'write' || step.call === 'end') &&
      step.on === 'res' &&
      isUnknownEncoding(step.with[1]),
  },
  {
    row: '`end` with what is no chunk',
    calls: (step) => 'call' in step && step.call === 'end' && step.on === 'res' && isWrongChunk(step.with[0]),
  },
  {
    row: '`cork()`',
    calls: (step, object, atRest) =>
      'call' in step &&
      step.on === 'res' &&
      ((step.call === 'cork' && (object as ServerResponse).headersSent && !atRest) ||
        (step.call === 'uncork' && (object as ServerResponse).writableCorked === 0)),
  },
  {
    row: "when 'finish' comes",
    both: (section) => ({ ...section, order: section.order.filter(isTimely), events: withoutHaste(section) }),
  },
  {
    row: "'close' of a response whose connection is lost before its turn",
    both: (section) => ({
      ...section,
      order: section.order.filter((event) => !event.includes(UNTIMELY)),
      events: mapValues(section.events, (events) => events.filter((event) => !event.includes(UNTIMELY))),
    }),
  },
];

/** How the notes call the end of a response that waited for others. */
export const UNTIMELY = 'before its turn';

function isUnknownEncoding(value: Value | undefined): boolean {
  return typeof value === 'string' && !Buffer.isEncoding(value);
}

function isWrongChunk(value: Value | undefined): boolean {
  if (value === undefined || value === null || typeof value === 'string') return false;
  if (typeof value !== 'object' || Array.isArray(value)) return true;
  return !(
    'bytes' in value ||
    'array' in value ||
    'repeat' in value ||
    'do' in value ||
    'undefined' in value
  );
}

/** A line that was sent as UTF-8. */
function asLatin1(line: string): string {
  const text = Buffer.from(line, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? line : text;
}

/** Whether the place of an event among those of other objects is compared. */
function isTimely(event: string): boolean {
  return !/^(?:res \d+ (?:finish|close|drain|.* called)|req \d+ (?:end|close)|process uncaught)/.test(event);
}

/** The events of each object, parted: those that wait until what was written has left, and those that don't. */
function withoutHaste({ events }: Section): Section['events'] {
  const parted = Object.entries(events).flatMap(([owner, list]) => {
    if (!owner.startsWith('res')) return [[owner, list] as const];
    const isLeaving = (event: string) => /^(?:finish|close|drain|\w+ callback)/.test(event) && !isLate(event);
    const [leaving, others] = [list.filter(isLeaving), list.filter((event) => !isLeaving(event))];
    return [[`${owner}, what has left`, leaving] as const, [owner, others] as const];
  });
  return Object.fromEntries(parted.filter(([, list]) => list.length > 0));
}

/** Tells of a write after the end, and so waits for nothing. */
function isLate(event: string): boolean {
  return event.includes('ERR_STREAM_WRITE_AFTER_END') || event.includes('ERR_STREAM_ALREADY_FINISHED');
}

function mapValues(notes: Section['events'], change: (list: string[]) => string[]): Section['events'] {
  const changed = Object.entries(notes).map(([owner, list]) => [owner, change(list)] as const);
  return Object.fromEntries(changed.filter(([, list]) => list.length > 0));
}

const applied = departures.filter(({ until }) => until === undefined || node <= until);

/** What node:http showed, with what is listed as premier shows it. */
export function asListed(observation: Observation): Observation {
  const change = (status: number, lines: HeadLine[]) =>
    applied.reduce((changed, { heads }) => heads?.(status, changed) ?? changed, lines);
  const sections = observation.sections.map((section) => ({
    ...section,
    wire: rewriteHeads(section.wire, change),
    steps: mapValues(section.steps, (steps) => steps.map((step) => rewriteShownHead(step, change))),
  }));
  return { ...observation, sections };
}

/** The same for the head that a look at a response shows. */
function rewriteShownHead(step: string, change: Parameters<typeof rewriteHeads>[1]): string {
  return step.replace(/(?<=_header=)"(?:[^"\\]|\\.)*"/, (shown) =>
    JSON.stringify(rewriteHeads(JSON.parse(shown) as string, change)),
  );
}

/** What either showed, without what is listed as different. */
export function withoutListed(observation: Observation): Observation {
  const sections = observation.sections.map((section) =>
    applied.reduce((changed, { both }) => both?.(changed) ?? changed, section),
  );
  return { ...observation, sections };
}

/** The row for which a step is left out, if there is one. */
export function rowOf(step: ObjectStep, object: object, atRest: boolean): string | undefined {
  return applied.find(({ calls }) => calls?.(step, object, atRest))?.row;
}
