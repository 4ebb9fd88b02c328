// The parts of the inspector that know no socket and no page: filters, copies, comparisons, archives, explanations.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { REFUSALS } from '../../dist/http1/wire-error.js';
import { FAULTS } from '../../dist/http2/faults.js';
import { differences } from '../../dist/inspector/comparison.js';
import { asCurl, asFetch, asRaw, notByFetch } from '../../dist/inspector/copies.js';
import type { ExchangeDetail, FieldView, RequestView } from '../../dist/inspector/exchange-view.js';
import { explanationOf, linkTo } from '../../dist/inspector/explanations.js';
import { filterFrom } from '../../dist/inspector/filter.js';
import { frenchReason, sentences } from '../../dist/inspector/french-reasons.js';
import { harOf } from '../../dist/inspector/har.js';
import { exchangesFrom, HarError } from '../../dist/inspector/har-import.js';
import { type JsonValue, jsonFrom } from '../../dist/inspector/json-source.js';
import { maskedDetail } from '../../dist/inspector/masked-detail.js';
import { offendingIn } from '../../dist/inspector/offending.js';
import { phasesOf } from '../../dist/inspector/phases.js';
import { RecentExchanges } from '../../dist/inspector/recent-exchanges.js';
import { maskBytes, maskTrailers } from '../../dist/inspector/redaction.js';
import { OWN_ANSWERS } from '../../dist/server/own-answers.js';

const field = (name: string, value: string, more: Partial<FieldView> = {}): FieldView => ({
  line: `${name}: ${value}`,
  name,
  value,
  added: false,
  masked: false,
  ...more,
});
const body = (text: string) => ({
  total: Buffer.byteLength(text),
  base64: Buffer.from(text).toString('base64'),
});

const form = (params: unknown) => ({ mimeType: 'application/x-www-form-urlencoded', params });

type Asked = ExchangeDetail & { request: RequestView };

/** An exchange with some parts of its own. */
function made(parts: Partial<Asked> = {}): Asked {
  return {
    id: 7,
    revision: 3,
    connection: 2,
    stream: 0,
    method: 'POST',
    target: '/a?b=c',
    status: 201,
    type: 'application/json',
    bytesIn: 2,
    bytesOut: 4,
    startedAt: 1_700_000_000_000,
    duration: 9,
    outcome: 'complete',
    code: '',
    version: '1.1',
    scheme: 'http',
    remote: '127.0.0.1:5',
    local: '127.0.0.1',
    request: {
      startLine: 'POST /a?b=c HTTP/1.1',
      fields: [field('Host', 'example.com:81'), field('X-A', "it's"), field('Content-Length', '2')],
      body: body('hi'),
      wire: null,
      trailers: [],
    },
    interims: [{ startLine: 'HTTP/1.1 103 Early Hints', fields: [field('Link', '</a>')] }],
    response: {
      startLine: 'HTTP/1.1 201 Created',
      fields: [field('Content-Type', 'application/json'), field('Date', 'now', { added: true })],
      body: body('true'),
      chunked: false,
      chunks: [],
      chunkCount: 0,
      trailers: [field('X-Sum', '1')],
    },
    refusal: null,
    times: {
      head: 1,
      requestEnded: 2,
      handlerReturned: 3,
      responseHead: 4,
      responseEnded: 6,
      turn: null,
      closed: 9,
    },
    ...parts,
  };
}

const filters: [filter: string, fits: boolean][] = [
  ['', true],
  ['method:POST', true],
  ['method:post status:2xx', true],
  ['method:get', false],
  ['status:201', true],
  ['status:20', true],
  ['status:4xx', false],
  ['path:/A', true],
  ['path:/b', false],
  ['type:json', true],
  ['is:complete', true],
  ['is:open', false],
  ['connection:2', true],
  ['connection:22', false],
  ['-method:GET', true],
  ['-json', false],
  ['b=c', true],
  ['nothing', false],
  ['status:', true],
  ['is:', true],
  ['connection:', true],
  ['-', true],
  ['/a', true],
];
for (const [text, fits] of filters) {
  test(`the filter ${JSON.stringify(text)} ${fits ? 'lets pass' : 'hides'} POST /a?b=c`, () => {
    const { test: passes, unknown } = filterFrom(text);
    assert.equal(passes(made()), fits);
    assert.deepEqual(
      unknown.filter((word) => !word.endsWith(':')),
      [],
    );
  });
}

test('what a filter does not know hides nothing, and is named', () => {
  const { test: passes, unknown } = filterFrom(
    'constructor:x colour:red status:abc is:red -is:new connection:x',
  );
  assert.deepEqual(unknown, [
    'constructor:x',
    'colour:red',
    'status:abc',
    'is:red',
    '-is:new',
    'connection:x',
  ]);
  assert.ok(passes(made()));
});

const evil = `'; touch /tmp/never; echo "$(id)" \`id\` \\`;

test('a copy for curl says the same to a shell, whatever is in the request', () => {
  const copy = asCurl(
    made({ request: { ...made().request, fields: [field('X-A', evil)], body: body(`a${evil}\n`) } }),
  );
  const words = execFileSync('sh', ['-c', copy.replace(/^curl/, "printf '%s\\0'")], {
    encoding: 'utf8',
  }).split('\0');
  assert.deepEqual(words.slice(0, -1), [
    'http://localhost/a?b=c',
    '--globoff',
    '--path-as-is',
    '-i',
    '-X',
    'POST',
    '-H',
    `X-A: ${evil}`,
    '-H',
    'Content-Type:',
    '--data-raw',
    `a${evil}\n`,
  ]);
});

for (const [target, isLatin1, word] of [
  ['/a?b=c', false, undefined],
  ['*', false, '*'],
  ['http://other.example/a', false, 'http://other.example/a'],
  ['/a#b', false, '/a#b'],
  ['/é', false, '/é'],
  ["/\xe9'%\\", true, "/\xe9'%\\"],
] as const) {
  test(`a copy for curl asks for ${JSON.stringify(target)} as it was asked for`, () => {
    const request = { ...made().request, isLatin1, fields: [field('X-A', '\xff\\', { isLatin1: true })] };
    const copy = asCurl(made({ target, request }));
    const words = execFileSync('sh', ['-c', copy.replace(/^curl/, "printf '%s\\0'")], {
      encoding: isLatin1 ? 'latin1' : 'utf8',
    }).split('\0');
    const at = words.indexOf('--request-target');
    assert.equal(at < 0 ? undefined : words[at + 1], word);
    if (isLatin1) assert.ok(words.includes('X-A: \xff\\'));
  });
}

test('a copy for curl passes bytes that are no text through base64', () => {
  const request = {
    ...made().request,
    body: { total: 3, base64: Buffer.from([0, 255, 10]).toString('base64') },
  };
  assert.match(asCurl(made({ request })), /^printf %s AP8K \| base64 -d \| curl .* --data-binary @-$/);
});

test('a copy for fetch is JavaScript that asks for the same', async () => {
  const request = {
    ...made().request,
    fields: [...made().request.fields, field('X-B', `</script>"${evil}`)],
  };
  const copy = asFetch(made({ request }));
  const calls: [string, { method: string; headers: string[][]; body: Uint8Array }][] = [];
  const run = new Function('fetch', `return (async () => { ${copy} })()`);
  await run((...args: (typeof calls)[0]) => calls.push(args));
  const [[url, options]] = calls as [(typeof calls)[0]];
  assert.equal(url, 'http://example.com:81/a?b=c');
  assert.equal(options.method, 'POST');
  assert.deepEqual(options.headers, [
    ['X-A', "it's"],
    ['X-B', `</script>"${evil}`],
  ]);
  assert.equal(Buffer.from(options.body).toString(), 'hi');
});

for (const [method, length, lost] of [
  ['TRACE', 0, 'method'],
  ['GET', 2, 'body'],
  ['HEAD', 0, undefined],
  ['POST', 2, undefined],
] as const) {
  test(`what fetch can't ask for in a ${method} of ${length} bytes is known: ${lost}`, () => {
    const request = { ...made().request, body: body('x'.repeat(length)) };
    assert.equal(notByFetch(made({ method, request })), lost);
  });
}

test('a copy as bytes is the request as it was on the wire, a chunked one with its chunks', () => {
  assert.equal(
    Buffer.from(asRaw(made())).toString(),
    "POST /a?b=c HTTP/1.1\r\nHost: example.com:81\r\nX-A: it's\r\nContent-Length: 2\r\n\r\nhi",
  );
  const chunked = { ...made().request, wire: body('2\r\nhi\r\n0\r\n\r\n') };
  assert.ok(
    Buffer.from(asRaw(made({ request: chunked })))
      .toString()
      .endsWith('\r\n\r\n2\r\nhi\r\n0\r\n\r\n'),
  );
});

/** A tree of JSON in brackets, each value as it is in the source. */
const written = ({ parts, isList, source }: JsonValue): string => {
  if (parts === null) return source;
  const list = parts.map(({ name, value }) => `${name}=${written(value)}`).join(' ');
  return isList ? `[${list}]` : `{${list}}`;
};

for (const [source, shown] of [
  ['12345678901234567890', '12345678901234567890'],
  ['[1e999, -0.10, 1E+2]', '[0=1e999 1=-0.10 2=1E+2]'],
  ['{"a":1,"a":{"a":[]}}', '{a=1 a={a=[]}}'],
  ['{"__proto__":{"x":null},"":true}', '{__proto__={x=null} =true}'],
  [' {"a\\"]" : "b\\u0041\\"}" }\n', '{a"]="b\\u0041\\"}"}'],
  [`${'['.repeat(5000)}${']'.repeat(5000)}`, undefined],
] as const) {
  test(`of JSON, ${source.slice(0, 40)} is shown as it was written`, () => {
    const value = jsonFrom(source);
    if (shown !== undefined) assert.equal(written(value), shown);
  });
}

test('what is no JSON is taken for none', () => {
  for (const source of ['', '{', '[1,]', "{'a':1}", 'NaN', '1 2', '"\n"']) {
    assert.throws(() => jsonFrom(source), SyntaxError, source);
  }
});

test('two answers that say the same have no difference; else each is named', () => {
  assert.deepEqual(differences(made(), made({ id: 8 })), []);
  const response = made().response;
  assert.ok(response);
  const other = made({
    status: 404,
    response: {
      ...response,
      fields: [field('content-type', 'text/plain'), field('X-New', '1')],
      body: body('trap'),
    },
  });
  assert.deepEqual(
    differences(made(), other).map(({ what, left, right }) => [what, left, right]),
    [
      ['status', '201', '404'],
      ['content-type', 'application/json', 'text/plain'],
      ['date', 'now', null],
      ['x-new', null, '1'],
      ['body', '4 B @2: true', '4 B @2: trap'],
    ],
  );
  assert.deepEqual(
    differences(made(), made({ status: 0, response: null }))
      .map(({ what, right }) => [what, right])
      .slice(0, 2),
    [
      ['status', null],
      ['content-type', null],
    ],
  );
});

test('an archive has the fields that HAR 1.2 asks for', () => {
  const { log } = harOf([made()]);
  assert.deepEqual([log.version, log.creator.name, log.pages], ['1.2', 'premier', []]);
  const [entry] = log.entries;
  assert.ok(entry);
  assert.equal(entry.startedDateTime, '2023-11-14T22:13:20.000Z');
  assert.equal(entry.request.url, 'http://example.com:81/a?b=c');
  assert.deepEqual(entry.request.queryString, [{ name: 'b', value: 'c' }]);
  assert.deepEqual(entry.request.postData, { mimeType: '', text: 'hi' });
  assert.deepEqual([entry.response.status, entry.response.statusText], [201, 'Created']);
  assert.deepEqual(entry.response.content, { size: 4, mimeType: 'application/json', text: 'true' });
  assert.deepEqual([entry.connection, entry.serverIPAddress], ['5', '127.0.0.1']);
  const { send, wait, receive } = entry.timings;
  assert.equal(send + wait + receive, entry.time);
  for (const [part, names] of [
    [entry.request, 'method url httpVersion cookies headers queryString headersSize bodySize'],
    [
      entry.response,
      'status statusText httpVersion cookies headers content redirectURL headersSize bodySize',
    ],
    [entry, 'startedDateTime time request response cache timings'],
  ] as const) {
    for (const name of names.split(' ')) assert.ok(name in part, name);
  }
});

test('a body whose coding is known stands in an archive without it, and is imported with it', () => {
  const exchange = made({ id: 1, revision: 1 });
  const { log } = harOf([exchange], () => Buffer.from('{"a":1}'));
  const { content, bodySize } = log.entries[0]?.response ?? {};
  assert.deepEqual(content, { size: 7, compression: 3, mimeType: 'application/json', text: '{"a":1}' });
  assert.equal(bodySize, 4);
  assert.deepEqual(exchangesFrom(JSON.stringify({ log })), [exchange]);
});

test('an archive that is imported shows the same again, bytes that are no text included', () => {
  const refusal = {
    code: 'HPE_X',
    status: 400,
    reason: 'No.',
    rfc: 'RFC 9112 §3',
    claimed: false,
    before: 'a',
    offending: 'b',
    after: 'c',
    isCut: true,
  };
  const bytes = { total: 9, base64: Buffer.from([0, 255, 200]).toString('base64') };
  const exchanges = [
    made({ id: 1, revision: 1 }),
    made({
      id: 2,
      revision: 1,
      refusal,
      code: 'HPE_X',
      outcome: 'refused',
      bytesIn: 9,
      request: { ...made().request, body: bytes, wire: bytes },
    }),
  ];
  assert.deepEqual(exchangesFrom(JSON.stringify(harOf(exchanges))), exchanges);
});

for (const [what, request, response, shown] of [
  [
    'a form as its parts',
    { postData: form([{ name: 'a', value: 'b&=é' }]) },
    {},
    ['a=b%26%3D%C3%A9', '', 200],
  ],
  [
    'parts of no form',
    { postData: { mimeType: 'multipart/form-data', params: [{ name: 'a' }] } },
    {},
    ['', '', 200],
  ],
  ['parts that are none', { postData: form('a') }, {}, ['', '', 200]],
  ['text of a length that is not known', {}, { content: { size: -1, text: 'é' } }, ['', 'é', 200]],
  ['bytes that are no base64', {}, { content: { text: '!', encoding: 'base64' } }, ['', '', 200]],
  ['a status that is none', {}, { status: -1 }, ['', undefined, 0]],
  ['a status beyond all', {}, { status: 1e9 }, ['', undefined, 0]],
] as const) {
  test(`an archive with ${what} shows what it can`, () => {
    const entry = {
      time: 1e300,
      timings: { send: 1e308, wait: -5, receive: 'x' },
      request: { method: 'POST', url: 'http://a/', bodySize: -1, ...request },
      response: { status: 200, ...response },
    };
    const [exchange] = exchangesFrom(JSON.stringify({ log: { entries: [entry] } }));
    const textOf = ({ base64 }: { base64: string }) => Buffer.from(base64, 'base64').toString();
    const [asked, answered] = [exchange?.request?.body, exchange?.response?.body];
    assert.deepEqual([asked && textOf(asked), answered && textOf(answered), exchange?.status], shown);
    for (const body of [asked, answered])
      if (body) assert.equal(body.total, Buffer.from(body.base64, 'base64').length);
    assert.deepEqual([exchange?.duration, exchange?.times.closed], [null, 0]);
  });
}

test('an archive of a browser shows what it has', () => {
  const entry = {
    startedDateTime: '2023-11-14T22:13:20.000Z',
    time: 30,
    request: {
      method: 'GET',
      url: 'https://a.example/x?y#z',
      httpVersion: 'http/2.0',
      headers: [{ name: ':method', value: 'GET' }],
    },
    response: {
      status: 200,
      statusText: '',
      httpVersion: 'http/2.0',
      headers: [{ name: 'content-type', value: 'text/html; x' }],
      content: { size: 3, text: 'é!' },
    },
    timings: { send: 1, wait: 9, receive: 20 },
  };
  const [exchange] = exchangesFrom(JSON.stringify({ log: { entries: [entry] } }));
  assert.ok(exchange);
  assert.deepEqual(
    [exchange.target, exchange.scheme, exchange.type, exchange.duration],
    ['/x?y', 'https', 'text/html', 30],
  );
  assert.deepEqual([exchange.times.head, exchange.times.responseHead, exchange.times.closed], [1, 10, 30]);
  assert.equal(Buffer.from(exchange.response?.body.base64 ?? '', 'base64').toString(), 'é!');
});

const noArchives: [text: string, trouble: string][] = [
  ['', 'noJson'],
  ['<html>', 'noJson'],
  ['null', 'noHar'],
  ['[]', 'noHar'],
  ['{"log":{}}', 'noHar'],
  ['{"log":{"entries":{}}}', 'noHar'],
  ['{"log":{"entries":[1]}}', 'badEntry'],
  ['{"log":{"entries":[{"request":{"method":1,"url":"x"}}]}}', 'badEntry'],
  [JSON.stringify({ log: { entries: new Array(10_001).fill(0) } }), 'tooMany'],
];
for (const [text, trouble] of noArchives) {
  test(`${JSON.stringify(text.slice(0, 60))} is refused as an archive: ${trouble}`, () => {
    assert.throws(
      () => exchangesFrom(text),
      (error) => error instanceof HarError && error.trouble === trouble,
    );
  });
}

test('parts of an archive that are not as they should be count as absent', () => {
  const nonsense = [null, 1, 'x', [], {}, [null, 1, { name: 1 }]];
  for (const wrong of nonsense) {
    const entry = {
      startedDateTime: wrong,
      time: wrong,
      timings: wrong,
      connection: wrong,
      request: {
        method: 'GET',
        url: 'x',
        headers: wrong,
        postData: wrong,
        httpVersion: wrong,
        bodySize: wrong,
      },
      response: {
        status: 200,
        headers: wrong,
        content: { text: wrong, encoding: 'base64' },
        statusText: wrong,
      },
      _premier: {
        request: wrong,
        response: wrong,
        times: wrong,
        interims: wrong,
        refusal: wrong,
        outcome: wrong,
      },
    };
    const [exchange] = exchangesFrom(JSON.stringify({ log: { entries: [entry] } }));
    assert.equal(exchange?.status, 200);
    assert.doesNotThrow(() => JSON.stringify(exchange));
  }
});

test('the time of an exchange is told in phases', () => {
  assert.deepEqual(
    phasesOf(made(), 0).map(({ name, from, to }) => [name, from, to]),
    [
      ['head', 0, 1],
      ['body', 1, 2],
      ['loop', 1, 3],
      ['handler', 1, 4],
      ['writing', 4, 6],
      ['leaving', 6, 9],
    ],
  );
  const open = made({
    outcome: null,
    response: null,
    times: {
      head: 1,
      requestEnded: null,
      handlerReturned: null,
      responseHead: null,
      responseEnded: null,
      turn: null,
      closed: null,
    },
  });
  assert.deepEqual(
    phasesOf(open, 5).map(({ name, to }) => [name, to]),
    [
      ['head', 1],
      ['body', 5],
      ['handler', 5],
    ],
  );
  const gone = { ...open, outcome: 'aborted' as const, times: { ...open.times, closed: 4 } };
  assert.deepEqual(phasesOf(gone, 9).at(-1), { name: 'unanswered', from: 1, to: 4 });
  const upgraded = made({ outcome: 'upgraded', times: { ...made().times, closed: 3 } });
  assert.deepEqual(phasesOf(upgraded, 9).at(-1), { name: 'handler', from: 1, to: 4 });
  const waited = made({ times: { ...made().times, turn: 8 } });
  assert.deepEqual(
    phasesOf(waited, 0)
      .slice(-2)
      .map(({ name, from, to }) => [name, from, to]),
    [
      ['turn', 4, 8],
      ['leaving', 8, 9],
    ],
  );
});

test('bytes that were refused keep their places when fields in them are masked', () => {
  const names = new Set(['cookie']);
  assert.equal(
    maskBytes('GET /\r\nCookie: a=b\r\ncookie : c\r\nX: Cookie: d\r\n', names),
    'GET /\r\nCookie:****\r\ncookie :**\r\nX: Cookie: d\r\n',
  );
});

test('an exchange that is dropped while it is under way holds nothing any more, and its record is not used again', () => {
  const recent = new RecentExchanges(2, 1000);
  const record = recent.begin({} as never, 0);
  recent.grow(record, record.requestBody.add(Buffer.alloc(600), null, 600, 1000, record.id));
  recent.grow(record, record.keepRequestHead(Buffer.from('GET /'), 0, 5));
  const other = recent.begin({} as never, 0);
  recent.grow(other, 500);
  assert.deepEqual([record.isDropped, record.requestBody.total, record.requestHead], [true, 0, null]);
  assert.deepEqual([recent.bytes, recent.count], [500, 1]);
  assert.notEqual(recent.begin({} as never, 0), record);
  other.outcome = 'complete';
  assert.equal(recent.begin({} as never, 0), other);
  assert.equal(other.id, 4);
});

const names = new Set(['cookie', 'x-key']);
for (const [what, bytes, shown, startsWithin] of [
  ['a value that goes on in the next line', 'Cookie: a\r\n b\r\nX: c', 'Cookie:**\r\n**\r\nX: c', false],
  [
    'a value that begins in the next line',
    'Cookie:\r\n a\r\n\tb\r\nX: c',
    'Cookie:\r\n**\r\n**\r\nX: c',
    false,
  ],
  ['a value after a name without a colon', 'X-Key\r\n a\r\nX: c', 'X-Key\r\n a\r\nX: c', false],
  ['a name with a byte that may not be in one', 'Coo\0kie: a', 'Coo\0kie:**', false],
  ['a name without a colon', 'X-Key a', 'X-Key**', false],
  ['a name that is cut by a blank', 'x key-cookie a:b', 'x key-cookie****', false],
  ['a line whose beginning nobody saw', 'rer a\r\n b\r\nX: c', '*****\r\n**\r\nX: c', true],
  ['a request line', 'GET /cookie HTTP/1.1\r\nX: c', 'GET /cookie HTTP/1.1\r\nX: c', true],
  [
    'a name that has another in it',
    'Cookie-Consent: a\r\nX-Cookie: b',
    'Cookie-Consent: a\r\nX-Cookie: b',
    false,
  ],
] as const) {
  test(`of what was refused, ${what} is masked no less and no more than it must be`, () => {
    assert.equal(maskBytes(bytes, names, startsWithin), shown);
  });
}

for (const [wire, shown] of [
  ['2\r\nok\r\n0\r\nCookie: a\r\nX: b\r\n\r\n', '2\r\nok\r\n0\r\nCookie:**\r\nX: b\r\n\r\n'],
  ['0\r\nCookie:\r\n a\r\n\r\n', '0\r\nCookie:\r\n**\r\n\r\n'],
  ['b;x=1\r\nCookie: a\r\n\r\n0\r\n\r\n', 'b;x=1\r\nCookie: a\r\n\r\n0\r\n\r\n'],
  ['2\r\nok\r\nCookie: a\r\n', '2\r\nok\r\nCookie:**\r\n'],
  ['ffff\r\nCookie: a', 'ffff\r\nCookie: a'],
] as const) {
  test(`of ${JSON.stringify(wire)} on the wire the trailers are masked`, () => {
    assert.equal(maskTrailers(wire, names), shown);
  });
}

test('what the page has itself is masked as what it asks for', () => {
  const [imported] = exchangesFrom(
    JSON.stringify({
      log: {
        entries: [
          {
            request: { method: 'GET', url: 'http://a/', headers: [{ name: 'Cookie', value: 'hidden' }] },
            response: {
              status: 200,
              headers: [
                { name: 'x-key', value: 'hidden' },
                { name: 'X', value: 'seen' },
              ],
            },
          },
        ],
      },
    }),
  );
  assert.ok(imported);
  const masked = JSON.stringify(maskedDetail(imported, names));
  assert.doesNotMatch(masked, /hidden/);
  assert.match(masked, /seen/);
  assert.match(asCurl(maskedDetail(imported, names) as never), /Cookie: •••/);
});

for (const [what, bytes, position, offending] of [
  ['a blank before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', 16, ' '],
  ['a control character in a value', 'GET / HTTP/1.1\r\nA: b\0c\r\n\r\n', 16, '\0'],
  ['a CR alone', 'GET / HTTP/1.1\r\nA: b\rc\r\n\r\n', 16, '\r'],
  ['a line that goes on', 'GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n', 22, ' '],
  ['a field that may not come twice', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 25, 'Host: b'],
  ['what is no method', '<a>\r\n\r\n', 0, '<'],
  ['a method that nobody knows', 'FOO / HTTP/1.1\r\n\r\n', 0, 'FOO / HTTP/1.1'],
  ['a request line that ends with LF alone', 'GET / HTTP/1.1\nHost: a\n\n', 0, '\n'],
  ['a CR without LF after it', 'GET / HTTP/1.1\rHost: a\r\n\r\n', 0, '\r'],
  ['a field that ends with LF alone', 'GET / HTTP/1.1\r\nHost: a\n\r\n', 16, '\n'],
  ['a version that is none', 'GET / HTTP/1.1x\r\n\r\n', 0, 'HTTP/1.1x'],
  ['a target with a blank', 'GET /a b HTTP/1.1\r\n\r\n', 0, 'b HTTP/1.1'],
  ['a target that has none', 'GET  HTTP/1.1\r\n\r\n', 0, ' '],
] as const) {
  test(`of ${what}, the byte is marked that can't stand there, or the line`, () => {
    const [from, to] = offendingIn({
      code: 'HPE_X',
      status: 400,
      reason: '',
      rfc: '',
      claimed: false,
      isCut: false,
      isInBody: false,
      bytes,
      position,
    });
    assert.equal(bytes.slice(from, to), offending);
  });
}

test('fields are explained in both languages, with a section that can be read', () => {
  for (const name of [
    'Host',
    'content-type',
    'SET-COOKIE',
    'ETag',
    'Transfer-Encoding',
    'Date',
    'Keep-Alive',
  ]) {
    const explanation = explanationOf(name);
    assert.ok(explanation, name);
    assert.ok(explanation.en.endsWith('.') && explanation.fr.endsWith('.'), name);
    assert.match(linkTo(explanation.rfc) ?? '', /^https:\/\/www\.rfc-editor\.org\/rfc\/rfc\d+#section-\d/);
  }
  assert.equal(explanationOf('constructor'), undefined);
  assert.equal(linkTo('RFC 9112 §5.1'), 'https://www.rfc-editor.org/rfc/rfc9112#section-5.1');
  assert.equal(linkTo('RFC 9110'), 'https://www.rfc-editor.org/rfc/rfc9110');
  assert.equal(linkTo('javascript:alert(1)'), undefined);
  assert.equal(linkTo('constructor'), undefined);
});

test('every reason of a refusal has a sentence in French, and no sentence is of none', () => {
  const reasons = new Set(
    [REFUSALS, FAULTS, OWN_ANSWERS].flatMap((table) => Object.values(table).map(({ reason }) => reason)),
  );
  // Two are made where they are needed.
  for (const reason of ['Request timeout', 'No tunnel leads through a stream of HTTP/2 here'])
    reasons.add(reason);
  assert.deepEqual(
    [...reasons].filter((reason) => sentences[reason] === undefined),
    [],
  );
  assert.deepEqual(
    Object.keys(sentences).filter((reason) => !reasons.has(reason)),
    [],
  );
  assert.equal(frenchReason('More than one Host field'), 'Plus d’un champ Host');
  for (const other of ['wrong version number', 'constructor']) assert.equal(frenchReason(other), other);
});
