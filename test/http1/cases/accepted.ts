// Streams of bytes that are accepted whole, and what is read from them.
import type { ParserOptions } from '../../../dist/http1/request-parser.js';

/** What a case says of one request; what it leaves out is as in `GET / HTTP/1.1` without a body. */
export interface ExpectedRequest {
  method?: string;
  target?: string;
  minorVersion?: number;
  fields?: string[];
  host?: string | null;
  expect?: string | null;
  keepAlive?: boolean;
  upgrade?: boolean;
  body?: string;
  /** null: the request is not complete at the end of the bytes. */
  trailers?: string[] | null;
}

export interface Accepted {
  says: string;
  bytes: string;
  requests: ExpectedRequest[];
  /** Bytes at the end that are not read, since the connection ends or leaves HTTP before them. */
  unread?: string;
  options?: ParserOptions;
}

const host = ['Host', 'a'];
/** A request with these lines after the Host field. */
const request = (line: string, ...fields: string[]) =>
  `${line} HTTP/1.1\r\nHost: a\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
const chunked = (body: string) => request('POST /', 'Transfer-Encoding: chunked') + body;
const chunkedFields = [...host, 'Transfer-Encoding', 'chunked'];
const withBody = (body: string, trailers: string[] = []): ExpectedRequest => ({
  method: 'POST',
  fields: chunkedFields,
  body,
  trailers,
});
const long = (length: number) => 'v'.repeat(length);
const manyFields = (count: number) => Array.from({ length: count }, (_, index) => `F${index}: ${index}`);

const requestLines: Accepted[] = [
  { says: 'a GET', bytes: request('GET /'), requests: [{}] },
  ...['HEAD', 'OPTIONS', 'PATCH', 'M-SEARCH', 'UNSUBSCRIBE', 'QUERY'].map((method) => ({
    says: `the method ${method}`,
    bytes: request(`${method} /`),
    requests: [{ method }],
  })),
  ...[
    '//',
    '/../a/./b',
    '/%2F%00%zz',
    '/?a=b&c=?/',
    '/{}|"<>^`\\',
    '/caf\xc3\xa9',
    `/${long(9000)}`,
    'http://b/',
    'HTTP://b:80/x?y',
    'http://[::1]:8080',
    'https://b?q',
    'coap+tcp://b/x',
  ].map((target) => ({
    says: `the target ${target.slice(0, 40)} as it was sent`,
    bytes: request(`GET ${target}`),
    requests: [{ target }],
  })),
  { says: 'OPTIONS *', bytes: request('OPTIONS *'), requests: [{ method: 'OPTIONS', target: '*' }] },
  {
    says: 'HTTP/1.0, without a Host, which ends the connection',
    bytes: 'GET / HTTP/1.0\r\n\r\n',
    requests: [{ minorVersion: 0, fields: [], host: null, keepAlive: false }],
  },
  {
    says: 'HTTP/1.0 with keep-alive',
    bytes: 'GET / HTTP/1.0\r\nConnection: foo, Keep-Alive\r\n\r\n',
    requests: [{ minorVersion: 0, fields: ['Connection', 'foo, Keep-Alive'], host: null, keepAlive: true }],
  },
  {
    says: 'a later minor version, which is a superset of 1.1',
    bytes: 'GET / HTTP/1.7\r\nHost: a\r\n\r\n',
    requests: [{ minorVersion: 7 }],
  },
  { says: 'an empty line before the request line', bytes: `\r\n${request('GET /')}`, requests: [{}] },
  { says: 'several empty lines before it', bytes: `${'\r\n'.repeat(40)}${request('GET /')}`, requests: [{}] },
  {
    says: 'empty lines after a body that was one CRLF longer than its length',
    bytes: `${request('POST /', 'Content-Length: 1')}x\r\n${request('GET /')}`,
    requests: [{ method: 'POST', fields: [...host, 'Content-Length', '1'], body: 'x' }, {}],
  },
];

const fields: Accepted[] = [
  {
    says: 'names in their case and order, repeated ones too',
    bytes: request('GET /', 'b: 1', 'A: 2', 'B: 3'),
    requests: [{ fields: [...host, 'b', '1', 'A', '2', 'B', '3'] }],
  },
  {
    says: 'every character of a token in a name',
    bytes: request('GET /', "!#$%&'*+-.^_`|~0aZ: x"),
    requests: [{ fields: [...host, "!#$%&'*+-.^_`|~0aZ", 'x'] }],
  },
  {
    says: 'white space around a value is not part of it, inside it is',
    bytes: request('GET /', 'A: \t  x \t y\t \t', 'B:z', 'C: '),
    requests: [{ fields: [...host, 'A', 'x \t y', 'B', 'z', 'C', ''] }],
  },
  {
    says: 'values of nothing, of white space and of colons',
    bytes: request('GET /', 'A:', 'B: \t ', 'C: ::1:'),
    requests: [{ fields: [...host, 'A', '', 'B', '', 'C', '::1:'] }],
  },
  {
    says: 'bytes above 0x7f in a value are opaque',
    bytes: request('GET /', 'A: \x80\xff\xc3\xa9'),
    requests: [{ fields: [...host, 'A', '\x80\xff\xc3\xa9'] }],
  },
  {
    says: 'a value longer than a reading window',
    bytes: request('GET /', `A: ${long(9000)}`, 'B: 1'),
    requests: [{ fields: [...host, 'A', long(9000), 'B', '1'] }],
  },
  {
    says: 'a run of 12,000 spaces before a value',
    bytes: request('GET /', `A:${' '.repeat(12_000)}x`),
    requests: [{ fields: [...host, 'A', 'x'] }],
  },
  {
    says: '1,000 fields',
    bytes: request('GET /', ...manyFields(999)),
    requests: [{ fields: [...host, ...manyFields(999).flatMap((field) => field.split(': '))] }],
  },
  {
    says: 'fields beyond a count that only bytes bound',
    bytes: request('GET /', ...manyFields(1001)),
    requests: [{ fields: [...host, ...manyFields(1001).flatMap((field) => field.split(': '))] }],
    options: { fieldsBeyond: 'kept' },
  },
  {
    says: 'fields beyond a count that was set are read but not reported, and still frame the message',
    bytes: `${request('POST /', 'A: 1', 'B: 2', 'Content-Length: 3')}abc${request('GET /')}`,
    requests: [{ method: 'POST', fields: [...host, 'A', '1'], body: 'abc' }, {}],
    options: { maxFields: 2, fieldsBeyond: 'dropped' },
  },
  {
    says: 'any number of fields where the count is not limited',
    bytes: request('GET /', ...Array.from({ length: 2500 }, () => 'a:b')),
    requests: [{ fields: [...host, ...Array.from({ length: 2500 }, () => ['a', 'b']).flat()] }],
    options: { maxFields: 0 },
  },
  {
    says: 'control characters in a value where the lenient parser was asked for',
    bytes: request('GET /', 'A: \x01\x7f\x0b'),
    requests: [{ fields: [...host, 'A', '\x01\x7f\x0b'] }],
    options: { validation: 'relaxed' },
  },
  {
    says: 'a head one byte below the limit, by its target, names and values',
    bytes: request('GET /', 'A: 12345'),
    requests: [{ fields: [...host, 'A', '12345'] }],
    options: { maxHeadBytes: 13 },
  },
  {
    says: 'the expectation, its lines joined',
    bytes: request('GET /', 'Expect: 100-Continue', 'EXPECT: b'),
    requests: [{ fields: [...host, 'Expect', '100-Continue', 'EXPECT', 'b'], expect: '100-Continue, b' }],
  },
];

/** What to connect to is for the listener of 'connect' to check. */
const CONNECT_TARGETS = [
  '/',
  'a',
  'a:',
  ':80',
  '*',
  '[::1]',
  'a:80:90',
  'user@a:443',
  'http://a:80/b',
  'a:443?b',
];

const hosts: Accepted[] = [
  '',
  'a',
  'a:',
  'a:80',
  'a.b.c:0',
  '127.0.0.1:65536',
  '[::1]',
  '[::1]:8080',
  '[v1.x:y]:1',
  "%41-._~!$&'()*+,;=",
].map((value) => ({
  says: `the host "${value}"`,
  bytes: `GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`,
  requests: [{ fields: ['Host', value], host: value }],
}));

const lengths: Accepted[] = [
  ...(
    [
      ['Content-Length: 3', '3'],
      ['content-LENGTH:3', '3'],
      ['Content-Length: \t003 ', '003'],
      [`Content-Length: ${'0'.repeat(300)}3`, `${'0'.repeat(300)}3`],
    ] as const
  ).map(([line, value]) => ({
    says: `a body by "${line.slice(0, 30)}"`,
    bytes: `${request('POST /', line)}abc`,
    requests: [{ method: 'POST', fields: [...host, line.slice(0, line.indexOf(':')), value], body: 'abc' }],
  })),
  {
    says: 'a length of zero',
    bytes: request('POST /', 'Content-Length: 0'),
    requests: [{ method: 'POST', fields: [...host, 'Content-Length', '0'] }],
  },
  {
    says: 'a body of a GET',
    bytes: `${request('GET /', 'Content-Length: 3')}GET`,
    requests: [{ fields: [...host, 'Content-Length', '3'], body: 'GET' }],
  },
  {
    says: 'a body that looks like a request',
    bytes: `${request('POST /', `Content-Length: ${request('GET /x').length}`)}${request('GET /x')}`,
    requests: [
      {
        method: 'POST',
        fields: [...host, 'Content-Length', String(request('GET /x').length)],
        body: request('GET /x'),
      },
    ],
  },
  {
    says: 'the largest length there is, whose body is still to come',
    bytes: `${request('POST /', 'Content-Length: 9007199254740991')}abc`,
    requests: [
      {
        method: 'POST',
        fields: [...host, 'Content-Length', '9007199254740991'],
        body: 'abc',
        trailers: null,
      },
    ],
  },
  {
    says: 'a field whose name only looks like Content-Length',
    bytes: request('GET /', 'Content_Length: 3', 'Content-Lengt: 3', 'Content-Length-: 3'),
    requests: [{ fields: [...host, 'Content_Length', '3', 'Content-Lengt', '3', 'Content-Length-', '3'] }],
  },
];

const chunks: Accepted[] = [
  { says: 'a body of no chunk', bytes: chunked('0\r\n\r\n'), requests: [withBody('')] },
  { says: 'chunks', bytes: chunked('1\r\na\r\n2\r\nbc\r\n0\r\n\r\n'), requests: [withBody('abc')] },
  {
    says: 'sizes in either case, with leading zeros',
    bytes: chunked(`a\r\n0123456789\r\n00A\r\n0123456789\r\n0000000000000001\r\nx\r\n000\r\n\r\n`),
    requests: [withBody('01234567890123456789x')],
  },
  {
    says: 'extensions of every kind, which are dropped',
    bytes: chunked('1;a\r\nx\r\n1;a=b;c="d;\\"e"\r\ny\r\n1 \t;;\xff=\r\nz\r\n0;last\r\n\r\n'),
    requests: [withBody('xyz')],
  },
  {
    says: 'data that looks like framing',
    bytes: chunked('7\r\n0\r\n\r\nGE\r\n0\r\n\r\n'),
    requests: [withBody('0\r\n\r\nGE')],
  },
  {
    says: 'a thousand chunks of one byte',
    bytes: chunked(`${'1\r\nx\r\n'.repeat(1000)}0\r\n\r\n`),
    requests: [withBody('x'.repeat(1000))],
  },
  {
    says: 'small chunks around large ones',
    bytes: chunked(`1\r\na\r\n7d0\r\n${'b'.repeat(2000)}\r\n1\r\nc\r\n2\r\nde\r\n0\r\n\r\n`),
    requests: [withBody(`a${'b'.repeat(2000)}cde`)],
  },
  {
    says: 'trailer fields',
    bytes: chunked('1\r\na\r\n0\r\nA: 1\r\nContent-Length: 7\r\nA: \t2 \r\n\r\n'),
    requests: [withBody('a', ['A', '1', 'Content-Length', '7', 'A', '2'])],
  },
  {
    says: 'no more trailer fields than a count that was set',
    bytes: chunked('0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n'),
    requests: [withBody('', ['A', '1', 'B', '2'])],
    options: { maxFields: 2, fieldsBeyond: 'dropped' },
  },
  {
    says: 'a trailer section one byte below the limit',
    bytes: chunked(`0\r\nA: ${'1'.repeat(98)}\r\n\r\n`),
    requests: [withBody('', ['A', '1'.repeat(98)])],
    options: { maxHeadBytes: 100 },
  },
  {
    says: 'the coding in another case, and white space around it',
    bytes: `${request('POST /', 'transfer-ENCODING: \tCHUNked\t')}0\r\n\r\n`,
    requests: [{ method: 'POST', fields: [...host, 'transfer-ENCODING', 'CHUNked'] }],
  },
  {
    says: 'chunks that have not all come',
    bytes: chunked('3\r\nab'),
    requests: [{ ...withBody('ab'), trailers: null }],
  },
];

const connections: Accepted[] = [
  {
    says: 'pipelined requests with and without bodies',
    bytes:
      request('GET /1') +
      `${request('POST /2', 'Content-Length: 2')}ab` +
      chunked('1\r\nc\r\n0\r\nT: v\r\n\r\n') +
      request('GET /4'),
    requests: [
      { target: '/1' },
      { method: 'POST', target: '/2', fields: [...host, 'Content-Length', '2'], body: 'ab' },
      withBody('c', ['T', 'v']),
      { target: '/4' },
    ],
  },
  ...['close', 'Close', 'x, CLOSE ,y', 'keep-alive,close', ',close'].map((value) => ({
    says: `nothing after "Connection: ${value}"`,
    bytes: `${request('GET /', `Connection: ${value}`)}GET /no`,
    requests: [{ fields: [...host, 'Connection', value], keepAlive: false }],
    unread: 'GET /no',
  })),
  {
    says: 'nothing after the body of a request with Connection: close',
    bytes: `${request('POST /', 'Content-Length: 2', 'Connection: a', 'Connection: close')}abGET /no`,
    requests: [
      {
        method: 'POST',
        fields: [...host, 'Content-Length', '2', 'Connection', 'a', 'Connection', 'close'],
        keepAlive: false,
        body: 'ab',
      },
    ],
    unread: 'GET /no',
  },
  ...['closed', 'not-close', 'clos e', '"close"'].map((value) => ({
    says: `"Connection: ${value}" does not close`,
    bytes: request('GET /', `Connection: ${value}`) + request('GET /'),
    requests: [{ fields: [...host, 'Connection', value] }, {}],
  })),
  {
    says: 'an upgrade leaves HTTP with the bytes after its head',
    bytes: `${request('GET /', 'Connection: keep-alive, Upgrade', 'Upgrade: websocket')}\x81\x00`,
    requests: [
      {
        fields: [...host, 'Connection', 'keep-alive, Upgrade', 'Upgrade', 'websocket'],
        upgrade: true,
        trailers: null,
      },
    ],
    unread: '\x81\x00',
  },
  ...CONNECT_TARGETS.map((target) => ({
    says: `CONNECT to "${target}"`,
    bytes: `CONNECT ${target} HTTP/1.1\r\nHost: a\r\n\r\nraw`,
    requests: [{ method: 'CONNECT', target, upgrade: true, trailers: null }],
    unread: 'raw',
  })),
  {
    says: 'CONNECT leaves HTTP',
    bytes: 'CONNECT [::1]:443 HTTP/1.1\r\nHost: a\r\n\r\nraw',
    requests: [{ method: 'CONNECT', target: '[::1]:443', upgrade: true, trailers: null }],
    unread: 'raw',
  },
  {
    says: 'Upgrade without the connection option changes nothing',
    bytes: request('GET /', 'Upgrade: websocket'),
    requests: [{ fields: [...host, 'Upgrade', 'websocket'] }],
  },
  {
    says: 'the connection option without Upgrade changes nothing',
    bytes: request('GET /', 'Connection: upgrade'),
    requests: [{ fields: [...host, 'Connection', 'upgrade'] }],
  },
  {
    says: 'Upgrade in HTTP/1.0 is ignored',
    bytes: 'GET / HTTP/1.0\r\nConnection: upgrade, keep-alive\r\nUpgrade: x\r\n\r\n',
    requests: [
      {
        minorVersion: 0,
        fields: ['Connection', 'upgrade, keep-alive', 'Upgrade', 'x'],
        host: null,
      },
    ],
  },
  { says: 'no bytes at all', bytes: '', requests: [] },
  { says: 'half a head', bytes: 'GET / HTTP/1.1\r\nHos', requests: [] },
  { says: 'the beginning of the HTTP/2 preface', bytes: 'PRI * HTTP/2.0\r', requests: [] },
];

export const accepted: Accepted[] = [
  ...requestLines,
  ...fields,
  ...hosts,
  ...lengths,
  ...chunks,
  ...connections,
];
