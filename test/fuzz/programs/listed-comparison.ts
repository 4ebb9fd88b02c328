// Two observations without what docs/compatibility.md lists as different, by the departures that are known.
// In: what node:http and premier showed. Out: the same with each departure applied to both, or to node:http what makes it
// show what premier does. Whatever else differs stays to be seen.
import { node } from '../../subjects.js';
import { PROPERTY } from './comparison.js';
import { type Departure, departures } from './departures.js';
import { mapValues, UNTIMELY } from './listed-notes.js';
import type { Program } from './program.js';
import { type HeadLine, rewriteHeads } from './response-heads.js';
import type { Observation, Section } from './trace.js';

const applied = departures.filter(({ until = node, since = node }) => since <= node && node <= until);

/** The departures that a program may meet. */
function concerning(program: Program): readonly Departure[] {
  return applied.filter(({ concerns }) => concerns?.(program) ?? true);
}

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
  const concerned = concerning(program);
  const sections = observation.sections.map((section) =>
    concerned.reduce((changed, { both }) => both?.(changed) ?? changed, section),
  );
  return { ...observation, sections };
}

/** What node:http showed, with the properties that differ from premier's in a listed way as premier shows them. */
export function asShownBeside(node: Observation, here: Observation, program: Program): Observation {
  let isRefused = false;
  const concerned = concerning(program);
  const isInPieces = program.client.filter((action) => typeof action === 'object').length > 1;
  const sections = node.sections.map((section, number) => {
    const other = here.sections[number];
    if (other === undefined) return section;
    isRefused ||= section.wire === `${other.wire}<refusal>`;
    const steps = Object.entries(section.steps).map(([owner, list]) => {
      const beside = other.steps[owner] ?? [];
      return [owner, list.map((step, at) => asPropertiesBeside(step, beside[at] ?? '', concerned))] as const;
    });
    const state =
      isInPieces && lateFor.test(section.state) && /^(?:ended|closed)$/.test(other.state)
        ? other.state
        : section.state;
    const shown = { ...section, state, steps: Object.fromEntries(steps) } as Section;
    return isRefused ? asRefusedLater(shown, other) : shown;
  });
  return { ...node, sections };
}

/** The rows of an end that premier leaves time for, and of a refusal that it gives in its turn, or not at all. */
export const refusalRows = {
  late: 'a connection that ends while its client still sends',
  answered: 'a body that turns out malformed after its request was answered',
  unanswered: 'a refusal while requests before it are not answered',
};

function asRefusedLater(section: Section, here: Section): Section {
  return { ...section, wire: section.wire.replace(/<refusal>$/, ''), state: here.state };
}

/** What a client meets that still sends where node:http has cut the connection. */
const lateFor = /^reset (?:EPIPE|ECONNRESET)$/;

/** What a write returns, where one of the servers was at a point at which that is listed. */
const moving = /: (?:moving|listed|left out)$/;

function asPropertiesBeside(step: string, beside: string, concerned: readonly Departure[]): string {
  if (moving.test(step) || moving.test(beside)) {
    const [call = ''] = step.split(': ');
    return beside.startsWith(`${call}: `) ? beside : step;
  }
  const others = beside.split(PROPERTY);
  const shown = step.split(PROPERTY).map((property, at) => {
    const other = others[at] ?? '';
    const isListed = concerned.some(
      ({ shows, where }) => shows?.test(property) && shows.test(other) && (where?.(step, beside) ?? true),
    );
    return isListed ? other : property;
  });
  return shown.join(' ');
}

/** Both, where an event that is untimely on one of them is so on the other: how far things had got decides it. */
export function asUntimelyAsEither(
  node: Observation,
  here: Observation,
): [node: Observation, here: Observation] {
  const untimely = new Set(
    [node, here].flatMap(({ sections }) =>
      sections.flatMap(({ order }) => order.filter((event) => event.endsWith(UNTIMELY))),
    ),
  );
  const marked = (owner: string) => (event: string) =>
    untimely.has(`${owner}${event} ${UNTIMELY}`) ? `${event} ${UNTIMELY}` : event;
  const mark = (observation: Observation): Observation => ({
    ...observation,
    sections: observation.sections.map((section) => ({
      ...section,
      order: section.order.map(marked('')),
      events: Object.fromEntries(
        Object.entries(section.events).map(([owner, events]) => [owner, events.map(marked(`${owner} `))]),
      ),
    })),
  });
  return [mark(node), mark(here)];
}
