// Makes a program that fails smaller, as long as it still fails.
// In: a program and a question. Out: a program of which no single part can be left out. Asks at most so many times.
import type { ClientAction, Program, Step } from './program.js';

/** Whether a program still fails. */
export type Fails = (program: Program) => Promise<boolean>;

const MOST_QUESTIONS = 600;

/** Every program that is smaller by one part, large parts first. */
function* smaller(program: Program): Generator<Program> {
  for (let i = 0; i < program.handlers.length; i++)
    yield { ...program, handlers: program.handlers.map((steps, j) => (i === j ? [] : steps)) };
  for (const name of Object.keys(program.options)) {
    const { [name]: _, ...options } = program.options;
    yield { ...program, options };
  }
  if (program.watched.length > 0) yield { ...program, watched: [] };
  for (const client of shorter(program.client)) yield { ...program, client };
  for (const listeners of shorter(program.listeners)) yield { ...program, listeners };
  for (const watched of shorter(program.watched)) yield { ...program, watched };
  for (const [i, steps] of program.handlers.entries()) {
    for (const fewer of smallerSteps(steps))
      yield { ...program, handlers: program.handlers.map((old, j) => (i === j ? fewer : old)) };
  }
  for (const client of simplerRequests(program.client)) yield { ...program, client };
  if (program.handlers.at(-1)?.length === 0) yield { ...program, handlers: program.handlers.slice(0, -1) };
}

/** The list without one of its items. */
function* shorter<T>(list: readonly T[]): Generator<T[]> {
  for (let i = list.length - 1; i >= 0; i--) yield list.toSpliced(i, 1);
}

function* smallerSteps(steps: readonly Step[]): Generator<Step[]> {
  yield* shorter(steps);
  for (const [i, step] of steps.entries())
    for (const simpler of simplerStep(step)) yield steps.with(i, simpler);
}

function* simplerStep(step: Step): Generator<Step> {
  if ('listen' in step) for (const inner of smallerSteps(step.do)) yield { ...step, do: inner };
  if ('wait' in step && step.wait !== 'quiet') yield { wait: 'quiet' };
  if (!('call' in step)) return;
  if (step.with.length > 0) yield { ...step, with: step.with.slice(0, -1) };
  for (const [i, value] of step.with.entries()) {
    if (typeof value !== 'object' || value === null) continue;
    if ('do' in value)
      for (const inner of smallerSteps(value.do)) yield { ...step, with: step.with.with(i, { do: inner }) };
    if ('object' in value) {
      for (const entries of shorter(Object.entries(value.object)))
        yield { ...step, with: step.with.with(i, { object: Object.fromEntries(entries) }) };
    }
    if ('times' in value && value.times !== undefined && value.times > 2)
      yield { ...step, with: step.with.with(i, { ...value, times: Math.ceil(value.times / 2) }) };
    if ('repeat' in value || 'bytes' in value || 'array' in value)
      yield { ...step, with: step.with.with(i, 'a') };
    if (Array.isArray(value))
      for (const list of shorter(value)) yield { ...step, with: step.with.with(i, list) };
  }
}

const request = /(?:^|(?<=\r\n))[A-Z]+ \S+ HTTP\/1\.\d\r\n(?:[^\r\n]+\r\n)*\r\n/g;

/** Sends without one request, or one of their field lines. */
function* simplerRequests(client: readonly ClientAction[]): Generator<ClientAction[]> {
  for (const [i, action] of client.entries()) {
    if (typeof action !== 'object') continue;
    const { send } = action;
    for (const { 0: head, index } of send.matchAll(request)) {
      yield client.with(i, { send: send.slice(0, index) + send.slice(index + head.length) });
      for (const { 0: line, index: at } of head.matchAll(/(?<=\r\n)(?!Host)[^\r\n]+\r\n/g)) {
        yield client.with(i, { send: send.slice(0, index + at) + send.slice(index + at + line.length) });
      }
    }
    for (const other of [send.replace('HTTP/1.0', 'HTTP/1.1'), send.replace(/^[A-Z]+/, 'GET')])
      if (other !== send) yield client.with(i, { send: other });
  }
}

export async function shrink(program: Program, fails: Fails): Promise<Program> {
  let smallest = program;
  let questions = 0;
  for (let again = true; again; ) {
    again = false;
    for (const candidate of smaller(smallest)) {
      if (++questions > MOST_QUESTIONS) return smallest;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      again = true;
      break;
    }
  }
  return smallest;
}
