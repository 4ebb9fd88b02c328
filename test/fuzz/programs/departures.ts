// The departures of docs/compatibility.md that programs meet, each by the first cell of its row.
// In: what was observed. Out: the same without what a row says differs; whatever else differs stays to be seen. A row is
// applied as narrowly as it can be told: to the bytes, properties and events it names, never to a whole program. Steps
// that can't be compared at all are those of left-out-steps.ts, parts of programs those of comparable-programs.ts.
import { node } from '../../subjects.js';
import {
  asLatin1,
  isTimely,
  mapValues,
  ofSegment,
  refusal,
  reset,
  UNTIMELY,
  withoutCount,
  withoutEndings,
  withoutEvents,
  withoutFirstCall,
  withoutHaste,
  withoutLength,
  withoutReason,
  withoutRepeatedReadable,
  withoutWritten,
} from './listed-notes.js';
import type { Program } from './program.js';
import {
  callbacksThatSet,
  corks,
  endsSocket,
  fillsButForHead,
  resets,
  stepsIn,
  writesNothing,
  writesToNoBody,
} from './program-facts.js';
import { type HeadLine, withJoinedChunks } from './response-heads.js';
import type { Section } from './trace.js';

export interface Departure {
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

const isDestroyed = / destroyed=true /;

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
    where: (look) => /statusCode=(?:204|304) |_header="HTTP\/1\.1 (?:204|304) /.test(look),
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
    row: '`clientError`',
    both: (section) => ({
      ...section,
      events: mapValues(section.events, (events) => events.map(withoutCount)),
      order: section.order.map(withoutCount),
    }),
  },
  {
    row: "when 'finish' comes",
    both: (section) => ({ ...section, order: section.order.filter(isTimely), events: withoutHaste(section) }),
  },
  {
    row: "when 'finish' comes",
    concerns: (program) =>
      program.handlers.some((steps) => stepsIn(steps).some(writesNothing)) || writesToNoBody(program),
    both: (section) => ({ ...section, events: withoutWritten(section.events) }),
  },
  {
    row: "when 'finish' comes",
    // One of the two has closed by then.
    shows: /^/,
    where: (look, here) =>
      look.startsWith('look at socket') && isHasty(look) && isDestroyed.test(look) !== isDestroyed.test(here),
  },
  {
    row: "when 'finish' comes",
    until: 21,
    shows: /^destroyed=/,
    where: (look) => look.startsWith('look at req') && isHasty(look),
  },
  {
    row: "when 'finish' comes",
    // The last callback decides.
    concerns: ({ handlers }) => handlers.some((steps) => callbacksThatSet(steps) > 1),
    shows: /^status(?:Code|Message)=/,
    where: (look) => look.startsWith('look at res'),
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
    where: (look) => !/ complete=false /.test(look) || / destroyed=true /.test(look),
  },
  {
    row: "'finish' of a response whose connection is lost",
    shows: /^(?:writableFinished=(?:true|false)|(?:socket|connection)=(?:null|<socket>))$/,
    where: (_, here) => / destroyed=true /.test(here),
  },
  {
    row: 'small print of streams',
    shows: /^writableCorked=-?\d+$/,
    where: (look, here) => node < 22 || / destroyed=true /.test(look + here),
  },
  {
    row: '`cork()`',
    concerns: corks,
    shows: /^writableNeedDrain=/,
    where: (look) => look.startsWith('look at socket'),
  },
  {
    row: '`cork()`',
    concerns: corks,
    both: (section) => ({ ...section, wire: withJoinedChunks(section.wire) }),
  },
  {
    row: '`writableLength`',
    shows: /^writableNeedDrain=/,
    where: (look) => / writableCorked=[1-9]/.test(look),
  },
  {
    row: '`writableLength`',
    concerns: fillsButForHead,
    shows: /^writableNeedDrain=/,
    where: (look) => look.startsWith('look at res'),
  },
  {
    row: 'what one segment holds',
    concerns: ({ handlers }) => handlers.length > 1,
    both: (section) => ({
      ...section,
      order: section.order.filter((event) => !/^res \d+ (?:prefinish|pipe|unpipe)/.test(event)),
    }),
  },
  {
    row: '`socket.timeout` of an idle connection',
    concerns: ({ handlers }) => JSON.stringify(handlers).includes('"setTimeout"'),
    shows: /^timeout=(?:undefined|0|[1-9]\d*000)$/,
  },
  {
    row: 'small print of streams',
    concerns: endsSocket,
    shows: /^(?:destroyed|writableFinished|closed|errored|aborted|readable\w*|socket|connection)=/,
    where: (look) => /^look at re[sq]/.test(look),
  },
  {
    row: 'small print of streams',
    until: 23,
    concerns: endsSocket,
    shows: /^writableNeedDrain=/,
    where: (look) => look.startsWith('look at res'),
  },
  {
    row: '`socket.timeout` of an idle connection',
    shows: /^timeout=(?:undefined|0|[1-9]\d*000)$/,
    where: (node, here) => / timeout=(?:undefined|0) /.test(node + here),
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
    row: 'requests after an answer that ends the connection',
    shows: /^_httpMessage=(?:null|<ServerResponse>)$/,
    where: (node) => / _httpMessage=<ServerResponse>/.test(node),
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
    row: 'a connection that the client resets',
    // Before a rest, the write that meets it may not have left.
    concerns: resets,
    shows: /^(?:destroyed|aborted)=|^errored=(?:null|Error \[ECONNRESET\]: aborted)$/,
    where: (look) => /^look at re[sq]/.test(look) && !/ (?:writableFinished|complete)=/.test(look),
  },
  {
    row: 'a connection that the client resets',
    concerns: resets,
    shows: /^errored=(?:null|Error \[(?:ECONNRESET|EPIPE)\]: .*)$/,
    where: (look) => look.startsWith('look at socket'),
  },
  {
    row: 'a connection that the client resets',
    concerns: resets,
    shows: /^errored=Error \[(?:ECONNRESET|EPIPE)\]: (?:read|write) /,
    where: (look) => look.startsWith('look at req'),
  },
  {
    row: 'a connection that the client resets',
    until: 23,
    concerns: resets,
    shows:
      /^(?:aborted|readable|readable(?:Aborted|DidRead|Ended|Flowing|Length)|destroyed|closed|complete)=\w+$/,
    where: (look) => look.startsWith('look at req'),
  },
  {
    row: 'a connection that the client resets',
    concerns: resets,
    both: (section) => ({
      ...section,
      events: mapValues(section.events, (events) => events.map(withoutFirstCall)),
      steps: mapValues(section.steps, (steps) => steps.map(withoutReason)),
    }),
  },
  {
    row: 'a connection that the client resets',
    until: 23,
    concerns: resets,
    both: (section) => withoutEvents(section, (event) => event.includes('clientError Error [ECONNRESET]')),
  },
  {
    row: 'what one segment holds',
    concerns: ({ handlers }) => /"call":"pipe"|"listen"|"do"/.test(JSON.stringify(handlers)),
    shows: /^(?:destroyed|writableEnded)=(?:true|false)$/,
    where: isHasty,
  },
  {
    row: 'small print of streams',
    both: (section) =>
      withoutEvents(section, (event) => /^write\w* callback of \d+ called \w*Error/.test(event)),
  },
];

/** Whether it is a look at a request or a socket while something is under way: at rest it shows more. */
function isHasty(look: string): boolean {
  return /^look at (?:req|socket)/.test(look) && !/ (?:complete|writableFinished)=/.test(look);
}
