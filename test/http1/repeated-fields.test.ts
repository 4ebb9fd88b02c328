// Requests of one connection whose fields are the same to the byte, or nearly: each is read as it would be alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ParserOptions, RequestParser } from '../../dist/http1/request-parser.js';
import { bytesOf, cuts, type Reading, readSegments, readWhole } from './reading.js';

const FIELDS = 'Host: a.example:8080\r\nConnection: keep-alive\r\nX-Long: one\r\nCookie: a=1; b=2\r\n';

const get = (fields = FIELDS, target = '/', version = '1.1', method = 'GET') =>
  `${method} ${target} HTTP/${version}\r\n${fields}\r\n`;

/** What each request gives that is read by a parser of its own; the first refusal ends it. */
function readApart(requests: string[], options?: ParserOptions): Pick<Reading, 'requests' | 'refusal'> {
  const all: Reading['requests'] = [];
  for (const request of requests) {
    const reading = readWhole(bytesOf(request), options);
    all.push(...reading.requests);
    if (reading.refusal !== null || reading.stopped) return { requests: all, refusal: reading.refusal };
  }
  return { requests: all, refusal: null };
}

/** Enough of the same for it to be kept and used. */
const often = (request: string) => [request, request, request, request];

interface Case {
  name: string;
  requests: string[];
  options?: ParserOptions;
}

const others = (last: string) => [...often(get()), last, get()];
const framed = 'Host: a\r\nContent-Length: 3\r\n';
const coded = 'Host: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n';

const CASES: Case[] = [
  { name: 'the same fields, again and again', requests: often(get()) },
  {
    name: 'other targets and methods',
    requests: [...often(get()), get(FIELDS, '/other'), get(FIELDS, '/', '1.1', 'DELETE')],
  },
  { name: 'a value that differs in its last byte', requests: others(get(FIELDS.replace('b=2', 'b=3'))) },
  { name: 'a name in another case', requests: others(get(FIELDS.replace('X-Long', 'x-long'))) },
  { name: 'one field more', requests: others(get(`${FIELDS}X-More: 1\r\n`)) },
  { name: 'one field less', requests: others(get(FIELDS.replace('X-Long: one\r\n', ''))) },
  {
    name: 'fields in another order',
    requests: others(
      get('Connection: keep-alive\r\nHost: a.example:8080\r\nX-Long: one\r\nCookie: a=1; b=2\r\n'),
    ),
  },
  {
    name: 'white space around a value in another place',
    requests: others(get(FIELDS.replace('X-Long: one', 'X-Long:one '))),
  },
  {
    name: 'another host of the same length',
    requests: others(get(FIELDS.replace('a.example', 'b.example'))),
  },
  {
    name: 'a host that is none, of the same length',
    requests: others(get(FIELDS.replace('a.example', 'a,example'))),
  },
  {
    name: 'a control character at the place of a letter',
    requests: others(get(FIELDS.replace('one', 'o\x01e'))),
  },
  { name: 'a bare LF at the place of a letter', requests: others(get(FIELDS.replace('one', 'o\ne'))) },
  {
    name: 'HTTP/1.0 after HTTP/1.1',
    requests: [...often(get('Host: a\r\nX: 1\r\n')), get('Host: a\r\nX: 1\r\n', '/', '1.0')],
  },
  {
    name: 'CONNECT after GET',
    requests: [...often(get('Host: a:1\r\n')), get('Host: a:1\r\n', 'a:1', '1.1', 'CONNECT')],
  },
  {
    name: 'bodies of the same length',
    requests: [`${get(framed)}one`, `${get(framed)}two`, `${get(framed)}\r\n\r`, `${get(framed)}GET`],
  },
  {
    name: 'chunked bodies with trailers',
    requests: often(`${get(coded)}3\r\none\r\n0\r\nX-End: 1\r\nHost: b\r\n\r\n`),
  },
  {
    name: 'chunked in HTTP/1.0 after HTTP/1.1',
    requests: [...often(`${get(coded)}0\r\n\r\n`), get(coded, '/', '1.0')],
  },
  { name: 'a request to leave, again', requests: often(get('Host: a\r\nConnection: close\r\n')) },
  {
    name: 'an upgrade, after the same without its target',
    requests: often(get('Host: a\r\nX-Y: 1\r\n')).concat(
      get('Host: a\r\nConnection: upgrade\r\nUpgrade: x\r\n'),
    ),
  },
  {
    name: 'a target that leaves too little room',
    requests: [...often(get()), get(FIELDS, `/${'a'.repeat(40)}`)],
    options: { maxHeadBytes: 110 },
  },
  {
    name: 'a target that leaves just enough room',
    requests: [...often(get()), get(FIELDS, '/aaaa'), get(FIELDS, '/aaaaa'), get(FIELDS, '/aaaaaa')],
    options: { maxHeadBytes: 80 },
  },
  {
    name: 'a first field as long as the request line before it',
    requests: [
      get(),
      get(),
      get('A: 123456789ab\r\nHost: a\r\n'),
      get('A: 123456789ab\r\nHost: a\r\n'),
      get('Host: a\r\n'),
    ],
  },
  {
    name: 'more fields than are read',
    requests: often(get()),
    options: { maxFields: 2, fieldsBeyond: 'dropped' },
  },
  {
    name: 'more fields than are counted',
    requests: often(get()),
    options: { maxFields: 2, fieldsBeyond: 'kept' },
  },
  { name: 'more fields than are allowed', requests: often(get()), options: { maxFields: 3 } },
  {
    name: 'values in two lines',
    requests: others(get(FIELDS.replace('X-Long: one', 'X-Long: o\r\n e'))),
    options: { validation: 'insecure' },
  },
  {
    name: 'lines that LF alone ends',
    requests: others(get().replaceAll('\r\n', '\n')),
    options: { validation: 'insecure' },
  },
  { name: 'fields longer than are kept', requests: often(get(`Host: a\r\nX: ${'x'.repeat(3000)}\r\n`)) },
  {
    name: 'always others of the same length',
    requests: Array.from({ length: 9 }, (_, i) => get(FIELDS.replace('one', `on${i}`))).concat(often(get())),
  },
];

for (const { name, requests, options } of CASES) {
  test(`Each is read as it would be alone, however it is cut: ${name}`, () => {
    const alone = readApart(requests, options);
    const bytes = bytesOf(requests.join(''));
    const segments = requests.map(bytesOf);
    // Where a request line comes by itself, its fields begin in another segment than it ended in.
    const parts = segments.flatMap((segment) => {
      const line = segment.indexOf('\n') + 1;
      return [segment.subarray(0, line), segment.subarray(line)];
    });
    const lines = requests.flatMap((request) => request.split(/(?<=\n)/).map(bytesOf));
    const mixed = [...parts.slice(0, -2), ...segments.slice(-1)];
    const readings = [bytes, segments, parts, lines, mixed].map((cut) => readSegments([cut].flat(), options));
    for (const cut of cuts(bytes.length)) {
      readings.push(readSegments([bytes.subarray(0, cut), bytes.subarray(cut)], options));
    }
    for (const { requests: read, refusal } of readings) assert.deepEqual({ requests: read, refusal }, alone);
  });
}

test('Each request has a list of its own: what a program changes in one is not in the next', () => {
  const lists: string[][] = [];
  const sink = {
    onHead({ rawHeaders }: { rawHeaders: string[] }) {
      lists.push([...rawHeaders]);
      rawHeaders.push('X-Changed', '1');
      rawHeaders[1] = 'changed';
      return false;
    },
    onBody() {},
    onEnd() {},
  };
  const parser = new RequestParser(sink);
  for (const request of often(get())) parser.execute(bytesOf(request));
  assert.equal(lists.length, 4);
  for (const list of lists) assert.deepEqual(list, lists[0]);
});

test('A policy for fields beyond the limit counts for the next request with the same fields', () => {
  const options: ParserOptions = { maxFields: 2, fieldsBeyond: 'kept' };
  let fields = 0;
  const parser = new RequestParser(
    {
      onHead: ({ rawHeaders }) => {
        fields = rawHeaders.length / 2;
        return false;
      },
      onBody() {},
      onEnd() {},
    },
    {
      maxFields: 2,
      get fieldsBeyond() {
        return options.fieldsBeyond;
      },
    },
  );
  for (const request of often(get())) parser.execute(bytesOf(request));
  assert.equal(fields, 4);
  Object.assign(options, { fieldsBeyond: 'dropped' });
  parser.execute(bytesOf(get()));
  assert.equal(fields, 2);
});
