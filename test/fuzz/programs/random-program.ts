// Random programs: options, handlers, requests, and a client that may leave.
import { node } from '../../subjects.js';
import type { Random } from '../random.js';
import type { ClientAction, Program, Value } from './program.js';
import { steps } from './random-steps.js';

const methods = [
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'PROPFIND',
  'M-SEARCH',
  'REPORT',
];

const requestFields = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'Expect: something',
  'TE: trailers',
  'X-A: b',
  'Cookie: a=b',
  'Cookie: c=d',
  'Accept: */*',
  'Trailer: X-T',
  'Set-Cookie: e=f',
  'X-Empty:',
  'x-a:  c ',
  'Expect: 100-Continue',
  'Keep-Alive: timeout=1',
  'Content-Type: a/b',
  'Content-Type: c/d',
  'Authorization: Basic YTpi',
  'Age: 1',
  'Connection: x',
];

const bodies: readonly (() => [field: string, body: string])[] = [
  () => ['Content-Length: 5', 'hello'],
  () => ['Content-Length: 0', ''],
  () => ['Content-Length: 20000', 'h'.repeat(20_000)],
  () => ['Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'],
  () => ['Transfer-Encoding: chunked', '1\r\na\r\n2\r\nbc\r\n0\r\nX-T: u\r\n\r\n'],
  () => ['Transfer-Encoding: chunked', '2;ext=1\r\nhe\r\n0\r\nX-T: u\r\nX-U: v\r\n\r\n'],
  () => ['Transfer-Encoding: Chunked', '0\r\n\r\n'],
  () => ['Transfer-Encoding: chunked', `4000\r\n${'c'.repeat(0x4000)}\r\n0\r\n\r\n`],
];

/** Only the last request may be the last by what it says: what comes after such a one is the parser's concern. */
function request(random: Random, version: string, number: number, last: boolean): string {
  const method = last && random.once(30) ? 'CONNECT' : random.pick(methods);
  const lines = random.several(random.once(2) ? 3 : 1, () => random.pick(requestFields));
  if (last && random.once(5)) lines.push('Connection: close');
  else if (version === '1.0' && !(last && random.once(2))) lines.push('Connection: keep-alive');
  else if (version === '1.1' && random.once(8))
    lines.push(random.pick(['Connection: keep-alive', 'Connection: keep-alive, x']));
  const bodied = method !== 'CONNECT' && version === '1.1' && (method.startsWith('P') || random.once(12));
  const [framing, body] = bodied ? random.pick(bodies)() : ['', ''];
  if (framing !== '') lines.push(framing);
  const target = method === 'CONNECT' ? 'a:1' : `/${number}`;
  return `${method} ${target} HTTP/${version}\r\n${['Host: a', ...lines].map((line) => `${line}\r\n`).join('')}\r\n${body}`;
}

/** Actions that send the requests: in one piece, one after the other, or cut anywhere. */
function sending(random: Random, requests: string[]): ClientAction[] {
  const whole = requests.join('');
  switch (random.below(5)) {
    case 0:
      return requests.flatMap((text) => [{ send: text }, 'quiet' as const]);
    case 2: {
      const cuts = random.several(5, () => random.below(whole.length)).sort((one, other) => one - other);
      const ends = [...new Set([...cuts, whole.length])].filter((end) => end > 0);
      return ends.flatMap((end, i) => [{ send: whole.slice(ends[i - 1] ?? 0, end) }, 'quiet' as const]);
    }
    case 1: {
      const cut = random.below(whole.length);
      return [{ send: whole.slice(0, cut) }, 'quiet', { send: whole.slice(cut) }];
    }
    default:
      return [{ send: whole }];
  }
}

/** How a client leaves that doesn't wait for the end of the script. */
const departures: readonly ClientAction[][] = [['end'], ['reset'], ['quiet', 'end'], ['quiet', 'reset']];

const options: readonly [name: string, values: Value[]][] = [
  ['keepAliveTimeout', [0, 1000, 5000]],
  ['keepAlive', [true]],
  ['noDelay', [false]],
  ['highWaterMark', [1, 100, 100_000]],
  ['rejectNonStandardBodyWrites', [true]],
  ['requireHostHeader', [false]],
  ['joinDuplicateHeaders', [true]],
  ['uniqueHeaders', [['X-A'], ['x-a', 'set-cookie']]],
  ['insecureHTTPParser', [true]],
  ['maxHeaderSize', [1000]],
  ['maxRequestsPerSocket', [1, 2]],
  ['keepAliveTimeoutBuffer', [0, 5000]],
  ['requestTimeout', [0]],
  ['connectionsCheckingInterval', [1000]],
  ['keepAliveInitialDelay', [1000]],
  ...(node < 24 ? [] : [['optimizeEmptyRequests', [true]] as [string, Value[]]]),
];

const serverEvents = [
  'checkContinue',
  'checkExpectation',
  'upgrade',
  'connect',
  'clientError',
  'dropRequest',
  'timeout',
  'connection',
  'close',
];

const watchable = [
  'res prefinish',
  'res finish',
  'res close',
  'res drain',
  'res error',
  'res socket',
  'res pipe',
  'res unpipe',
  'req data',
  'req end',
  'req close',
  'req error',
  'req aborted',
  'socket end',
  'socket close',
  'socket error',
  'socket finish',
];

/** Which events are noted: none, all but what changes how reads go, or a few. */
function watched(random: Random): string[] {
  switch (random.below(4)) {
    case 0:
      return ['res finish', 'res close', 'res error', 'req error'];
    case 1:
      return watchable.filter((event) => !event.startsWith('socket'));
    case 2:
      return watchable.filter((event) => event !== 'req data');
    default:
      return watchable.filter(() => random.once(3));
  }
}

/** Empty lines where a request should begin, which are skipped. */
const EMPTY_LINES = '\r\n\r\n';

/** What a client may send that is no request, or not a whole one. */
const noRequests = [
  'GET /9 HTTP/1.1\r\nHost: a\r\nbad line\r\n\r\n',
  'POST /9 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n',
  'POST /9 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nshort',
  'POST /9 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  'GET /9 HTTP/1.1\r\n\r\n',
  'GET /9 HTTP/2.0\r\nHost: a\r\n\r\n',
  'GET /9 HT',
  EMPTY_LINES,
  '\0\0',
];

const faulty = noRequests.filter((text) => text !== EMPTY_LINES);

/** Whether empty lines are the last that a client sends. */
export function endsEmpty(sent: string): boolean {
  return sent.endsWith(`\r\n\r\n${EMPTY_LINES}`);
}

/** Whether the last that a client sends is a fault. */
export function isFaulty(sent: string): boolean {
  return faulty.some((text) => sent.endsWith(text.replace(/^.*\/9/, '')));
}

const wildOptions: readonly [name: string, values: Value[]][] = [
  ...options,
  ...(node < 24 ? [] : [['shouldUpgradeCallback', [true, false]] as [string, Value[]]]),
  ['highWaterMark', [1, 16_384]],
  ['headersTimeout', [0]],
  ['httpAllowHalfOpen', [true]],
  ['allowHalfOpen', [true]],
  ['noDelay', [false]],
];

/** The requests cut anywhere, with pauses of the client and what else it does between the pieces. */
function wildSending(random: Random, requests: string[]): ClientAction[] {
  const whole = requests.join('');
  const cuts = random.several(5, () => random.below(whole.length)).sort((one, other) => one - other);
  const actions: ClientAction[] = random.once(6) ? ['pause'] : [];
  let start = 0;
  for (const cut of [...cuts, whole.length]) {
    if (cut > start) actions.push({ send: whole.slice(start, cut) });
    start = cut;
    if (random.once(2)) actions.push('quiet');
    if (random.once(10)) actions.push(random.pick<ClientAction>(['pause', 'resume', 'end', 'reset']));
  }
  return actions;
}

/** A program that does whatever it may: it is held against what holds for all, not step by step against another. */
export function wildProgram(random: Random): Program {
  const exchanges = random.once(3) ? 1 : 2 + random.below(4);
  const version = random.once(8) ? '1.0' : '1.1';
  const requests = Array.from({ length: exchanges }, (_, i) =>
    request(random, version, i, i === exchanges - 1 || random.once(8)),
  );
  if (random.once(8)) requests.push(random.pick(noRequests).replace('/9', `/${exchanges}`));
  const chosen = random.several(3, () => random.pick(wildOptions));
  const client = random.once(2) ? sending(random, requests) : wildSending(random, requests);
  if (random.once(6)) client.push(...random.pick(departures));
  return {
    options: Object.fromEntries(chosen.map(([name, values]) => [name, random.pick(values)])),
    listeners: random
      .several(4, () => random.pick(serverEvents))
      .filter((event, i, all) => all.indexOf(event) === i),
    watched: watched(random),
    handlers: requests.map(() => steps(random, exchanges, 'wild')),
    client,
  };
}

export function randomProgram(random: Random): Program {
  const exchanges = random.once(2) ? 1 : 1 + random.below(4);
  const chosen = random.several(random.once(3) ? 3 : 1, () => random.pick(options));
  const version = random.once(6) ? '1.0' : '1.1';
  const requests = Array.from({ length: exchanges }, (_, i) =>
    request(random, version, i, i === exchanges - 1),
  );
  const style = random.once(2) ? 'nesting' : 'ticking';
  const client = sending(random, requests);
  if (random.once(8)) client.push(...random.pick(departures));
  return {
    options: Object.fromEntries(chosen.map(([name, values]) => [name, random.pick(values)])),
    listeners: random
      .several(3, () => random.pick(serverEvents))
      .filter((event, i, all) => all.indexOf(event) === i),
    watched: watched(random),
    handlers: requests.map(() => steps(random, exchanges, style)),
    client,
    ...(random.once(6) ? { rounds: 2 } : {}),
  };
}
