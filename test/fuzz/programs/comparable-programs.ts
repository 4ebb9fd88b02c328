// Programs without what can't be compared, since a row of docs/compatibility.md says that all that follows differs.
// In: a program. Out: the same with as little as possible left out or put in another place. Both servers run that one.
import { node } from '../../subjects.js';
import type { ClientAction, Program, Step } from './program.js';
import { isSmall } from './program-facts.js';

interface Change {
  /** What the row of docs/compatibility.md begins with. */
  row: string;
  program(program: Program): Program;
}

const LEAVING = 'CONNECT or Upgrade after other requests, with a listener';

/** Where a handler lets few fields come, on connections after its own. */
const bounds = /"maxHeadersCount","to":[1-9]/;

export const changes: readonly Change[] = [
  {
    row: 'Upgrade in an HTTP/1.0 request',
    program: (program) => ({
      ...program,
      listeners: program.listeners.filter((event) => event !== 'upgrade' || !asksForOldUpgrade(program)),
    }),
  },
  {
    row: 'what one segment holds',
    program: (program) =>
      isOnePiece(program)
        ? program
        : { ...program, handlers: program.handlers.map((steps) => steps.map(withImmediate)) },
  },
  {
    row: 'what one segment holds',
    program: (program) =>
      node < 22 || isSmall(program.options.highWaterMark)
        ? { ...program, client: program.client.flatMap(withBodyAlone) }
        : program,
  },
  {
    row: '`clientError`',
    program: (program) =>
      bounds.test(JSON.stringify(program.handlers)) && (program.rounds ?? 1) > 1
        ? { ...program, client: withWholeLines(program.client) }
        : program,
  },
  {
    row: 'a refusal while requests before it are not answered',
    program: ({ rounds, ...program }) =>
      rounds === undefined || (program.handlers.length > 1 && bounds.test(JSON.stringify(program.handlers)))
        ? program
        : { ...program, rounds },
  },
  {
    row: 'size and encoding of writes',
    program: ({ options: { noDelay: _, ...options }, ...program }) => ({ ...program, options }),
  },
  {
    row: 'a connection that the client resets',
    program: (program) => ({ ...program, client: program.client.flatMap(withRestBeforeReset) }),
  },
  {
    row: '`cork()`',
    program: (program) =>
      JSON.stringify(program.handlers).includes('"cork"')
        ? {
            ...program,
            handlers: program.handlers.map((steps) => steps.filter((step) => !isEndOfClient(step))),
            client: program.client.flatMap(withRestBeforeEnd),
          }
        : program,
  },
  {
    row: 'a request after one with Upgrade that nobody takes, in the same segment',
    program: (program) =>
      program.listeners.includes('upgrade')
        ? program
        : { ...program, client: withoutInPieces(program.client, upgradeBefore) },
  },
  {
    row: 'requests pipelined on one connection',
    program: ({ options, ...program }) => {
      const { highWaterMark, ...others } = options;
      return {
        ...program,
        options: isSmall(highWaterMark) && program.handlers.length > 1 ? others : options,
      };
    },
  },
  {
    row: 'interim responses that wait for their turn',
    program: (program) =>
      program.handlers.length === 1 || program.listeners.includes('checkContinue')
        ? program
        : {
            ...program,
            client: program.client.map((action) => without(action, /Expect: 100-continue\r\n/gi)),
          },
  },
  ...["CONNECT after other requests, without a 'connect' listener", LEAVING].map((row) => ({
    row,
    program: (program: Program) =>
      program.handlers.length === 1
        ? program
        : { ...program, client: withoutInPieces(program.client, /CONNECT [\s\S]*$/g) },
  })),
  {
    row: LEAVING,
    program: (program) =>
      program.handlers.length > 1 && program.listeners.includes('upgrade')
        ? { ...program, client: withoutInPieces(program.client, /Upgrade: websocket\r\n/g) }
        : program,
  },
];

/** What the client sends is read before it resets. */
function withRestBeforeReset(action: ClientAction): ClientAction[] {
  return action === 'reset' ? ['quiet', 'reset'] : [action];
}

/** In a handler: what is corked after it is still held when the connection ends. */
function isEndOfClient(step: Step): boolean {
  return 'client' in step && step.client === 'end';
}

/** What is sent is answered before the client ends: what is held then is let go first. */
function withRestBeforeEnd(action: ClientAction): ClientAction[] {
  return action === 'end' ? ['quiet', 'end'] : [action];
}

function without(action: ClientAction, text: RegExp): ClientAction {
  return typeof action === 'object' ? { send: action.send.replace(text, '') } : action;
}

/** The same where what is left out may be cut into pieces. */
function withoutInPieces(client: ClientAction[], text: RegExp): ClientAction[] {
  const whole = client.map((action) => (typeof action === 'object' ? action.send : '')).join('');
  const gone = [...whole.matchAll(text)].map(({ 0: found, index }) => [index, index + found.length] as const);
  const isGone = (at: number) => gone.some(([start, end]) => start <= at && at < end);
  let sent = 0;
  return client.map((action) => {
    if (typeof action !== 'object') return action;
    const start = sent;
    sent += action.send.length;
    if (gone.length === 0) return action;
    return { send: [...action.send].filter((_, i) => !isGone(start + i)).join('') };
  });
}

/** Pieces that end where a line does: a field of which the name has come counts to node:http, and to premier when it is whole. */
function withWholeLines(client: ClientAction[]): ClientAction[] {
  let begun = '';
  const last = client.findLastIndex((action) => typeof action === 'object');
  return client.map((action, at) => {
    if (typeof action !== 'object') return action;
    const text = begun + action.send;
    const end = at === last ? text.length : text.lastIndexOf('\n') + 1;
    begun = text.slice(end);
    return { send: text.slice(0, end) };
  });
}

/**
 * A request whose body may be cut begins a segment of its own: after another one, node:http reads on though nobody reads
 * that body, since the end of the one before it has asked for that.
 */
function withBodyAlone(action: ClientAction): ClientAction[] {
  if (typeof action !== 'object') return [action];
  const { send } = action;
  const last = [...send.matchAll(/[A-Z]+ \S+ HTTP\/1\.[01]\r\n/g)].at(-1)?.index ?? 0;
  if (last === 0 || send.length - last < 1000) return [action];
  return [{ send: send.slice(0, last) }, 'quiet', { send: send.slice(last) }];
}

/** Whether the client sends nothing but one head. */
function isOnePiece({ client, handlers }: Program): boolean {
  const sent = client.map((action) => (typeof action === 'object' ? action.send : '')).join('');
  return handlers.length === 1 && sent.endsWith('\r\n\r\n') && sent.split('\r\n\r\n').length === 2;
}

/** By the next immediate all that a segment holds has come. */
function withImmediate(step: Step): Step {
  return 'wait' in step && (step.wait === 'tick' || step.wait === 'microtask') ? { wait: 'immediate' } : step;
}

function asksForOldUpgrade({ client }: Program): boolean {
  const sent = client.map((action) => (typeof action === 'object' ? action.send : '')).join('');
  return / HTTP\/1\.0\r\n/.test(sent) && /\r\nUpgrade:/.test(sent);
}

/** What asks for an upgrade in a request that isn't the last of its segment. */
const upgradeBefore = /Upgrade: websocket\r\n(?=[\s\S]* HTTP\/1\.)/g;

/** The program without what a row says can't be compared. */
export function comparable(program: Program): Program {
  return changes.reduce((changed, change) => change.program(changed), program);
}
