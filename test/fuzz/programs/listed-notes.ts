// Notes without what rows of docs/compatibility.md list as different.
// In: the events and steps of a section. Out: the same, with what is listed left out, or parted so that only what is compared
// stands side by side. Knows which event it is by its text alone.
import { Buffer } from 'node:buffer';
import type { Section } from './trace.js';

/** What comes in a tick of its own on node:http, and within one tick on premier. */
export const ofSegment =
  /^(?:server (?:begins|check|dropRequest)|req \d+ (?:data|\w+ listener)|res \d+ error)/;

/** An answer to what can't be read, which is the last thing on a connection. */
export const refusal =
  /HTTP\/1\.1 (?:4\d\d|5\d\d) [\w ]+\r\n(?:Connection: close\r\n\r\n|Date: <date>\r\nConnection: close\r\nContent-Type: text\/plain; charset=utf-8\r\nContent-Length: \d+\r\n\r\n\d{3} [\w ]+: .* \(RFC \d+, section [\d.]+\)\n)$/;

/** The body of a refusal. */
export const isRefusal = (body: string): boolean =>
  /^\d{3} [\w ]+: .* \(RFC \d+, section [\d.]+\)\n$/.test(body);

export const reset = /(?:read|write) ECONNRESET/;

export function withoutLength(step: string): string {
  return step.replace(/ (?:writableLength)=\d+/, '').replace(/(res\d*\.writableLength): \d+$/, '$1');
}

/** What a callback of the socket is told of a connection that was reset: whichever call met it first. */
export function withoutFirstCall(event: string): string {
  return event.replace(/^(end callback of \d+ called )Error \[(?:ECONNRESET|EPIPE)\]: .*$/, '$1an error');
}

/** Whether 'clientError' says of a head that is too large that it is so by the number of its fields. */
export function withoutCount(event: string): string {
  return event.replace(
    /(?<=clientError Error \[HPE_HEADER_OVERFLOW\]: Parse Error: )Too many header fields/,
    'Header overflow',
  );
}

/** Whether a response says why it ended. */
export function withoutReason(step: string): string {
  return step.replace(
    /(res\d*\.errored): (?:null|Error \[ECONNRESET\]: (?:write ECONNRESET|aborted))$/,
    '$1',
  );
}

/** One call of a listener for 'readable' where there are several in a row. */
export function withoutRepeatedReadable(events: string[]): string[] {
  return events.filter((event, at) => !(event.startsWith('readable') && event === events[at - 1]));
}

export function withoutEvents(section: Section, is: (event: string) => boolean): Section {
  return {
    ...section,
    order: section.order.filter((event) => !is(event)),
    events: mapValues(section.events, (events) => events.filter((event) => !is(event))),
  };
}

/** How the notes call an event that comes, or doesn't, where a response waited for others or has lost its connection. */
export const UNTIMELY = 'untimely';

/** A line that was sent as UTF-8. */
export function asLatin1(line: string): string {
  const text = Buffer.from(line, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? line : text;
}

/** Whether the place of an event among those of other objects is compared. */
export function isTimely(event: string): boolean {
  return !/^(?:socket (?:drain|.* called)|res \d+ (?:finish|close|drain|.* called)|req \d+ (?:end|close)|process uncaught)/.test(
    event,
  );
}

/** Whether a response may have been ended in a section, as its notes tell: by a call, or by a pipe. */
function mayEndIn({ steps }: Section, owner: string): boolean {
  const number = owner.slice('res '.length);
  const isOwn = (runner: string) => runner === `handler ${number}` || runner.startsWith(`${number} `);
  return Object.entries(steps).some(([runner, list]) =>
    list.some(
      (step) =>
        step.startsWith(`res${number}.end()`) || (isOwn(runner) && /^(?:res\.end|req\.pipe)\(\)/.test(step)),
    ),
  );
}

/** The events of each object, parted: those that wait until what was written has left, and those that don't. */
export function withoutHaste(section: Section): Section['events'] {
  const { events } = section;
  const parted = Object.entries(events).flatMap(([owner, list]) => {
    // What else was written decides whether a socket drains before it ends.
    if (owner === 'socket') return [[owner, list.filter((event) => !event.startsWith('drain'))] as const];
    if (!owner.startsWith('res')) return [[owner, list] as const];
    const isLeaving = (event: string) => /^(?:finish|close|drain|\w+ callback)/.test(event) && !isLate(event);
    const late = list.filter(isLate);
    const isDrain = (event: string) => event.startsWith('drain');
    const isFinish = (event: string) => event.startsWith('finish');
    const others = list.filter((event) => !isLeaving(event) && !isLate(event));
    return [
      [`${owner}, what has left`, list.filter((event) => isLeaving(event) && !isDrain(event))] as const,
      // What else was written decides whether it comes before 'finish', or, on Node 26, before a call that ends it.
      [
        `${owner}, drained`,
        list.some(isFinish) || mayEndIn(section, owner) ? [] : list.filter(isDrain),
      ] as const,
      [`${owner}, late`, late] as const,
      [owner, others] as const,
    ];
  });
  return Object.fromEntries(parted.filter(([, list]) => list.length > 0));
}

/** The callbacks of `end` apart from other events, whatever they get. */
export function withoutEndings(events: Section['events']): Section['events'] {
  const lists = Object.entries(events).flatMap(([owner, list]) => {
    const isEnding = (event: string) => event.startsWith('end callback');
    const isTimelyEnding = (event: string) => isEnding(event) && !event.endsWith(UNTIMELY);
    const endings = list.filter(isTimelyEnding).map((event) => event.replace(/ called .*$/, ' called'));
    return [
      [owner, list.filter((event) => !isEnding(event))] as const,
      [`${owner}, ended`, endings] as const,
    ];
  });
  return Object.fromEntries(lists.filter(([, list]) => list.length > 0));
}

/** Tells of a write after the end, and so waits for nothing. */
export function isLate(event: string): boolean {
  return event.includes('ERR_STREAM_WRITE_AFTER_END') || event.includes('ERR_STREAM_ALREADY_FINISHED');
}

export function mapValues(notes: Section['events'], change: (list: string[]) => string[]): Section['events'] {
  const changed = Object.entries(notes).map(([owner, list]) => [owner, change(list)] as const);
  return Object.fromEntries(changed.filter(([, list]) => list.length > 0));
}

/** The callbacks of writes apart from 'finish': where nothing is left to be sent, node:http calls the latter first. */
export function withoutWritten(events: Section['events']): Section['events'] {
  const isWritten = (event: string) => event.startsWith('write callback');
  const lists = Object.entries(events).flatMap(([owner, list]) => [
    [owner, list.filter((event) => !isWritten(event))] as const,
    [`${owner}, written`, list.filter(isWritten)] as const,
  ]);
  return Object.fromEntries(lists.filter(([, list]) => list.length > 0));
}
