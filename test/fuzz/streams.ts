// Makes streams of requests: valid ones, ones with a few bytes changed, and ones made to hurt.
// In: random numbers. Out: bytes as latin1, and the ways in which they can be cut into segments.
import { Buffer } from 'node:buffer';
import type { Random } from './random.js';

const methods = ['GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH', 'M-SEARCH', 'UNSUBSCRIBE'];
const targets = ['/', '/a/b?c=d', '/%00%2F', '//', '/\xe9', 'http://b/x', 'https://[::1]:1?', '*'];
const names = ['A', 'x-long-name', 'Accept', 'Cookie', 'Upgrade', 'TE', 'Trailer', "!#$%&'*+-.^_`|~", 'a'];
const values = [
  '',
  'b',
  'a, b',
  ' \t x \t',
  '"q;,"',
  '\xff\x80',
  'websocket',
  'v'.repeat(60),
  ' '.repeat(30),
];
const connections = ['close', 'keep-alive', 'Upgrade', 'keep-alive, Upgrade', 'x,close', ',', ''];
const extensions = ['', '', '', ';a', ';a=b', ' ;a="b;c"', '\t; x', `;${'e'.repeat(40)}`];

function field(random: Random): string {
  return `${random.pick(names)}:${random.pick(['', ' ', '\t '])}${random.pick(values)}\r\n`;
}

function chunkedBody(random: Random): string {
  const chunks = random.several(6, () => {
    const data = 'd'.repeat(1 + random.below(random.once(5) ? 3000 : 20));
    const size = data.length.toString(16);
    return `${random.pick(['', '0', '000'])}${random.once(2) ? size : size.toUpperCase()}${random.pick(extensions)}\r\n${data}\r\n`;
  });
  const trailers = random.once(3) ? random.several(4, () => field(random)) : [];
  return `${chunks.join('')}${random.pick(['0', '00'])}${random.pick(extensions)}\r\n${trailers.join('')}\r\n`;
}

/** The framing fields of a request and the body they announce; `valid` says that they have to agree. */
function framing(random: Random): [fields: string[], body: string] {
  const length = random.below(random.once(4) ? 5000 : 12);
  switch (random.below(4)) {
    case 0:
      return [[`${random.pick(['Content-Length', 'content-length'])}: ${length}\r\n`], 'l'.repeat(length)];
    case 1:
      return [[`Transfer-Encoding: ${random.pick(['chunked', 'Chunked'])}\r\n`], chunkedBody(random)];
    default:
      return [[], ''];
  }
}

/** A request that is well-formed and whose fields agree with its body. */
export function validRequest(random: Random): string {
  const version = random.once(12) ? '0' : '1';
  const [framed, body] = version === '1' ? framing(random) : [[], ''];
  const target = random.pick(targets);
  const method = target === '*' ? 'OPTIONS' : random.pick(methods);
  const fields = [...random.several(6, () => field(random)), ...framed];
  if (random.once(6)) fields.push(`Connection: ${random.pick(connections)}\r\n`);
  const host = `Host: ${random.pick(['a', 'b:80', '[::1]:8080', ''])}\r\n`;
  fields.splice(random.below(fields.length + 1), 0, host);
  return `${random.once(8) ? '\r\n' : ''}${method} ${target} HTTP/1.${version}\r\n${fields.join('')}\r\n${body}`;
}

/** Field lines that make two readers disagree, or one fail. */
const hostileLines = [
  'Content-Length: 3\r\nContent-Length: 3\r\n',
  'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n',
  'Content-Length: +3\r\n',
  'Content-Length: 0x3\r\n',
  'Content-Length: 3,3\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Content-Length : 3\r\n',
  'Transfer-Encoding: chunked, identity\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding:\x0bchunked\r\n',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n',
  ' folded\r\n',
  '\tfolded\r\n',
  'A\r\n',
  ':\r\n',
  'A: b\n',
  'A: b\rC: d\r\n',
  'A: b\r\r\n',
  'A: \0\r\n',
  'A: \x1b\x7f\r\n',
  'Host: b\r\n',
  'Host: a b\r\n',
  '\r\n',
  '\n',
];

const hostileStarts = [
  'GETX / HTTP/1.1\r\n',
  'get / HTTP/1.1\r\n',
  'GET  / HTTP/1.1\r\n',
  'GET / HTTP/1.1 \r\n',
  'GET / HTTP/1.10\r\n',
  'GET / HTTP/2.0\r\n',
  'GET / HTTP/1.3\r\n',
  'GET /\r\n',
  'GET / HTTP/1.1\n',
  'GET /\t HTTP/1.1\r\n',
  'GET /#a HTTP/1.1\r\n',
  'GET * HTTP/1.1\r\n',
  'CONNECT a:443 HTTP/1.1\r\n',
  'CONNECT a HTTP/1.1\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'PRI * HTTP/1.1\r\n',
  'HTTP/1.1 200 OK\r\n',
  '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1',
  '\r',
  '\n',
  ' ',
  'G',
];

const hostileBodies = [
  '3\r\nabcd\r\n',
  '3\nabc\r\n',
  '3\r\nabc\n0\r\n\r\n',
  '3 \r\nabc\r\n',
  '3;a\nb\r\nabc\r\n',
  '-3\r\n',
  '0x3\r\n',
  'g\r\n',
  '\r\n',
  '10000000000000000\r\n',
  'fffffffffffffff\r\n',
  '00000000000000003\r\nabc\r\n',
  '3\r\nabcXX',
  '0\r\n\n',
  '0\r\nA\r\n\r\n',
  '0\r\n\rX\n',
  `1;${'e'.repeat(20_000)}`,
  `0\r\n${'T: v\r\n'.repeat(2100)}\r\n`,
];

function hostileRequest(random: Random): string {
  const start = random.once(3) ? random.pick(hostileStarts) : `${random.pick(methods)} / HTTP/1.1\r\n`;
  const lines = random.several(5, () => (random.once(2) ? random.pick(hostileLines) : field(random)));
  const coding = random.once(2) ? 'Transfer-Encoding: chunked\r\n' : '';
  const body = coding && random.once(2) ? random.pick(hostileBodies) : '3\r\nabc\r\n0\r\n\r\n';
  return `${start}${random.once(4) ? '' : 'Host: a\r\n'}${lines.join('')}${coding}\r\n${body}`;
}

/** Runs without an end: what a bound has to stop. */
function longRun(random: Random): string {
  const length = 500 + random.below(random.once(3) ? 40_000 : 3000);
  const run = random.pick([
    'a',
    ' ',
    '\t',
    '\r\n',
    '\0',
    'a:\r\n',
    'A: b\r\n',
    ',',
    '/',
    '0',
    '\r',
    '\n',
    '\xff',
  ]);
  const before = random.pick([
    '',
    'GET ',
    'GET /',
    'GET / HTTP/1.1\r\n',
    'GET / HTTP/1.1\r\nA:',
    'GET / HTTP/1.1\r\nConnection: ',
  ]);
  return (
    before +
    run.repeat(Math.ceil(length / run.length)) +
    random.pick(['', '\r\n', '\r\n\r\n', '\n', ': b\r\n\r\n'])
  );
}

const bytesThatMatter = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '\0',
  '\x7f',
  '\xff',
  '0',
  'f',
  'G',
  '/',
  '"',
];

function mutated(random: Random, bytes: string): string {
  let text = bytes;
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(text.length + 1);
    const cut = random.below(random.once(4) ? 40 : 3);
    const piece = random.once(6)
      ? text.slice(at, at + random.below(60))
      : random.pick(['', ...bytesThatMatter]);
    text = text.slice(0, at) + piece + text.slice(at + cut);
  }
  return text;
}

/** A stream of one to four requests of any kind. */
export function stream(random: Random): string {
  const requests = [validRequest(random), ...random.several(4, () => anyRequest(random))];
  if (random.once(2)) requests[0] = anyRequest(random);
  // Clients say the same again and again, and then nearly the same.
  const repeated = requests.flatMap((request) =>
    Array<string>(random.once(3) ? 1 + random.below(4) : 1).fill(request),
  );
  return random.once(4)
    ? repeated.map((request) => (random.once(4) ? mutated(random, request) : request)).join('')
    : repeated.join('');
}

function anyRequest(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return hostileRequest(random);
    case 1:
      return mutated(random, validRequest(random));
    case 2:
      return mutated(random, hostileRequest(random));
    case 3:
      return random.once(4) ? longRun(random) : validRequest(random);
    default:
      return validRequest(random);
  }
}

/** Segments of random lengths, mostly short, that make up `bytes`. */
export function randomSegments(random: Random, bytes: Buffer): Buffer[] {
  const longest = random.pick([2, 5, 40, 700, 5000]);
  const segments: Buffer[] = [];
  for (let i = 0; i < bytes.length; ) {
    const end = i + 1 + random.below(longest);
    // Copied, so that a segment is alone in its memory as those of a socket are.
    segments.push(Buffer.from(bytes.subarray(i, end)));
    i = end;
  }
  return segments;
}

/** Segments that end within and around each CRLF. */
export function segmentsAtLineEnds(bytes: Buffer): Buffer[] {
  const segments: Buffer[] = [];
  let start = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 0x0d && bytes[i] !== 0x0a) continue;
    segments.push(bytes.subarray(start, i), bytes.subarray(i, i + 1));
    start = i + 1;
  }
  segments.push(bytes.subarray(start));
  return segments.filter((segment) => segment.length > 0);
}
