// The departures of docs/compatibility.md that programs meet, each by the first cell of its row.
// In: what was observed. Out: the same without what a row says differs; whatever else differs stays to be seen. A row is
// applied as narrowly as it can be told: to the bytes, properties and events it names, never to a whole program. Steps
// that can't be compared at all are those of left-out-steps.ts, parts of programs those of comparable-programs.ts.
import { Buffer } from 'node:buffer';
import { node } from '../../subjects.js';
import { PROPERTY } from './comparison.js';
import type { Program } from './program.js';
import { type HeadLine, rewriteHeads, withJoinedChunks } from './response-heads.js';
import type { Observation, Section } from './trace.js';

interface Departure {
  /** What the row of docs/compatibility.md begins with. */
  row: string;
  /** The last line of Node that it concerns; all where it is left out. */
  until?: number;
  /** The first line of Node that it concerns; all where it is left out. */
  since?: number;
  /** What node:http sends and shows, turned into what premier does. */
  heads?(status: number, lines: HeadLine[]): HeadLine[];
  /** The programs that it concerns; all where it is left out. */
  concerns?(program: Program): boolean;
  /** What both have, without what may differ. */
  both?(section: Section): Section;
  /** A property of a look that may differ as long as both servers show one of these values, in the looks of `where`. */
  shows?: RegExp;
  where?(node: string, here: string): boolean;
}

const isFraming = (name: string) => ({
  length: name === 'content-length',
  coding: name === 'transfer-encoding',
});

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
    row: 'Content-Length in a 204, Transfer-Encoding in a 204 or 304',
    shows: /^shouldKeepAlive=/,
    where: (look) => /statusCode=(?:204|304) /.test(look),
  },
  {
    row: 'Content-Length beside Transfer-Encoding in a response',
    heads: (_, lines) =>
      lines.some(({ name }) => isFraming(name).coding)
        ? lines.filter(({ name }) => !isFraming(name).length)
        : lines,
  },
  {
    row: 'Content-Length and Transfer-Encoding in an interim response',
    heads: (status, lines) =>
      lines.filter(({ name }) => status > 199 || !(isFraming(name).length || isFraming(name).coding)),
  },
  {
    row: 'fields with characters above US-ASCII',
    heads: (_, lines) => lines.map(({ name, line }) => ({ name, line: asLatin1(line) })),
  },
  {
    row: 'callbacks of `end`',
    until: 23,
    both: (section) => ({ ...section, events: withoutEndings(section.events) }),
  },
  {
    row: "when 'finish' comes",
    both: (section) => ({ ...section, order: section.order.filter(isTimely), events: withoutHaste(section) }),
  },
  {
    row: "'close' of a response whose connection is lost before its turn",
    both: (section) => withoutEvents(section, (event) => event.includes(UNTIMELY)),
  },
  {
    row: 'what one segment holds',
    both: (section) => ({ ...section, order: section.order.filter((event) => !ofSegment.test(event)) }),
  },
  {
    row: "the turn of a pipelined response, and its 'socket'",
    both: (section) => withoutEvents(section, (event) => event.endsWith('socket <socket>')),
  },
  {
    row: '`writableLength`',
    both: (section) => ({
      ...section,
      steps: mapValues(section.steps, (steps) => steps.map(withoutLength)),
    }),
  },
  {
    row: 'small print of streams',
    both: (section) => ({ ...section, events: mapValues(section.events, withoutRepeatedReadable) }),
  },
  {
    row: 'answers to what is refused, in `premier`',
    both: (section) => ({ ...section, wire: section.wire.replace(refusal, '<refusal>') }),
  },
  {
    row: 'a connection that the client resets',
    both: (section) => ({
      ...section,
      events: mapValues(section.events, (events) =>
        events.map((event) => event.replace(reset, 'ECONNRESET')),
      ),
      order: section.order.map((event) => event.replace(reset, 'ECONNRESET')),
    }),
  },
  {
    row: '`readableFlowing` of an answered request',
    shows: /^readableFlowing=(?:true|false|null)$/,
    where: (look) => !/ complete=false /.test(look),
  },
  {
    row: "'finish' of a response whose connection is lost",
    shows: /^(?:writableFinished=(?:true|false)|(?:socket|connection)=(?:null|<socket>))$/,
    where: (_, here) => / destroyed=true /.test(here),
  },
  {
    row: 'small print of streams',
    shows: /^writableCorked=\d+$/,
    where: (look, here) => node < 22 || / destroyed=true /.test(look + here),
  },
  {
    row: '`cork()`',
    concerns: ({ handlers }) => JSON.stringify(handlers).includes('"cork"'),
    both: (section) => ({ ...section, wire: withJoinedChunks(section.wire) }),
  },
  {
    row: '`writableLength`',
    shows: /^writableNeedDrain=/,
    where: (look) => / writableCorked=[1-9]/.test(look),
  },
  {
    row: 'what one segment holds',
    concerns: ({ handlers }) => handlers.length > 1,
    both: (section) => ({
      ...section,
      order: section.order.filter((event) => !/^res \d+ (?:prefinish|pipe)/.test(event)),
    }),
  },
  {
    row: '`socket.timeout` of an idle connection',
    shows: /^timeout=(?:undefined|0|[1-9]\d*000)$/,
    where: (_, here) => / timeout=(?:undefined|0) /.test(here),
  },
  {
    row: '`trailersDistinct` that was read before the trailers came',
    shows: /^trailersDistinct=/,
    where: (node) => / trailersDistinct=\{\} /.test(node),
  },
  {
    row: 'what is written in one turn, on Node 26',
    since: 26,
    both: (section) => ({ ...section, wire: withJoinedChunks(section.wire) }),
  },
  {
    row: 'size and encoding of writes',
    shows: /^bytesWritten=/,
  },
  {
    row: "the turn of a pipelined response, and its 'socket'",
    shows: /^_httpMessage=<res \d+>$/,
  },
  {
    row: 'a connection that the client resets',
    until: 23,
    shows: /^errored=(?:null|Error \[ECONNRESET\]: aborted)$/,
    where: (look) => look.startsWith('look at req'),
  },
  {
    row: 'a connection that the client resets',
    shows: /^errored=(?:null|Error \[ECONNRESET\]: (?:write ECONNRESET|aborted))$/,
    where: (look) => look.startsWith('look at res'),
  },
  {
    row: 'small print of streams',
    both: (section) =>
      withoutEvents(section, (event) => /^write\w* callback of \d+ called \w*Error/.test(event)),
  },
];

/** What comes in a tick of its own on node:http, and within one tick on premier. */
const ofSegment = /^(?:server (?:begins|check|dropRequest)|req \d+ (?:data|\w+ listener)|res \d+ error)/;

/** An answer to what can't be read, which is the last thing on a connection. */
const refusal =
  /HTTP\/1\.1 (?:4\d\d|5\d\d) [\w ]+\r\n(?:Connection: close\r\n\r\n|Date: <date>\r\nConnection: close\r\nContent-Type: text\/plain; charset=utf-8\r\nContent-Length: \d+\r\n\r\n\d{3} [\w ]+: .* \(RFC \d+, section [\d.]+\)\n)$/;

const reset = /(?:read|write) ECONNRESET/;

function withoutLength(step: string): string {
  return step.replace(/ (?:writableLength)=\d+/, '').replace(/(res\d*\.writableLength): \d+$/, '$1');
}

/** One call of a listener for 'readable' where there are several in a row. */
function withoutRepeatedReadable(events: string[]): string[] {
  return events.filter((event, at) => !(event.startsWith('readable') && event === events[at - 1]));
}

function withoutEvents(section: Section, is: (event: string) => boolean): Section {
  return {
    ...section,
    order: section.order.filter((event) => !is(event)),
    events: mapValues(section.events, (events) => events.filter((event) => !is(event))),
  };
}

/** How the notes call an event that comes, or doesn't, where a response waited for others or has lost its connection. */
export const UNTIMELY = 'untimely';

/** A line that was sent as UTF-8. */
function asLatin1(line: string): string {
  const text = Buffer.from(line, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? line : text;
}

/** Whether the place of an event among those of other objects is compared. */
function isTimely(event: string): boolean {
  return !/^(?:socket (?:drain|.* called)|res \d+ (?:finish|close|drain|.* called)|req \d+ (?:end|close)|process uncaught)/.test(
    event,
  );
}

/** The events of each object, parted: those that wait until what was written has left, and those that don't. */
function withoutHaste({ events }: Section): Section['events'] {
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
      // What else was written decides whether it comes before 'finish'.
      [`${owner}, drained`, list.some(isFinish) ? [] : list.filter(isDrain)] as const,
      [`${owner}, late`, late] as const,
      [owner, others] as const,
    ];
  });
  return Object.fromEntries(parted.filter(([, list]) => list.length > 0));
}

/** The callbacks of `end` apart from other events, whatever they get. */
function withoutEndings(events: Section['events']): Section['events'] {
  const lists = Object.entries(events).flatMap(([owner, list]) => {
    const isEnding = (event: string) => event.startsWith('end callback');
    const endings = list.filter(isEnding).map((event) => event.replace(/ called .*$/, ' called'));
    return [
      [owner, list.filter((event) => !isEnding(event))] as const,
      [`${owner}, ended`, endings] as const,
    ];
  });
  return Object.fromEntries(lists.filter(([, list]) => list.length > 0));
}

/** Tells of a write after the end, and so waits for nothing. */
function isLate(event: string): boolean {
  return event.includes('ERR_STREAM_WRITE_AFTER_END') || event.includes('ERR_STREAM_ALREADY_FINISHED');
}

function mapValues(notes: Section['events'], change: (list: string[]) => string[]): Section['events'] {
  const changed = Object.entries(notes).map(([owner, list]) => [owner, change(list)] as const);
  return Object.fromEntries(changed.filter(([, list]) => list.length > 0));
}

const applied = departures.filter(({ until = node, since = node }) => since <= node && node <= until);

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
export function withoutListed(observation: Observation, program: Program): Observation {
  const concerned = applied.filter(({ concerns }) => concerns?.(program) ?? true);
  const sections = observation.sections.map((section) =>
    concerned.reduce((changed, { both }) => both?.(changed) ?? changed, section),
  );
  return { ...observation, sections };
}

/** What node:http showed, with the properties that differ from premier's in a listed way as premier shows them. */
export function asShownBeside(node: Observation, here: Observation): Observation {
  let isRefused = false;
  const sections = node.sections.map((section, number) => {
    const other = here.sections[number];
    if (other === undefined) return section;
    isRefused ||= section.wire === `${other.wire}<refusal>`;
    const steps = Object.entries(section.steps).map(([owner, list]) => {
      const beside = other.steps[owner] ?? [];
      return [owner, list.map((step, at) => asPropertiesBeside(step, beside[at] ?? ''))] as const;
    });
    const shown = { ...section, steps: Object.fromEntries(steps) };
    return isRefused ? asRefusedLater(shown, other) : shown;
  });
  return { ...node, sections };
}

/** The rows of a refusal that premier gives in its turn, or not at all where its request was answered. */
export const refusalRows = {
  answered: 'a body that turns out malformed after its request was answered',
  unanswered: 'a refusal while requests before it are not answered',
};

function asRefusedLater(section: Section, here: Section): Section {
  return { ...section, wire: section.wire.replace(/<refusal>$/, ''), state: here.state };
}

/** What a write returns, where one of the servers was at a point at which that is listed. */
const moving = /: (?:moving|listed|left out)$/;

function asPropertiesBeside(step: string, beside: string): string {
  if (moving.test(step) !== moving.test(beside)) {
    const [call = ''] = step.split(': ');
    return beside.startsWith(`${call}: `) ? beside : step;
  }
  const others = beside.split(PROPERTY);
  const shown = step.split(PROPERTY).map((property, at) => {
    const other = others[at] ?? '';
    const isListed = applied.some(
      ({ shows, where }) => shows?.test(property) && shows.test(other) && (where?.(step, beside) ?? true),
    );
    return isListed ? other : property;
  });
  return shown.join(' ');
}
