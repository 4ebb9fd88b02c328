// Streams of bytes that are refused, and the refusal each of them meets.
import type { ParserOptions } from '../../../dist/http1/request-parser.js';
import type { RefusalName } from '../../../dist/http1/wire-error.js';

export interface Refused {
  says: string;
  bytes: string;
  refusal: RefusalName;
  /** Requests that are reported before the refusal, complete ones and the one under way. */
  requests?: number;
  options?: ParserOptions;
}

const head = (line: string, ...fields: string[]) =>
  `${line}\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
const get = (...fields: string[]) => head('GET / HTTP/1.1', 'Host: a', ...fields);
const chunked = (body: string) => head('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked') + body;

/** Cases of one refusal: the words, then the bytes. */
function refused(
  refusal: RefusalName,
  cases: [says: string, bytes: string][],
  more?: Partial<Refused>,
): Refused[] {
  return cases.map(([says, bytes]) => ({ says, bytes, refusal, ...more }));
}

const requestLines: Refused[] = [
  ...refused('methodUnknown', [
    ['a method nobody registered', head('BREW / HTTP/1.1', 'Host: a')],
    ['a method in lower case', head('get / HTTP/1.1', 'Host: a')],
    ['a method that continues a known one', head('GETX / HTTP/1.1', 'Host: a')],
    ['a method that a known one continues', head('PATC / HTTP/1.1', 'Host: a')],
    ['a word in place of a request', 'hello'],
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['the beginning of the HTTP/2 preface, then something else', 'PRI * HTTP/2.1\r\n'],
    ['40,000 letters', 'A'.repeat(40_000)],
    ['40,000 letters and their end', `${'A'.repeat(40_000)} / HTTP/1.1\r\n`],
  ]),
  ...refused('methodInvalid', [
    ['a space first', ' GET / HTTP/1.1\r\n'],
    ['a NUL first', '\0GET / HTTP/1.1\r\n'],
    ['a tab after the method', 'GET\t/ HTTP/1.1\r\n'],
    ['a NUL in the method', 'GE\0T / HTTP/1.1\r\n'],
    ['an @ in the method', 'GET@ / HTTP/1.1\r\n'],
    ['a method alone', 'GET\r\n'],
    ['a method ended by a line feed', 'GET\nHost: a\r\n\r\n'],
    ['a byte above 0x7f first', '\xff\xfe'],
  ]),
  ...refused('responseReceived', [['a response', 'HTTP/1.1 200 OK\r\n\r\n']]),
  ...refused('http2Preface', [['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']]),
  ...refused('tlsReceived', [
    ['a TLS ClientHello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['its first byte', '\x16'],
    ['its first byte before another one', '\x16\x04'],
  ]),
  ...refused('targetInvalid', [
    ['a NUL in the target', 'GET /\0 HTTP/1.1\r\n'],
    ['a tab in the target', 'GET /a\tb HTTP/1.1\r\n'],
    ['a fragment', 'GET /a#b HTTP/1.1\r\n'],
    ['a DEL in the target', 'GET /\x7f HTTP/1.1\r\n'],
  ]),
  ...refused('targetFormInvalid', [
    ['two spaces before the target', 'GET  / HTTP/1.1\r\n'],
    ['no target', 'GET  HTTP/1.1\r\n'],
    ['a relative target', 'GET a HTTP/1.1\r\n'],
    ['an asterisk outside of OPTIONS', 'GET * HTTP/1.1\r\n'],
    ['a query alone', 'GET ?a HTTP/1.1\r\n'],
    ['an authority outside of CONNECT', 'GET a:80 HTTP/1.1\r\n'],
    ['a scheme without an authority', 'GET http:/a HTTP/1.1\r\n'],
    ['a scheme that begins with a digit', 'GET 1http://a HTTP/1.1\r\n'],
    ['http without a host', 'GET http:///a HTTP/1.1\r\n'],
    ['http with an empty host and a port', 'GET http://:80/ HTTP/1.1\r\n'],
    ['https with a query in place of a host', 'GET HTTPS://?a HTTP/1.1\r\n'],
    ['a user in an http target', 'GET http://user:secret@a/ HTTP/1.1\r\n'],
    ['CONNECT without a target', 'CONNECT  HTTP/1.1\r\n'],
  ]),
  ...refused('targetTooLong', [
    ['a target beyond the limit', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n`],
    ['a target without an end', `GET /${'a'.repeat(20_000)}`],
    ['empty lines without an end', '\r\n'.repeat(10_000)],
  ]),
  ...refused('requestLineInvalid', [
    ['no version', 'GET /\r\nHost: a\r\n\r\n'],
    ['no version, and a line feed', 'GET /\nHost: a\r\n\r\n'],
    ['a space in the target', 'GET /a b HTTP/1.1\r\n'],
    ['a name of the protocol in lower case', 'GET / http/1.1\r\n'],
    ['another protocol', 'GET / RTSP/1.0\r\n'],
    ['two spaces before the version', 'GET /  HTTP/1.1\r\n'],
  ]),
  ...refused('versionInvalid', [
    ['no minor version', 'GET / HTTP/1\r\n'],
    ['a minor version of two digits', 'GET / HTTP/1.10\r\n'],
    ['a major version of two digits', 'GET / HTTP/11.1\r\n'],
    ['a letter in the version', 'GET / HTTP/1.x\r\n'],
    ['a comma in the version', 'GET / HTTP/1,1\r\n'],
    ['a space after the version', 'GET / HTTP/1.1 \r\n'],
    ['a carriage return after the version', 'GET / HTTP/1.1\rHost: a\r\n'],
    ['two carriage returns after the version', 'GET / HTTP/1.1\r\r\n'],
  ]),
  ...refused('versionUnsupported', [
    ['HTTP/2.0', 'GET / HTTP/2.0\r\n'],
    ['HTTP/0.9', 'GET / HTTP/0.9\r\n'],
    ['HTTP/3.0', 'GET / HTTP/3.0\r\n'],
  ]),
  ...refused('carriageReturnMissing', [
    ['a bare line feed after the request line', 'GET / HTTP/1.1\nHost: a\r\n\r\n'],
    ['a bare line feed before the request line', '\nGET / HTTP/1.1\r\n'],
    ['a bare line feed after a field', 'GET / HTTP/1.1\r\nHost: a\n\r\n'],
    ['a bare line feed as the empty line', 'GET / HTTP/1.1\r\nHost: a\r\n\n'],
  ]),
  ...refused('lineFeedMissing', [
    ['a carriage return in a value', 'GET / HTTP/1.1\r\nA: b\rc\r\n'],
    ['two carriage returns after a value', 'GET / HTTP/1.1\r\nA: b\r\r\n'],
  ]),
  ...refused('lineFeedExpected', [
    ['a carriage return before the request line', '\rGET / HTTP/1.1\r\n'],
    ['a carriage return in the empty line', 'GET / HTTP/1.1\r\nA: b\r\n\rC: d\r\n'],
  ]),
];

const fieldLines: Refused[] = [
  ...refused('fieldNameInvalid', [
    ['a space before the colon', get('Foo : b')],
    ['a tab before the colon', get('Foo\t: b')],
    ['a space in the name', get('Fo o: b')],
    ['no name', get(': b')],
    ['no colon', get('Foo')],
    ['a bracket in the name', get('Fo[o: b')],
    ['a NUL in the name', get('Fo\0o: b')],
    ['a byte above 0x7f in the name', get('Fo\xe9: b')],
    ['a line feed in the name', get('Fo\no: b')],
    ['a carriage return in the name', get('Fo\ro: b')],
    ['Content-Length with a space', `${get('Content-Length : 3')}abc`],
    ['Transfer-Encoding with a vertical tab', get('Transfer-Encoding\x0b: chunked')],
    ['something else than the empty line', 'GET / HTTP/1.1\r\nHost: a\r\nGET /x HTTP/1.1\r\n\r\n'],
  ]),
  ...refused('fieldFolded', [
    ['a folded value', get('A: b', ' c')],
    ['a folded value, by a tab', get('A: b', '\tc')],
    ['white space before the first field', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'],
    ['a line of white space', get('A: b', ' ')],
  ]),
  ...refused('fieldValueInvalid', [
    ['a NUL in a value', get('A: b\0c')],
    ['an escape in a value', get('A: \x1b[31m')],
    ['a DEL in a value', get('A: \x7f')],
    ['a vertical tab before a value', get('Transfer-Encoding: \x0bchunked')],
    ['a form feed after a value', get('Content-Length: 3\x0c')],
  ]),
  ...refused('fieldValueInvalid', [['a NUL also with the lenient parser', get('A: b\0c')]], {
    options: { validation: 'insecure' },
  }),
  ...refused('headFieldsTooLarge', [
    ['a value beyond the limit', get(`A: ${'b'.repeat(20_000)}`)],
    ['a name beyond the limit', get(`${'b'.repeat(20_000)}: a`)],
    ['a name without an end', `GET / HTTP/1.1\r\n${'b'.repeat(20_000)}`],
    [
      'fields without an end',
      `GET / HTTP/1.1\r\n${`A: ${'0'.repeat(18)}\r\n`.repeat(900)}A: ${'b'.repeat(9000)}`,
    ],
    ['white space without an end', `GET / HTTP/1.1\r\nA:${' '.repeat(20_000)}`],
    ['a line that is beyond the limit and malformed', get(`A: ${'\x01'.repeat(20_000)}`)],
  ]),
  // `/`, `Host`, `a`, `A` and `12345` count: 12 bytes, and a limit of 12 is one that must not be reached.
  ...refused('headFieldsTooLarge', [['names and values of as many bytes as the limit', get('A: 12345')]], {
    options: { maxHeadBytes: 12 },
  }),
  ...refused('headFieldsTooLarge', [['any number of empty values', get(...Array(20_000).fill('a:'))]], {
    options: { maxFields: 0 },
  }),
  ...refused(
    'methodUnknown',
    [['a bad method also where its line is too long', `BREW /${'a'.repeat(60)} H\r\n`]],
    {
      options: { maxHeadBytes: 20 },
    },
  ),
  ...refused('targetTooLong', [['empty lines up to the limit', `${'\r\n'.repeat(30)}BREW`]], {
    options: { maxHeadBytes: 60 },
  }),
  ...refused('targetInvalid', [['a NUL before the limit', `GET /\0${'a'.repeat(20)} HTTP/1.1\r\n`]], {
    options: { maxHeadBytes: 30 },
  }),
  ...refused('tooManyFields', [['1,001 fields', get(...Array.from({ length: 1000 }, () => 'a:b'))]]),
  ...refused('tooManyFields', [['1,001 trailer fields', chunked(`0\r\n${'a:b\r\n'.repeat(1001)}\r\n`)]], {
    requests: 1,
  }),
  ...refused('tooManyFields', [['one field more than was set', get('A: b')]], { options: { maxFields: 1 } }),
  ...refused(
    'headFieldsTooLarge',
    [['any number of fields that are kept', get(...Array(20_000).fill('a:'))]],
    {
      options: { fieldsBeyond: 'kept' },
    },
  ),
];

const hosts: Refused[] = [
  ...refused('hostRepeated', [
    ['two hosts', get('Host: b')],
    ['the same host twice', get('A: b', 'HOST: a')],
  ]),
  ...refused(
    'hostInvalid',
    [
      'a b',
      'a/b',
      'a@b',
      'a:b',
      'a:80:80',
      '[::1',
      '[]',
      '[::1]x',
      '::1',
      'a\\b',
      'a?b',
      '\xe9',
      'http://a',
    ].map((value): [string, string] => [`the host "${value}"`, head('GET / HTTP/1.1', `Host: ${value}`)]),
  ),
];

const lengths: Refused[] = [
  ...refused(
    'contentLengthInvalid',
    ['', '+3', '-3', '0x3', '3abc', '3 4', '3,3', '3, 4', '3.0', '3e1', '"3"', '\xb3', '1_0'].map(
      (value): [string, string] => [`the length "${value}"`, `${get(`Content-Length: ${value}`)}abc`],
    ),
  ),
  ...refused('contentLengthOverflow', [
    ['a length beyond what a double holds', get('Content-Length: 9007199254740992')],
    ['a length that wraps to 3 in 64 bits', get('Content-Length: 18446744073709551619')],
    ['a length of 10,000 digits', get(`Content-Length: ${'1'.repeat(10_000)}`)],
  ]),
  ...refused('contentLengthRepeated', [
    ['two lengths', get('Content-Length: 3', 'Content-Length: 4')],
    ['the same length twice', get('Content-Length: 3', 'content-length: 3')],
  ]),
];

const codings: Refused[] = [
  ...refused('contentLengthWithTransferEncoding', [
    ['a length, then chunked', get('Content-Length: 3', 'Transfer-Encoding: chunked')],
    ['chunked, then a length', get('Transfer-Encoding: chunked', 'Content-Length: 0')],
    ['both in HTTP/1.0', head('GET / HTTP/1.0', 'Transfer-Encoding: chunked', 'Content-Length: 0')],
  ]),
  ...refused('transferEncodingInHttp10', [
    ['chunked in HTTP/1.0', head('POST / HTTP/1.0', 'Connection: keep-alive', 'Transfer-Encoding: chunked')],
  ]),
  ...refused(
    'transferEncodingNotChunked',
    [
      '',
      'identity',
      'gzip',
      'xchunked',
      '"chunked"',
      'chunked;q=1',
      'chunked,',
      'chunked, gzip',
      'chunked, chunked',
      ', chunked, chunked',
      'chunked chunked',
    ].map((value): [string, string] => [`the coding "${value}"`, get(`Transfer-Encoding: ${value}`)]),
  ),
  ...refused('transferEncodingNotChunked', [
    ['chunked on two lines', get('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
    [
      'chunked, then another coding on its own line',
      get('Transfer-Encoding: chunked', 'Transfer-Encoding: x'),
    ],
  ]),
  ...refused('transferCodingUnknown', [
    ['gzip before chunked', get('Transfer-Encoding: gzip, chunked')],
    [
      'identity before chunked, on its own line',
      get('Transfer-Encoding: identity', 'Transfer-Encoding: chunked'),
    ],
  ]),
];

const chunks: Refused[] = [
  ...refused(
    'chunkSizeInvalid',
    [
      ['no size', chunked('\r\nabc')],
      ['a minus sign', chunked('-3\r\nabc\r\n')],
      ['a prefix', chunked('0x3\r\nabc\r\n')],
      ['a letter after the size', chunked('3g\r\nabc\r\n')],
      ['a space before the size', chunked(' 3\r\nabc\r\n')],
      ['a space after the size', chunked('3 \r\nabc\r\n')],
      ['a space within the size', chunked('3 3\r\nabc\r\n')],
      ['a bare line feed after the size', chunked('3\nabc\r\n')],
      ['an extension without a size', chunked(';a\r\n')],
      ['a NUL after the size', chunked('3\0\r\nabc\r\n')],
    ],
    { requests: 1 },
  ),
  ...refused(
    'chunkSizeOverflow',
    [
      ['a size of 2^64 and 3', chunked('10000000000000003\r\nabc\r\n')],
      ['a size of 2^53', chunked('20000000000000\r\nabc\r\n')],
      ['17 digits, though they are zeros', chunked('00000000000000003\r\nabc\r\n')],
    ],
    { requests: 1 },
  ),
  ...refused(
    'chunkExtensionInvalid',
    [
      ['a bare line feed in an extension', chunked('3;a\nabc\r\n')],
      ['a NUL in an extension', chunked('3;a\0\r\nabc\r\n')],
      ['a DEL in an extension', chunked('3;\x7f\r\nabc\r\n')],
    ],
    { requests: 1 },
  ),
  ...refused(
    'chunkExtensionsTooLarge',
    [
      ['an extension without an end', chunked(`3;${'a'.repeat(20_000)}`)],
      ['white space before an extension without an end', chunked(`3${' '.repeat(20_000)}`)],
      ['many extensions that are small', chunked(`1;${'a'.repeat(999)}\r\nx\r\n`.repeat(70))],
      ['an extension beyond the limit and malformed', chunked(`3;${'a'.repeat(20_000)}\0`)],
    ],
    { requests: 1 },
  ),
  ...refused(
    'lineFeedExpected',
    [
      ['a carriage return after the size', chunked('3\rXabc\r\n')],
      ['a carriage return in an extension', chunked('3;a\rb\r\nabc\r\n')],
      ['a carriage return as the end of the body', chunked('0\r\n\rX\n')],
    ],
    { requests: 1 },
  ),
  ...refused(
    'chunkDataUnterminated',
    [
      ['a byte more than the size says', chunked('3\r\nabcd\r\n')],
      ['a bare line feed after the data', chunked('3\r\nabc\n0\r\n\r\n')],
      ['two other bytes after the data', chunked('3\r\nabcXX0\r\n\r\n')],
      ['a carriage return after the data', chunked('3\r\nabc\rX')],
    ],
    { requests: 1 },
  ),
  ...refused(
    'trailersTooLarge',
    [
      ['a trailer field beyond the limit', chunked(`0\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`)],
      ['trailer fields without an end', chunked(`0\r\n${`A: ${'0'.repeat(18)}\r\n`.repeat(900)}`)],
    ],
    { requests: 1 },
  ),
  ...refused(
    'fieldNameInvalid',
    [
      ['a trailer without a colon', chunked('0\r\nabc\r\n\r\n')],
      ['a space before the colon of a trailer', chunked('0\r\nA : b\r\n\r\n')],
      ['a request in place of the last empty line', chunked('0\r\nGET / HTTP/1.1\r\n\r\n')],
    ],
    { requests: 1 },
  ),
  ...refused('fieldFolded', [['a folded trailer', chunked('0\r\nA: b\r\n c\r\n\r\n')]], { requests: 1 }),
  ...refused('carriageReturnMissing', [['a bare line feed as the end of the body', chunked('0\r\n\n')]], {
    requests: 1,
  }),
];

const code = (character: string) => `0x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
const controls = Array.from({ length: 32 }, (_, index) => String.fromCharCode(index)).concat('\x7f');
/** Every character that may not stand in a name, in a value, in a target. */
const characters: Refused[] = [
  ...refused(
    'fieldNameInvalid',
    [...'"(),/;<=>?@[\\]{} ', ...controls, '\x80', '\xff'].map((character): [string, string] => [
      `${code(character)} in a name`,
      get(`A${character}B: c`),
    ]),
  ),
  ...refused(
    'fieldValueInvalid',
    controls
      .filter((character) => !'\t\r\n'.includes(character))
      .flatMap((character): [string, string][] => [
        [`${code(character)} before a value`, get(`A:${character}b`)],
        [`${code(character)} in a value`, get(`A: b${character}c`)],
        [`${code(character)} after a value`, get(`A: b${character}`)],
      ]),
  ),
  ...refused(
    'targetInvalid',
    [...controls, '#']
      .filter((character) => !'\r\n'.includes(character))
      .map((character): [string, string] => [
        `${code(character)} in a target`,
        head(`GET /a${character}b HTTP/1.1`, 'Host: a'),
      ]),
  ),
];

/** Ways to hide the framing of a message from one reader and show it to another. */
const disguises: Refused[] = [
  ...refused('fieldFolded', [
    ['a coding on a folded line', get('Transfer-Encoding:', ' chunked')],
    ['a coding after a folded line', get('A: b', '\tTransfer-Encoding: chunked')],
  ]),
  ...refused('contentLengthInvalid', [['a length on a folded line', get('Content-Length:', ' 3')]]),
  ...refused('fieldNameInvalid', [
    ['a coding whose colon is on the next line', get('Transfer-Encoding', ' : chunked')],
    ['a length with a tab before the colon', get('Content-Length\t: 3')],
    ['a length in quotes', get('"Content-Length": 3')],
  ]),
  ...refused('carriageReturnMissing', [
    ['a coding after a bare line feed', get('A: b\nTransfer-Encoding: chunked')],
    ['a coding whose value is after a bare line feed', get('Transfer-Encoding:\nchunked')],
    ['an end of the head by bare line feeds', 'POST / HTTP/1.1\r\nHost: a\nContent-Length: 3\n\nabc'],
  ]),
  ...refused('lineFeedMissing', [
    ['a coding after a bare carriage return', get('A: b\rTransfer-Encoding: chunked')],
  ]),
  ...refused(
    'transferEncodingNotChunked',
    [
      'chunk',
      'chunkedchunked',
      'chunked;',
      'chunked, identity',
      'chunked, ,',
      '[chunked]',
      "'chunked'",
      'chunked:',
      'identity, chunked, chunked',
    ].map((value): [string, string] => [`the coding ${value}`, get(`Transfer-Encoding: ${value}`)]),
  ),
  ...refused('transferCodingUnknown', [
    ['a coding nobody knows before chunked', get('Transfer-Encoding: x, chunked')],
    ['a parameter on the coding before chunked', get('Transfer-Encoding: gzip;q=1 , chunked')],
  ]),
  ...refused('contentLengthWithTransferEncoding', [
    ['a length with a coding that is not chunked', get('Content-Length: 3', 'Transfer-Encoding: identity')],
    ['a length with an empty coding', get('Content-Length: 3', 'Transfer-Encoding:')],
  ]),
];

const later: Refused[] = [
  {
    says: 'a second request that is malformed',
    bytes: get() + get('A : b'),
    refusal: 'fieldNameInvalid',
    requests: 1,
  },
  {
    says: 'what follows a body is no request',
    bytes: `${get('Content-Length: 2')}abc\r\n${get()}`,
    refusal: 'methodUnknown',
    requests: 1,
  },
  {
    says: 'a limit counts for each head on its own',
    bytes: get() + get() + get('A: b'),
    refusal: 'headFieldsTooLarge',
    requests: 2,
    options: { maxHeadBytes: 7 },
  },
];

export const refusals: Refused[] = [
  ...requestLines,
  ...fieldLines,
  ...hosts,
  ...lengths,
  ...codings,
  ...chunks,
  ...characters,
  ...disguises,
  ...later,
];
