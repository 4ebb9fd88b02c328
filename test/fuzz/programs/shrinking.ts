// Makes a program that fails smaller, as long as it still fails.
// In: a program and a question. Out: a program of which hardly a part can be left out. Asks at most so many times.
import type { ClientAction, Program, Step, Value } from './program.js';

/** Whether a program still fails. */
export type Fails = (program: Program) => Promise<boolean>;

/** Ways to make a program smaller by one part. */
type Pass = (program: Program) => Iterable<Program>;

const MOST_QUESTIONS = 1500;

/** The list without one of its items. */
function* shorter<T>(list: readonly T[]): Generator<T[]> {
  for (let i = list.length - 1; i >= 0; i--) yield list.toSpliced(i, 1);
}

/** The list with one of its items replaced by something simpler. */
function* simpler<T>(list: readonly T[], ways: (item: T) => Iterable<T>): Generator<T[]> {
  for (const [i, item] of list.entries()) for (const way of ways(item)) yield list.with(i, way);
}

function* joinedClient(program: Program): Generator<Program> {
  const whole = program.client.map((action) => (typeof action === 'object' ? action.send : '')).join('');
  const others = program.client.filter((action) => typeof action !== 'object' && action !== 'quiet');
  yield { ...program, client: [{ send: whole }] };
  yield { ...program, client: [{ send: whole }, ...others] };
}

function* withoutHandlers(program: Program): Generator<Program> {
  for (let i = 0; i < program.handlers.length; i++) {
    if (program.handlers[i]?.length) yield { ...program, handlers: program.handlers.with(i, []) };
  }
  if (program.handlers.at(-1)?.length === 0) yield { ...program, handlers: program.handlers.slice(0, -1) };
}

function* withoutSetting(program: Program): Generator<Program> {
  for (const name of Object.keys(program.options)) {
    const { [name]: _, ...options } = program.options;
    yield { ...program, options };
  }
  const { rounds, ...once } = program;
  if (rounds !== undefined) yield once;
  if (program.watched.length > 0) yield { ...program, watched: [] };
  for (const listeners of shorter(program.listeners)) yield { ...program, listeners };
  for (const watched of shorter(program.watched)) yield { ...program, watched };
}

function* smallerHandlers(program: Program): Generator<Program> {
  for (const handlers of simpler(program.handlers, smallerSteps)) yield { ...program, handlers };
}

function* smallerSteps(steps: readonly Step[]): Generator<Step[]> {
  yield* shorter(steps);
  yield* simpler(steps, simplerStep);
}

function* simplerStep(step: Step): Generator<Step> {
  if ('listen' in step) for (const inner of smallerSteps(step.do)) yield { ...step, do: inner };
  if ('wait' in step && step.wait !== 'quiet') yield { wait: 'quiet' };
  if (!('call' in step)) return;
  // What nothing is piped to ends the process, sooner or later.
  if (step.with.length > 0 && step.call !== 'pipe') yield { ...step, with: step.with.slice(0, -1) };
  for (const values of simpler(step.with, simplerValue)) yield { ...step, with: values };
}

function* simplerValue(value: Value): Generator<Value> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) yield* shorter(value);
  else if ('do' in value) for (const inner of smallerSteps(value.do)) yield { do: inner };
  else if ('object' in value) {
    for (const entries of shorter(Object.entries(value.object)))
      yield { object: Object.fromEntries(entries) };
  } else if ('repeat' in value || 'bytes' in value || 'array' in value) {
    yield 'a';
    if ('times' in value && value.times !== undefined && value.times > 2) {
      yield { ...value, times: Math.ceil(value.times / 2) };
    }
  }
}

const PLAINEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const heads = /(?=(?:^|(?<=\r\n|hello|[ch]{4}))[A-Z]+ \S+ HTTP\/1\.\d\r\n)/;
const plainLine = /(?<=\r\n)(?!Host|Content-Length|Transfer-Encoding)[\w-]+: [^\r\n]+\r\n/g;

/** Sends without one request, with a plainer one in its place, or without one of its lines. */
function* simplerClient(program: Program): Generator<Program> {
  for (const client of shorter(program.client)) {
    if (program.client.length - client.length === 1) yield { ...program, client };
  }
  for (const client of simpler(program.client, simplerSend)) yield { ...program, client };
}

function* simplerSend(action: ClientAction): Generator<ClientAction> {
  if (typeof action !== 'object') return;
  const requests = action.send.split(heads);
  for (const fewer of shorter(requests)) yield { send: fewer.join('') };
  for (const plainer of simpler(requests, plainerRequest)) yield { send: plainer.join('') };
}

function* plainerRequest(text: string): Generator<string> {
  if (text !== PLAINEST) yield PLAINEST;
  for (const { 0: line, index } of text.matchAll(plainLine)) {
    yield text.slice(0, index) + text.slice(index + line.length);
  }
}

const passes: readonly Pass[] = [
  joinedClient,
  withoutHandlers,
  withoutSetting,
  smallerHandlers,
  simplerClient,
];

export async function shrink(program: Program, fails: Fails): Promise<Program> {
  let smallest = program;
  let questions = 0;
  for (let before = ''; before !== JSON.stringify(smallest); ) {
    before = JSON.stringify(smallest);
    for (const pass of passes) {
      // What was left out makes the next part take its place.
      for (let part = 0; ; ) {
        const candidate = [...pass(smallest)][part];
        if (candidate === undefined) break;
        if (++questions > MOST_QUESTIONS) return smallest;
        const changed = JSON.stringify(candidate) !== JSON.stringify(smallest);
        if (changed && (await fails(candidate))) smallest = candidate;
        else part++;
      }
    }
  }
  return smallest;
}
