// What a program does, where a row of docs/compatibility.md concerns only programs that do so.
// In: a program, or its steps. Out: whether it does, or how often.
import { getDefaultHighWaterMark } from 'node:stream';
import { interim } from './left-out.js';
import type { Program, Value } from './program.js';
import { HEAD_AT_MOST, sizeOfChunk } from './response-use.js';
import { isBadReason } from './step-values.js';

/** All steps, those of functions that are passed on among them. */
export function stepsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'on' in value ? [value as Record<string, unknown>] : [];
  return [...own, ...Object.values(value).flatMap(stepsIn)];
}

/** How many functions that are passed on set something of a response. */
export function callbacksThatSet(steps: unknown): number {
  return stepsIn(steps)
    .flatMap(({ with: values }) => (Array.isArray(values) ? values : []))
    .filter(
      (value) =>
        typeof value === 'object' && value !== null && stepsIn(value.do).some((step) => 'set' in step),
    ).length;
}

export function writesNothing(step: Record<string, unknown>): boolean {
  return step.on === 'res' && step.call === 'write' && sizeOfChunk(step.with as Value[]) === 0;
}

/** Whether what a handler writes to its response waits below the high-water mark, and with a head doesn't. */
export function fillsButForHead({ handlers, options }: Program): boolean {
  const mark = Number(options.highWaterMark ?? getDefaultHighWaterMark(false));
  return handlers.some((steps) => {
    let size = 0;
    return steps.some((step) => {
      if (!('call' in step) || step.on !== 'res' || step.call !== 'write') return false;
      size += sizeOfChunk(step.with);
      return size < mark && size + HEAD_AT_MOST >= mark;
    });
  });
}

/** Whether hardly anything may wait. */
export function isSmall(highWaterMark: Value | undefined): boolean {
  return typeof highWaterMark === 'number' && highWaterMark < 16_384;
}

/** Of each handler, whether it pipes its request. */
function piping({ handlers }: Program): boolean[] {
  const isPiping = (step: Record<string, unknown>) =>
    step.on === 'req' && (step.call === 'pipe' || step.call === 'pipeline');
  return handlers.map((steps) => stepsIn(steps).some(isPiping));
}

/** Whether a response into which its request is piped is ended by a handler as well. */
export function endsPiped(program: Program): boolean {
  const pipes = piping(program);
  return program.handlers.some((steps, number) =>
    stepsIn(steps).some(
      ({ on, call, of = number }) => on === 'res' && call === 'end' && pipes[of as number] === true,
    ),
  );
}

/**
 * Whether a handler sets the reason of the response of another one, into which that one pipes its request, or gives its own
 * one that is refused: what comes after a request that is long may be refused before it is read, or after that.
 */
export function setsReasonOfPiped(program: Program): boolean {
  const pipes = piping(program);
  return program.handlers.some((steps, number) =>
    stepsIn(steps).some(({ on, of = number, set, call, to, with: values }) => {
      if (on !== 'res' || pipes[of as number] !== true) return false;
      if (of !== number) return set === 'statusMessage';
      const reason = set === 'statusMessage' ? to : call === 'writeHead' ? (values as Value[])[1] : undefined;
      return number > 0 && isBadReason(reason);
    }),
  );
}

/** Whether a handler destroys its request in a function that is called, and pipes it. */
export function pipesDestroyed(program: Program): boolean {
  const pipes = piping(program);
  return program.handlers.some((steps, number) => {
    const inFunctions = stepsIn(stepsIn(steps).map((step) => [step.with, step.do]));
    return pipes[number] === true && inFunctions.some(({ on, call }) => on === 'req' && call === 'destroy');
  });
}

/** Whether a handler announces trailers in the response of another one, into which that one pipes its request. */
export function announcesForPiped(program: Program): boolean {
  const { handlers } = program;
  const pipes = piping(program);
  return handlers.some((steps, number) =>
    stepsIn(steps).some(
      ({ on, of, with: values }) =>
        on === 'res' &&
        typeof of === 'number' &&
        of !== number &&
        pipes[of] === true &&
        /"trailer"/i.test(JSON.stringify(values)),
    ),
  );
}

export function corks({ handlers }: Program): boolean {
  return JSON.stringify(handlers).includes('"cork"');
}

export function endsSocket({ handlers }: Program): boolean {
  return /"on":"socket","call":"(?:end|destroySoon)"/.test(JSON.stringify(handlers));
}

export function resets(program: Program): boolean {
  return JSON.stringify(program).includes('"reset"');
}

/** Whether the server, or a handler of its socket, lets the kernel wait before it sends little. */
export function delays({ handlers, options }: Program): boolean {
  return options.noDelay === false || JSON.stringify(handlers).includes('"setNoDelay","with":[false]');
}

/** Whether a handler throws where its socket drains. */
export function throwsAtDrain({ handlers }: Program): boolean {
  return stepsIn(handlers).some(
    ({ on, listen, do: steps }) =>
      on === 'socket' && listen === 'drain' && JSON.stringify(steps).includes('"throw"'),
  );
}

/**
 * Whether what a handler writes to its response between two rests is too much to wait, with a head, though what it writes in
 * each tick isn't.
 */
export function fillsOverTicks({ handlers, options }: Program): boolean {
  const mark = Number(options.highWaterMark ?? getDefaultHighWaterMark(false));
  return handlers.some((steps) => {
    let [tick, sinceRest] = [0, 0];
    return steps.some((step) => {
      if ('wait' in step) {
        tick = 0;
        if (step.wait === 'quiet') sinceRest = 0;
      } else if ('call' in step && step.on === 'res' && step.call === 'write') {
        tick += sizeOfChunk(step.with);
        sinceRest += sizeOfChunk(step.with);
      }
      return tick < sinceRest && tick < mark && sinceRest + HEAD_AT_MOST >= mark;
    });
  });
}

/** The methods of all requests, in their order. */
export function methodsOf({ client }: Program): string[] {
  const text = client.map((action) => (typeof action === 'object' ? action.send : '')).join('');
  return [...text.matchAll(/(?<![A-Z-])([A-Z-]+) \S+ HTTP\/1\.[01]\r\n/g)].map(([, method]) => `${method}`);
}

/**
 * Whether a handler gives callbacks to the writes of a response that has no body, and with which something else may leave: an
 * answer before it, or an interim one.
 */
export function writesToNoBody(program: Program): boolean {
  const methods = methodsOf(program);
  return program.handlers.some((handler, number) => {
    const steps = stepsIn(handler).filter(({ on }) => on === 'res');
    const hasNoBody = methods[number] === 'HEAD' || steps.some(setsNoBody);
    const isWithOthers = number > 0 || steps.some(({ call }) => interim.has(`${call}`));
    return hasNoBody && isWithOthers && steps.some(writesWithCallback);
  });
}

function setsNoBody({ set, to, call, with: values }: Record<string, unknown>): boolean {
  const status = set === 'statusCode' ? to : call === 'writeHead' ? (values as Value[])[0] : undefined;
  return status === 204 || status === 304;
}

function writesWithCallback({ call, with: values }: Record<string, unknown>): boolean {
  return call === 'write' && JSON.stringify(values).includes('"do"');
}

/** Whether a handler pushes to its request in a function that is called in a tick of its own. */
export function pushesInTick({ handlers }: Program): boolean {
  const pushes = (steps: unknown) => stepsIn(steps).some(({ on, call }) => on === 'req' && call === 'push');
  return stepsIn(handlers).some(({ on, call, listen, with: values, do: steps }) => {
    if (call === 'getConnections') return pushes(values);
    const isOfClose =
      on === 'res' && (listen === 'close' || (Array.isArray(values) && values[0] === 'close'));
    return isOfClose && pushes([values, steps]);
  });
}
