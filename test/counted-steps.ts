// How much work a piece of premier does that only computes, as a number that is the same on every machine.
// In: something to run. Out: its steps: how often each block of that code ran (V8 counts it itself where it measures
// coverage), and the bytes and characters that built-in methods looked at for it.
// Not seen is what the language does without a method: comparing two strings, flattening one that was put together.
// Whatever is measured must be imported after this module: V8 counts in the code that it compiles from here on.
import { Buffer } from 'node:buffer';
import { Session } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';

// Optimised code leaves some of the counting out, and when code is optimised depends on the machine.
for (const flag of ['--no-opt', '--no-maglev']) setFlagsFromString(flag);

/** What is measured: the parser, and what reads fields for documents, libraries included. */
const measured = /\/dist\/(http1?|documents)\/|\/node_modules\/(negotiator|content-type)\//;

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** How often the blocks ran since the last call. */
function takeBlocks(): number {
  let blocks = 0;
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error) throw error;
    for (const script of coverage.result) {
      if (!measured.test(script.url)) continue;
      for (const { ranges } of script.functions) for (const { count } of ranges) blocks += count;
    }
  });
  return blocks;
}

type Cost = (result: unknown, self: { length: number }, args: unknown[]) => number;

const constant: Cost = () => 1;
const lengthOfResult: Cost = (result) => (result as string).length;
/** From where a search began to where it found something, or to the end. */
const searched: Cost = (result, self, args) => {
  const from = Number(args[1] ?? 0);
  return (result === -1 ? self.length : Number(result) + 1) - from;
};
const searchedBackwards: Cost = (result, self, args) => Number(args[1] ?? self.length) - Number(result);
const lengthOfSelf: Cost = (_result, self) => self.length + 1;

/** What methods look at; any other is charged with all that it is called on. */
const costs: Record<string, Cost> = {
  at: constant,
  charCodeAt: constant,
  codePointAt: constant,
  pop: constant,
  push: constant,
  slice: constant,
  subarray: constant,
  startsWith: (_result, _self, args) => String(args[0]).length,
  endsWith: (_result, _self, args) => String(args[0]).length,
  indexOf: searched,
  lastIndexOf: searchedBackwards,
  copy: (result) => Number(result),
  toString: lengthOfResult,
  latin1Slice: lengthOfResult,
};

/**
 * Expressions whose steps grow with the text alone: each is anchored or begins with what it can't repeat, and no
 * repeated class holds what comes after it.
 */
const linearExpressions = new Set([
  '^https?:\\/\\/([^/?]*)',
  '^[a-z][a-z0-9+.-]*:\\/\\/.',
  '^bytes=(.*)$',
  '^(\\d*)-(\\d*)$',
  '(?:W\\/)?"[^"]*"',
  '(^|[\\s,])x-gzip(?=[\\s,;]|$)',
  '^\\w{3}, (\\d\\d) (\\w{3}) (\\d{4}) (\\d\\d):(\\d\\d):(\\d\\d) GMT$',
  '^\\w{6,9}, (\\d\\d)-(\\w{3})-(\\d\\d) (\\d\\d):(\\d\\d):(\\d\\d) GMT$',
  '^\\w{3} (\\w{3}) ([ \\d]\\d) (\\d\\d):(\\d\\d):(\\d\\d) (\\d{4})$',
]);

let charged = 0;

/** A method that charges for what it looks at. */
function charging(method: (...args: unknown[]) => unknown, cost: Cost) {
  return function charge(this: { length: number }, ...args: unknown[]): unknown {
    const result = Reflect.apply(method, this, args);
    charged += cost(result, this, args);
    return result;
  };
}

/** `exec`, which the other ways to use an expression call: it charges from where it begins to where its match ends. */
function chargingExec(exec: RegExp['exec']) {
  return function charge(this: RegExp, text: string): RegExpExecArray | null {
    if (!linearExpressions.has(this.source)) throw new Error(`nobody has counted the steps of ${this}`);
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const match = Reflect.apply(exec, this, [text]);
    charged += (match === null ? text.length : match.index + match[0].length) - from + 1;
    return match;
  };
}

interface Patch {
  holder: object;
  name: string;
  before: PropertyDescriptor;
  during: PropertyDescriptor;
}

function patchOf(holder: object, name: string, value: unknown): Patch {
  const before = Object.getOwnPropertyDescriptor(holder, name) as PropertyDescriptor;
  return { holder, name, before, during: { ...before, value } };
}

function patchesOf(holder: object, costOf: (name: string) => Cost | undefined): Patch[] {
  return Object.entries(Object.getOwnPropertyDescriptors(holder)).flatMap(([name, { value }]) => {
    const cost = costOf(name);
    if (typeof value !== 'function' || name === 'constructor' || cost === undefined) return [];
    return [patchOf(holder, name, charging(value, cost))];
  });
}

const byTable = (name: string) => (Object.hasOwn(costs, name) ? costs[name] : lengthOfSelf);
const patches = [
  ...[
    Buffer.prototype,
    Object.getPrototypeOf(Uint8Array.prototype),
    String.prototype,
    Array.prototype,
  ].flatMap((holder) => patchesOf(holder, byTable)),
  ...patchesOf(Buffer, (name) => (name === 'concat' || name === 'from' ? lengthOfResult : undefined)),
  patchOf(RegExp.prototype, 'exec', chargingExec(RegExp.prototype.exec)),
];

/** The steps that `work` takes. Nothing but `work` may run meanwhile: it is called at once and to its end. */
export function stepsOf(work: () => void): number {
  takeBlocks();
  charged = 0;
  for (let i = 0; i < patches.length; i++) {
    const { holder, name, during } = patches[i];
    Object.defineProperty(holder, name, during);
  }
  try {
    work();
  } finally {
    for (let i = 0; i < patches.length; i++) {
      const { holder, name, before } = patches[i];
      Object.defineProperty(holder, name, before);
    }
  }
  return charged + takeBlocks();
}
