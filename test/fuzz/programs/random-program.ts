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
];

const requestFields = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'Expect: something',
  'TE: trailers',
  'X-A: b',
  'Cookie: a=b',
];

const bodies: readonly (() => [field: string, body: string])[] = [
  () => ['Content-Length: 5', 'hello'],
  () => ['Content-Length: 0', ''],
  () => ['Content-Length: 20000', 'h'.repeat(20_000)],
  () => ['Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'],
  () => ['Transfer-Encoding: chunked', '1\r\na\r\n2\r\nbc\r\n0\r\nX-T: u\r\n\r\n'],
  () => ['Transfer-Encoding: chunked', `4000\r\n${'c'.repeat(0x4000)}\r\n0\r\n\r\n`],
];

/** Only the last request may be the last by what it says: what comes after such a one is the parser's concern. */
function request(random: Random, version: string, last: boolean): string {
  const method = last && random.once(30) ? 'CONNECT' : random.pick(methods);
  const lines = random.several(random.once(2) ? 3 : 1, () => random.pick(requestFields));
  if (last && random.once(5)) lines.push('Connection: close');
  else if (version === '1.0' && !(last && random.once(2))) lines.push('Connection: keep-alive');
  else if (version === '1.1' && random.once(8))
    lines.push(random.pick(['Connection: keep-alive', 'Connection: keep-alive, x']));
  const bodied = method !== 'CONNECT' && version === '1.1' && (method.startsWith('P') || random.once(12));
  const [framing, body] = bodied ? random.pick(bodies)() : ['', ''];
  if (framing !== '') lines.push(framing);
  const target = method === 'CONNECT' ? 'a:1' : '/';
  return `${method} ${target} HTTP/${version}\r\n${['Host: a', ...lines].map((line) => `${line}\r\n`).join('')}\r\n${body}`;
}

/** Actions that send the requests: in one piece, one after the other, or cut anywhere. */
function sending(random: Random, requests: string[]): ClientAction[] {
  const whole = requests.join('');
  switch (random.below(4)) {
    case 0:
      return requests.flatMap((text) => [{ send: text }, 'quiet' as const]);
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
];

const watchable = [
  'res prefinish',
  'res finish',
  'res close',
  'res drain',
  'res error',
  'res socket',
  'res pipe',
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

export function randomProgram(random: Random): Program {
  const exchanges = random.once(2) ? 1 : 1 + random.below(4);
  const chosen = random.several(random.once(3) ? 3 : 1, () => random.pick(options));
  const version = random.once(6) ? '1.0' : '1.1';
  const requests = Array.from({ length: exchanges }, (_, i) => request(random, version, i === exchanges - 1));
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
  };
}
