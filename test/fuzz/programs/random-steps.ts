// Random steps of a handler: every public method and property of a response, a request, its socket and the server.
import { node } from '../../subjects.js';
import type { Random } from '../random.js';
import type { Step, Value, Wait } from './program.js';
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
import { call, callback, get, listen, look, set, truth, type Weighted, weighted } from './weighted-steps.js';

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
  [1, call('res', 'setTimeout', timeLimit)],
  [1, call('res', 'pipe', () => [{ itself: 'res' }])],
  [1, call('res', 'listenerCount', (random) => [random.pick(['finish', 'close', 'error'])])],
  [1, call('res', 'removeAllListeners', (random) => [random.pick(['close', 'drain', 'prefinish', 'pipe'])])],
  [4, set('res', 'statusCode', statusCode)],
  [2, set('res', 'statusMessage', reason)],
  [1, set('res', 'sendDate', truth)],
  [2, set('res', 'shouldKeepAlive', truth)],
  [1, set('res', 'useChunkedEncodingByDefault', truth)],
  [2, set('res', 'strictContentLength', truth)],
  [1, set('res', 'writableFinished', truth)],
  [6, listen('res', ['finish', 'close', 'drain', 'error', 'prefinish', 'socket', 'pipe', 'timeout'])],
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

function timeLimit(random: Random, inner: () => Step[]): Value[] {
  return [random.pick<Value>([0, 100_000]), ...callback(random, inner)];
}

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
  [6, listen('req', ['data', 'end', 'close', 'error', 'aborted', 'readable', 'pause', 'resume', 'timeout'])],
  [3, call('req', 'pause')],
  [5, call('req', 'resume')],
  [3, call('req', 'read', (random) => (random.once(2) ? [] : [random.pick<Value>([1, 3, 0, 1000])]))],
  [3, call('req', 'destroy', error)],
  [2, call('req', 'setEncoding', (random) => [random.pick<Value>(['utf8', 'latin1', 'hex', 'bogus'])])],
  [3, call('req', 'pipe', () => [{ itself: 'res' }])],
  [1, call('req', 'unpipe', (random) => (random.once(2) ? [] : [{ itself: 'res' }]))],
  [1, call('req', 'unshift', (random) => [chunk(random)])],
  [1, call('req', 'isPaused')],
  [1, call('req', 'setTimeout', timeLimit)],
  [3, look('req')],
  [1, call('req', 'listenerCount', (random) => [random.pick(['data', 'end', 'close'])])],
  [1, call('req', 'removeAllListeners', (random) => [random.pick(['data', 'readable', 'close', 'aborted'])])],
  [1, get('req', ['httpVersionMinor', 'client', ...(node < 26 ? [] : ['signal'])])],
  [1, get('req', ['method', 'url', 'complete', 'aborted', 'readableEnded', 'destroyed', 'trailers'])],
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
  [1, call('socket', 'setTimeout', timeLimit)],
  [1, call('socket', 'setNoDelay', (random) => [truth(random)])],
  [1, call('socket', 'setKeepAlive', (random) => [truth(random)])],
  [1, call('socket', 'ref')],
  [1, get('socket', ['remoteAddress', 'remoteFamily', 'localAddress', 'localFamily'])],
  [1, get('socket', ['destroyed', 'readyState', 'writableLength', 'bytesRead', 'writableEnded'])],
  [1, call('socket', 'setEncoding', () => ['utf8'])],
  // As when its time is over.
  [3, call('socket', 'emit', () => ['timeout'])],
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
  [1, call('server', 'getConnections', (_, inner) => [{ do: inner() }])],
  [1, call('server', 'setTimeout', timeLimit)],
  [1, get('server', ['listening', 'maxHeadersCount', 'requestTimeout', 'headersTimeout'])],
  // On lines that leave fields out, what is left out is decided on neither.
  [
    1,
    set('server', 'maxHeadersCount', (random) =>
      random.pick<Value>([0, ...(node < 24 ? [] : [1]), 2000, null]),
    ),
  ],
  [1, set('server', 'requestTimeout', (random) => random.pick<Value>([0, 300_000]))],
  [1, set('server', 'keepAliveTimeout', (random) => random.pick<Value>([0, 1000, 70_000]))],
  [1, set('server', 'maxRequestsPerSocket', (random) => random.pick<Value>([0, 1, 2]))],
];

const leaving: Weighted = [
  [1, () => ({ client: 'end' })],
  [1, () => ({ client: 'reset' })],
];

/** What only programs do that aren't compared step by step. */
const unruly: Weighted = [
  [1, call('res', 'writeHeader', head)],
  [2, call('server', 'closeAllConnections')],
  [2, call('res', 'assignSocket', () => [{ itself: 'socket' }])],
  [2, call('res', 'detachSocket', () => [{ itself: 'socket' }])],
  [1, call('res', '_writeRaw', body)],
  [1, call('res', '_send', body)],
  [2, call('req', 'pipeline', (_, inner) => [{ itself: 'res' }, { do: inner() }])],
  [2, call('req', 'finished', (_, inner) => [{ do: inner() }])],
  [2, call('req', 'iterate', (_, inner) => [{ do: inner() }])],
  [2, call('req', 'takeOne', (_, inner) => [{ do: inner() }])],
  [2, call('req', 'collect', (_, inner) => [{ do: inner() }])],
  [1, call('req', 'forEachPiece', (_, inner) => [{ do: inner() }])],
  [1, call('req', 'mapPieces', (_, inner) => [{ do: inner() }])],
  [1, call('req', 'findPiece', (_, inner) => [{ do: inner() }])],
  [1, call('req', 'dropPiece', (_, inner) => [{ do: inner() }])],
  [1, call('req', 'countPieces', (_, inner) => [{ do: inner() }])],
  [1, call('req', 'peek', (_, inner) => [{ do: inner() }])],
  [1, call('req', 'composed', (_, inner) => [{ do: inner() }])],
  [1, call('req', 'toWeb', (_, inner) => [{ do: inner() }])],
  [2, call('res', 'emit', (random) => [random.pick(['close', 'drain', 'pipe', 'unpipe', 'prefinish'])])],
  [
    2,
    call('req', 'emit', (random) => [
      random.pick(['data', 'end', 'close', 'readable', 'aborted', 'pause', 'resume']),
    ]),
  ],
  [2, call('socket', 'emit', (random) => [random.pick(['drain', 'pause', 'resume', 'readable', 'timeout'])])],
  [1, call('req', 'push', (random) => [random.once(3) ? null : chunk(random)])],
  [2, call('server', 'close', (_, inner) => [{ do: inner() }])],
  [2, () => ({ client: 'pause' })],
  [2, () => ({ client: 'resume' })],
  [1, () => ({ client: 'end' })],
  [1, () => ({ client: 'reset' })],
];

type Parts = readonly (readonly [weight: number, list: Weighted])[];

const parts: Parts = [
  [70, response],
  [12, request],
  [6, socket],
  [1, server],
  [1, leaving],
];

/** What a response is put together of, and what ends it: where these meet, most goes wrong. */
const dense: Weighted = [
  [20, call('res', 'write', body)],
  [10, call('res', 'end', body)],
  [8, call('res', 'cork')],
  [8, call('res', 'uncork')],
  [6, call('res', 'destroy', error)],
  [3, call('req', 'destroy', error)],
  [2, call('socket', 'destroySoon')],
  [2, call('socket', 'resetAndDestroy')],
  [2, call('socket', 'end')],
  [6, call('res', 'addTrailers', fieldsOf)],
  [6, call('res', 'setHeader', field)],
  [4, call('res', 'writeHead', head)],
  [4, call('res', 'flushHeaders')],
  [4, call('req', 'pipe', () => [{ itself: 'res' }])],
  [2, call('res', 'writeContinue', callback)],
  [3, call('req', 'resume')],
  [3, call('req', 'pause')],
  [4, listen('res', ['finish', 'close', 'drain', 'prefinish'])],
  [4, listen('req', ['data', 'end', 'close', 'readable'])],
  [2, set('res', 'shouldKeepAlive', truth)],
];

function fieldsOf(random: Random): Value[] {
  return [fields(random)];
}

const wilderParts: Parts = [
  [25, response],
  [12, request],
  [6, socket],
  [2, server],
  [12, unruly],
  [33, dense],
];

/** A step that doesn't wait. */
function step(random: Random, exchanges: number, depth: number, isWild: boolean): Step {
  if (random.once(40))
    return {
      push: random.pick(['list', 'other']),
      value: random.pick<Value>(['c', 'é', 'close', '\u0100', 'a\r\nb']),
    };
  if (random.once(150)) return { throw: 'thrown' };
  let at = random.below(90);
  let list: Weighted = response;
  for (const [weight, candidate] of isWild ? wilderParts : parts) {
    if (at < weight) {
      list = candidate;
      break;
    }
    at -= weight;
  }
  const inner = () =>
    depth === 0 ? [] : random.several(3, () => step(random, exchanges, depth - 1, isWild));
  const made = weighted(random, list)(random, inner);
  if ('on' in made && made.on === 'res' && exchanges > 1 && random.once(isWild ? 5 : 15))
    made.of = random.below(exchanges);
  return made;
}

/**
 * When a function that a program passed is called within a turn isn't compared. So a program either waits for ticks and
 * immediates, or does something in such functions: with both, it would depend on that. A wild one isn't compared so.
 */
export type Style = 'ticking' | 'nesting' | 'wild';

const waits: Record<Style, readonly Wait[]> = {
  ticking: ['tick', 'microtask', 'immediate', 'quiet', 'quiet'],
  nesting: ['quiet'],
  wild: ['tick', 'microtask', 'immediate', 'quiet'],
};

/** The steps of a handler, most of which end their response. */
export function steps(random: Random, exchanges: number, style: Style): Step[] {
  const made: Step[] = [];
  const isWild = style === 'wild';
  const depth = style === 'ticking' ? 0 : 2;
  for (let count = random.below(9); count >= 0; count--) {
    made.push(random.once(5) ? { wait: random.pick(waits[style]) } : step(random, exchanges, depth, isWild));
  }
  const ends = made.some((one) => 'call' in one && one.call === 'end' && one.on === 'res');
  if (!ends && !random.once(8)) made.push({ on: 'res', call: 'end', with: random.once(2) ? [] : ['end'] });
  if (random.once(3)) made.push({ wait: 'quiet' }, { on: 'res', look: true }, { on: 'req', look: true });
  return made;
}
