/**
 * Which exchanges a list shows. In: what somebody typed, such as `method:POST status:4xx path:/api -type:image text`. Out: a
 * test for exchanges, all of whose words hold; and the words that mean nothing.
 */
import type { ExchangeSummary, Outcome } from './exchange-view.js';

export interface Filter {
  readonly test: (exchange: ExchangeSummary) => boolean;
  /** Words with a key that there isn't, or with a value that it doesn't take. */
  readonly unknown: readonly string[];
}

type Test = Filter['test'];

const OUTCOMES: ReadonlySet<string> = new Set<Outcome>(['complete', 'aborted', 'refused', 'upgraded']);

const has = (text: string, part: string): boolean => text.toLowerCase().includes(part);

/** For each key, a test from the value in lower case; undefined where the value is none. */
const keys: Record<string, (value: string) => Test | undefined> = {
  method:
    (value) =>
    ({ method }) =>
      method.toLowerCase() === value,
  path:
    (value) =>
    ({ target }) =>
      has(target, value),
  type:
    (value) =>
    ({ type }) =>
      has(type, value),
  code:
    (value) =>
    ({ code }) =>
      has(code, value),
  connection: (value) => (/^\d+$/.test(value) ? ({ connection }) => connection === Number(value) : undefined),
  is: outcomeTest,
  status: statusTest,
};

function outcomeTest(value: string): Test | undefined {
  if (value === 'open') return ({ outcome }) => outcome === null;
  return OUTCOMES.has(value) ? ({ outcome }) => outcome === value : undefined;
}

/** `404`, `4xx`, or a beginning such as `40`. */
function statusTest(value: string): Test | undefined {
  if (!/^[1-9](?:\d{0,2}|\dx|xx?)$/.test(value)) return undefined;
  const start = value.replace(/x/g, '');
  return ({ status }) => String(status).startsWith(start);
}

export function filterFrom(text: string): Filter {
  const tests: Test[] = [];
  const unknown: string[] = [];
  for (const word of text.toLowerCase().split(/\s+/).filter(Boolean)) {
    const isNegated = word.length > 1 && word.startsWith('-');
    const [, key, value = ''] = /^([a-z]+):(.*)$/.exec(isNegated ? word.slice(1) : word) ?? [];
    const plain = isNegated ? word.slice(1) : word;
    const test =
      key === undefined ? anywhere(plain) : Object.hasOwn(keys, key) ? keys[key]?.(value) : undefined;
    // What is still being typed hides nothing.
    if (word === '-') continue;
    if (test === undefined) unknown.push(word);
    else if (value !== '' || key === undefined) tests.push(isNegated ? (it) => !test(it) : test);
  }
  return { test: (exchange) => tests.every((test) => test(exchange)), unknown };
}

const anywhere =
  (part: string): Test =>
  ({ method, target, status, type, code }) =>
    [method, target, String(status), type, code].some((text) => has(text, part));
