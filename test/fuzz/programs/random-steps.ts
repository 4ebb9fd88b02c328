// Random steps of a handler: every public method and property of a response, a request, its socket and the server.
import type { Random } from '../random.js';
import type { Step, Target, Value, Wait } from './program.js';
import {
  body,
  chunk,
  error,
  field,
  fieldName,
  fields,
  fieldValue,
  iterableFields,
  reason,
  statusCode,
} from './random-values.js';

type Make = (random: Random, inner: () => Step[]) => Step;
/** How often a step is made, and what makes it. */
type Weighted = readonly (readonly [weight: number, make: Make])[];

function weighted(random: Random, list: Weighted): Make {
  const total = list.reduce((sum, [weight]) => sum + weight, 0);
  let at = random.below(total);
  for (const [weight, make] of list) {
    if (at < weight) return make;
    at -= weight;
  }
  throw new Error('weights do not add up');
}

const call =
  (on: Target, name: string, values: (random: Random, inner: () => Step[]) => Value[] = () => []): Make =>
  (random, inner) => ({ on, call: name, with: values(random, inner) });

const set =
  (on: Target, name: string, value: (random: Random) => Value): Make =>
  (random) => ({ on, set: name, to: value(random) });

const look =
  (on: Target): Make =>
  () => ({ on, look: true });

const get =
  (on: Target, names: readonly string[]): Make =>
  (random) => ({ on, get: random.pick(names) });

const callback = (random: Random, inner: () => Step[]): Value[] => (random.once(2) ? [{ do: inner() }] : []);
const truth = (random: Random): Value => random.once(2);

const listen =
  (on: Target, events: readonly string[]): Make =>
  (random, inner) => ({ on, listen: random.pick(events), do: inner() });

const response: Weighted = [
  [20, call('res', 'write', body)],
  [14, call('res', 'end', body)],
  [3, call('res', 'end', (random, inner) => callback(random, inner))],
  [10, call('res', 'setHeader', field)],
  [4, call('res', 'appendHeader', field)],
  [2, call('res', 'setHeaders', (random) => [iterableFields(random)])],
  [2, call('res', 'getHeader', (random) => [fieldName(random)])],
  [2, call('res', 'hasHeader', (random) => [fieldName(random)])],
  [4, call('res', 'removeHeader', (random) => [fieldName(random)])],
  [1, call('res', 'getHeaders')],
  [1, call('res', 'getHeaderNames')],
  [1, call('res', 'getRawHeaderNames')],
  [8, call('res', 'writeHead', head)],
  [3, call('res', 'flushHeaders')],
  [3, call('res', 'addTrailers', (random) => [random.once(2) ? fields(random) : { object: { 'X-T': 't' } }])],
  [4, call('res', 'cork')],
  [4, call('res', 'uncork')],
  [3, call('res', 'destroy', error)],
  [2, call('res', 'writeContinue', callback)],
  [1, call('res', 'writeProcessing', callback)],
  [2, call('res', 'writeEarlyHints', hints)],
  [
    1,
    call('res', 'writeInformation', (random) => [
      random.pick<Value>([100, 102, 103, 199, 200, 101]),
      fields(random),
    ]),
  ],
  [1, call('res', 'setTimeout', (random) => [random.pick<Value>([0, 100_000])])],
  [1, call('res', 'pipe', () => [{ itself: 'res' }])],
  [4, set('res', 'statusCode', statusCode)],
  [2, set('res', 'statusMessage', reason)],
  [1, set('res', 'sendDate', truth)],
  [2, set('res', 'shouldKeepAlive', truth)],
  [1, set('res', 'useChunkedEncodingByDefault', truth)],
  [2, set('res', 'strictContentLength', truth)],
  [1, set('res', 'writableFinished', truth)],
  [6, listen('res', ['finish', 'close', 'drain', 'error', 'prefinish', 'socket', 'pipe'])],
  [6, look('res')],
  [
    3,
    get('res', [
      'headersSent',
      'writableEnded',
      'finished',
      'destroyed',
      'writableLength',
      'writableNeedDrain',
      'errored',
    ]),
  ],
];

function head(random: Random): Value[] {
  const values: Value[] = [statusCode(random)];
  if (random.once(4)) values.push(reason(random));
  if (!random.once(3)) values.push(fields(random));
  return values;
}

function hints(random: Random, inner: () => Step[]): Value[] {
  const link: Value = random.pick<Value>([
    '</a.css>; rel=preload',
    ['</a>; rel=preload', '</b>; rel=preload'],
    [],
    'bad',
    null,
  ]);
  return [
    random.once(8)
      ? random.pick<Value>([null, 'text', { object: {} }])
      : { object: { link, 'x-a': fieldValue(random, 'X-A') } },
    ...callback(random, inner),
  ];
}

const request: Weighted = [
  [6, listen('req', ['data', 'end', 'close', 'error', 'aborted', 'readable', 'pause', 'resume'])],
  [3, call('req', 'pause')],
  [5, call('req', 'resume')],
  [3, call('req', 'read', (random) => (random.once(2) ? [] : [random.pick<Value>([1, 3, 0, 1000])]))],
  [3, call('req', 'destroy', error)],
  [2, call('req', 'setEncoding', (random) => [random.pick<Value>(['utf8', 'latin1', 'hex', 'bogus'])])],
  [3, call('req', 'pipe', () => [{ itself: 'res' }])],
  [1, call('req', 'unpipe', (random) => (random.once(2) ? [] : [{ itself: 'res' }]))],
  [1, call('req', 'unshift', (random) => [chunk(random)])],
  [1, call('req', 'isPaused')],
  [1, call('req', 'setTimeout', (random) => [random.pick<Value>([0, 100_000])])],
  [3, look('req')],
  [1, set('req', 'url', () => '/other')],
  [1, set('req', 'method', () => 'HEAD')],
];

const socket: Weighted = [
  [3, call('socket', 'write', (random, inner) => body(random, inner))],
  [3, call('socket', 'end', (random, inner) => (random.once(2) ? [] : body(random, inner)))],
  [3, call('socket', 'destroy', error)],
  [2, call('socket', 'destroySoon')],
  [2, call('socket', 'resetAndDestroy')],
  [2, call('socket', 'pause')],
  [2, call('socket', 'resume')],
  [2, call('socket', 'cork')],
  [2, call('socket', 'uncork')],
  [1, call('socket', 'setTimeout', (random) => [random.pick<Value>([0, 100_000])])],
  [1, call('socket', 'setNoDelay', (random) => [truth(random)])],
  [1, call('socket', 'setKeepAlive', (random) => [truth(random)])],
  [1, call('socket', 'ref')],
  [1, call('socket', 'setEncoding', () => ['utf8'])],
  [1, call('socket', 'read', () => [])],
  [
    1,
    call('socket', 'unshift', (random) => [
      random.pick<Value>([{ bytes: '' }, { bytes: 'GET /unshifted HTTP/1.1\r\nHost: a\r\n\r\n' }]),
    ]),
  ],
  [4, listen('socket', ['data', 'end', 'close', 'error', 'drain', 'finish', 'readable', 'timeout'])],
  [3, look('socket')],
];

const server: Weighted = [
  [1, call('server', 'closeAllConnections')],
  [1, call('server', 'closeIdleConnections')],
  [1, look('server')],
  [1, set('server', 'keepAliveTimeout', (random) => random.pick<Value>([0, 1000, 70_000]))],
  [1, set('server', 'maxRequestsPerSocket', (random) => random.pick<Value>([0, 1, 2]))],
];

const leaving: Weighted = [
  [1, () => ({ client: 'end' })],
  [1, () => ({ client: 'reset' })],
];

const parts: readonly (readonly [weight: number, list: Weighted])[] = [
  [70, response],
  [12, request],
  [6, socket],
  [1, server],
  [1, leaving],
];

/** A step that doesn't wait. */
function step(random: Random, exchanges: number, depth: number): Step {
  if (random.once(40))
    return {
      push: random.pick(['list', 'other']),
      value: random.pick<Value>(['c', 'é', 'close', '\u0100', 'a\r\nb']),
    };
  if (random.once(150)) return { throw: 'thrown' };
  let at = random.below(90);
  let list: Weighted = response;
  for (const [weight, candidate] of parts) {
    if (at < weight) {
      list = candidate;
      break;
    }
    at -= weight;
  }
  const inner = () => (depth === 0 ? [] : random.several(3, () => step(random, exchanges, depth - 1)));
  const made = weighted(random, list)(random, inner);
  if ('on' in made && made.on === 'res' && exchanges > 1 && random.once(15))
    made.of = random.below(exchanges);
  return made;
}

/**
 * When a function that a program passed is called within a turn isn't compared. So a program either waits for ticks and
 * immediates, or does something in such functions: with both, it would depend on that.
 */
export type Style = 'ticking' | 'nesting';

const waits: Record<Style, readonly Wait[]> = {
  ticking: ['tick', 'microtask', 'immediate', 'quiet', 'quiet'],
  nesting: ['quiet'],
};

/** The steps of a handler, most of which end their response. */
export function steps(random: Random, exchanges: number, style: Style): Step[] {
  const made: Step[] = [];
  const depth = style === 'nesting' ? 2 : 0;
  for (let count = random.below(9); count >= 0; count--) {
    made.push(random.once(5) ? { wait: random.pick(waits[style]) } : step(random, exchanges, depth));
  }
  const ends = made.some((one) => 'call' in one && one.call === 'end' && one.on === 'res');
  if (!ends && !random.once(8)) made.push({ on: 'res', call: 'end', with: random.once(2) ? [] : ['end'] });
  if (random.once(3)) made.push({ wait: 'quiet' }, { on: 'res', look: true }, { on: 'req', look: true });
  return made;
}
