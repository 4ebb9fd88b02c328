// A program that fails at a request: that client gets status 500 with no field of the answer it replaces, or is cut; the
// error is printed; everybody else is served.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { serving, start, temporaryFolder } from './command.js';
import { bytesFor } from './raw-exchange.js';

async function running(t: TestContext, code: string) {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(file, code);
  return serving(t, [file, '--log', 'off']);
}

const fields = `{ 'Content-Length': 60, ETag: '"a"', 'Content-Encoding': 'gzip', 'Cache-Control': 'public, immutable',
  'Set-Cookie': ['a=1', 'b=2'], 'X-Own': 'x', Connection: 'keep-alive', Date: 'never' }`;

/** What fails, by path; `set` has set the fields above. */
const failures = `(path, res) => {
  if (path === '/sync') throw new Error('sync');
  if (path === '/async') return Promise.reject(new Error('async'));
  if (path === '/later') return new Promise((_, reject) => setImmediate(reject, new Error('later')));
  if (path === '/callback') return void setTimeout(() => { throw new Error('callback'); });
  if (path === '/tick') return void process.nextTick(() => { throw new Error('tick'); });
  if (path === '/unawaited') return void (async () => { await null; throw new Error('unawaited'); })();
  if (path === '/emitter') return void process.getBuiltinModule('fs').createReadStream('/nowhere');
  if (path === '/chunked') { res.removeHeader('content-length'); res.setHeader('Transfer-Encoding', 'chunked'); throw new Error('chunked'); }
  if (path === '/head') { res.writeHead(200); throw new Error('head'); }
  if (path === '/first') { res.write('begun'); throw new Error('first'); }
  if (path === '/afterwards') { res.writeHead(200, { 'Content-Length': 2, 'Content-Encoding': 'identity' }); res.end('ok'); throw new Error('afterwards'); }
}`;

const kinds: [what: string, code: string][] = [
  [
    'a listener',
    `const fail = ${failures};
    export default (req, res) => {
      if (req.url === '/') return res.end('hello');
      for (const [name, value] of Object.entries(${fields})) res.setHeader(name, value);
      res.statusMessage = 'Fine'; res.strictContentLength = true;
      return fail(req.url, res);
    };`,
  ],
  [
    'a server',
    `import http from 'node:http';
    const fail = ${failures};
    export default http.createServer((req, res) => {
      if (req.url === '/') return res.end('hello');
      for (const [name, value] of Object.entries(${fields})) res.setHeader(name, value);
      return fail(req.url, res);
    });`,
  ],
];

for (const [what, code] of kinds) {
  test(`${what} that fails is answered for: no field of its own is left, and the connection stays in step`, async (t) => {
    const { port, printed } = await running(t, code);
    const replaced = ['sync', 'async', 'later', 'callback', 'tick', 'unawaited', 'emitter', 'chunked'];
    for (const path of replaced) {
      const answer = await bytesFor(port, `GET /${path}`, 'GET /');
      assert.match(
        answer,
        /^HTTP\/1\.1 500 Internal Server Error\r\nContent-Type: text\/plain; charset=utf-8\r\nContent-Length: 26\r\nCache-Control: no-store\r\nDate: [^\r]+ GMT\r\nConnection: keep-alive\r\n(?:Keep-Alive: [^\r]+\r\n)?\r\n500 Internal Server Error\nHTTP\/1\.1 200 OK\r\n(.+\r\n)+\r\nhello$/,
        path,
      );
      await printed(
        path === 'emitter' ? 'ENOENT' : `The program failed to answer a request: Error: ${path}`,
        'stderr',
      );
    }
    for (const [path, expected] of [
      ['head', /^(HTTP\/1\.1 200 OK\r\n(.+\r\n)+\r\n)?$/],
      ['first', /^HTTP\/1\.1 200 Fine\r\n(.+\r\n)+\r\nbegun$|^HTTP\/1\.1 200 OK\r\n(.+\r\n)+\r\nbegun$|^$/],
    ] as const) {
      const answer = await bytesFor(port, `GET /${path}`, 'GET /');
      assert.match(answer.replace('200 Fine', '200 OK'), expected, path);
      await printed(`Error: ${path}`, 'stderr');
    }
    // Whatever it said of the connection itself, its client is told what becomes of that.
    assert.match(await bytesFor(port, 'GET /sync'), /^HTTP\/1\.1 500 .*\r\nConnection: close\r\n/s);
    // What was answered before it failed is an answer.
    assert.match(
      await bytesFor(port, 'GET /afterwards', 'GET /'),
      /\r\n\r\nokHTTP\/1\.1 200 OK\r\n(.+\r\n)+\r\nhello$/,
    );
    await printed('Error: afterwards', 'stderr');
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'hello');
  });
}

/** What is told later on than the listener ran: path, how it fails, and whether it had answered by then. */
const told: [path: string, code: string, answered?: true][] = [
  ['/end', `req.resume().on('end', () => { JSON.parse('no JSON'); })`],
  ['/data', `req.on('data', () => { throw new Error('data'); })`],
  ['/close', `req.resume().on('close', () => { throw new Error('close'); })`],
  ['/deeper', `req.resume().on('end', () => { setTimeout(() => { throw new Error('deeper'); }); })`],
  ['/nothing', `req.resume().on('end', () => { throw null; })`],
  ['/microtask', `queueMicrotask(() => { throw new Error('microtask'); })`],
  ['/finish', `res.on('finish', () => { throw new Error('finish'); }).end('ok')`, true],
  ['/closed', `res.on('close', () => { throw new Error('closed'); }).end('ok')`, true],
  ['/ended', `res.end('ok', () => { throw new Error('ended'); })`, true],
];

for (const [what, begin, end] of [
  ['a listener', 'export default (req, res) => {', '};'],
  ['a server', `import http from 'node:http'; export default http.createServer((req, res) => {`, '});'],
] as const) {
  test(`${what} that fails when its request or answer tells something costs that client its answer, and nobody else`, async (t) => {
    const cases = told.map(([path, code]) => `if (req.url === '${path}') return void ${code};`).join('\n');
    const { port, printed, stderr } = await running(t, `${begin} ${cases} res.end('hello'); ${end}`);
    for (const [path, , answered] of told) {
      const ask = () => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: 'body' });
      for (const answer of [await ask(), await ask()]) {
        assert.equal(answer.status, answered ? 200 : 500, path);
        assert.equal(await answer.text(), answered ? 'ok' : '500 Internal Server Error\n', path);
      }
      const error =
        path === '/end' ? 'SyntaxError' : path === '/nothing' ? 'null' : `Error: ${path.slice(1)}`;
      await printed(`The program failed to answer a request: ${error}`, 'stderr');
    }
    await printed(new RegExp(`(failed to answer[^]*?){${2 * told.length}}`), 'stderr');
    assert.equal(stderr().match(/failed to answer/g)?.length, 2 * told.length);
    // The connection stays in step.
    assert.match(await bytesFor(port, 'GET /finish', 'GET /closed', 'GET /'), /ok.*ok.*hello$/s);
  });
}

test('what an error quotes from a request is not obeyed by a terminal', async (t) => {
  const code = `export default async (req, res) => {
    if (req.method === 'DELETE') throw '\\x1b[2Jtext';
    if (req.method === 'PUT') setTimeout(() => process.nextTick(() => { throw Object.assign(new Error('\\x9b2J'), { own: '\\x1b' }); }));
    else { let text = ''; for await (const chunk of req) text += chunk; JSON.parse(text); }
  };`;
  const { url, printed, stderr } = await running(t, code);
  for (const method of ['POST', 'PUT', 'DELETE'])
    await fetch(url, { method, ...(method === 'POST' && { body: '\x1b]0;title\x07' }) });
  await printed(/SyntaxError.*\\x9b2J.*: \\x1b\[2Jtext\n/s, 'stderr');
  // Lines stay lines.
  assert.match(stderr(), /\n {4}at JSON\.parse/);
  assert.doesNotMatch(stderr().replaceAll('\n', ''), /\p{Cc}/u);
});

test('a socket that has left HTTP is cut when one of its listeners fails, and nobody else', async (t) => {
  const { port, printed } = await running(
    t,
    `import http from 'node:http';
    export default http.createServer((req, res) => res.end('hello')).on('upgrade', (req, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: upgrade\\r\\nUpgrade: own\\r\\n\\r\\n');
      socket.on('data', (data) => { throw new Error('got ' + data); });
    });`,
  );
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: own\r\n\r\n');
  socket.once('data', () => socket.write('bytes'));
  await once(socket, 'close');
  await printed('The program failed to answer a request: Error: got bytes', 'stderr');
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'hello');
});

test('a fetch app whose stream fails first is answered for; later, it is cut', async (t) => {
  const { port, printed } = await running(
    t,
    `const failing = (text) => new ReadableStream({
      pull(controller) {
        if (text) { controller.enqueue(new TextEncoder().encode(text)); text = ''; }
        else throw new Error('broken stream');
      },
    }, { highWaterMark: 0 });
    const pieces = (...texts) => new ReadableStream({
      pull(controller) {
        if (texts.length > 0) controller.enqueue(new TextEncoder().encode(texts.shift()));
        else controller.close();
      },
    }, { highWaterMark: 0 });
    const late = (first, last) => new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode(first));
        for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
        controller.enqueue(new TextEncoder().encode(last));
        controller.close();
      },
    });
    const headers = ${fields};
    delete headers['Set-Cookie'];
    export default { fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === '/first') return new Response(failing(''), { headers });
      if (pathname === '/then') return new Response(failing('begun'), { headers });
      if (pathname === '/later') return new Response(late('begun', 'end'), { headers });
      if (pathname === '/two') return new Response(pieces('ab', 'c'), { headers: { 'Content-Length': 3 } });
      if (pathname === '/long') return new Response('abc', { headers: { ...headers, 'Content-Length': 2 } });
      if (pathname === '/longer') return new Response(pieces('ab', 'c', 'd'), { headers: { ...headers, 'Content-Length': 3 } });
      if (pathname === '/shorter') return new Response(pieces('ab', 'c'), { headers });
      if (pathname === '/null') return new Response(null, { headers });
      if (pathname === '/304') return new Response(null, { status: 304, headers: { 'Content-Length': 60 } });
      if (pathname === '/short') return new Response('abc', { headers });
      if (pathname === '/none') return;
      if (pathname === '/throw') throw new Error('thrown');
      return new Response('hello');
    } };`,
  );
  // A length that isn't kept would have the next answer read as the rest of the body.
  for (const path of ['first', 'then', 'none', 'throw', 'short', 'shorter', 'long', 'longer', 'null']) {
    const answer = await bytesFor(port, `GET /${path}`, 'GET /');
    assert.match(
      answer,
      /^HTTP\/1\.1 500 Internal Server Error\r\nContent-Type: text\/plain.*\nhello\r\n0\r\n\r\n$/s,
      path,
    );
    assert.doesNotMatch(answer, /ETag|immutable|gzip|X-Own|60/);
  }
  await printed('must return a Response, not undefined', 'stderr');
  await printed('the Response says Content-Length: 60, but its body has 3 bytes', 'stderr');
  await printed('the Response says Content-Length: 2, but its body has at least 3 bytes', 'stderr');
  await printed('the Response says Content-Length: 60, but its body has 0 bytes', 'stderr');
  assert.match(await bytesFor(port, 'GET /later', 'GET /'), /^HTTP\/1\.1 200 OK\r\n(.+\r\n)+\r\nbegun$/);
  await printed('ERR_HTTP_CONTENT_LENGTH_MISMATCH', 'stderr');
  for (const [request, expected] of [
    ['GET /two', /Content-Length: 3\r\n.*\r\n\r\nabcHTTP/is],
    ['GET /304', /^HTTP\/1\.1 304 /],
    ['HEAD /short', /^HTTP\/1\.1 200 OK\r\n.*Content-Length: 60\r\n/is],
  ] as const) {
    const answer = await bytesFor(port, request, 'GET /');
    assert.match(answer, expected);
    assert.match(answer, /hello\r\n0\r\n\r\n$/, request);
  }
});

test('a function that is none of the known kinds is answered for, and says what is', async (t) => {
  const cases: [code: string, expected: RegExp][] = [
    [`export default async () => 'hi';`, /a handler \(request\) must return a Response, not string/],
    [
      `export default () => {};`,
      /must return a Response, not undefined; one that calls res\.end\(\) is written/,
    ],
    [`export default (request) => ({ status: 200 });`, /must return a Response, not object/],
    [`export default function makeApp() { return (req, res) => res.end(); }`, /not function/],
    [`export default { fetch: (request) => null };`, /must return a Response, not null/],
  ];
  for (const [code, expected] of cases) {
    const { url, stderr, printed } = await running(t, code);
    assert.equal((await fetch(url)).status, 500, code);
    await printed(/The program failed to answer a request: /, 'stderr');
    assert.match(stderr(), expected);
  }
});

test('what a listener returns is no answer, unless it is a Response; text and objects are answered for', async (t) => {
  const { port, printed, stderr } = await running(
    t,
    `const later = (res) => setTimeout(() => res.end('later'), 20);
    const waiting = [];
    class Foreign {
      get [Symbol.toStringTag]() { return 'Response'; }
      status = 201;
      headers = new Headers({ 'X-From': 'another' });
      body = new Blob(['foreign']).stream();
    }
    const returns = {
      '/text': () => 'hi', '/object': () => ({ status: 200 }), '/bytes': () => Buffer.from('hi'),
      '/promise': async () => 'hi', '/bare': async () => Object.assign(Object.create(null), {}),
      '/timer': (res) => later(res), '/boolean': (res) => { later(res); return true; },
      '/number': (res) => { later(res); return waiting.push(res); }, '/null': (res) => { later(res); return null; },
      '/stream': (res) => { later(res); return process.stdout; }, '/response': () => new Response('later'),
      '/foreign': () => new Foreign(), '/answered': (res) => { res.end('later'); return 'hi'; },
    };
    export default (req, res) => returns[req.url](res);`,
  );
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return `${answer.status} ${await answer.text()}`;
  };
  for (const path of ['/text', '/object', '/bytes', '/promise', '/bare']) {
    assert.equal(await ask(path), '500 500 Internal Server Error\n', path);
  }
  await printed(
    'a handler (req, res) answers with res.end(), or returns a Response; this one returned a string',
    'stderr',
  );
  assert.match(stderr(), /returned an object and answered nothing/);
  for (const path of ['/timer', '/boolean', '/number', '/null', '/stream', '/response', '/answered']) {
    assert.equal(await ask(path), '200 later', path);
  }
  assert.equal(await ask('/foreign'), '201 foreign');
  assert.equal(stderr().match(/failed to answer/g)?.length, 5);
});

test('an answer that never begins is told of, once', async (t) => {
  const programs = [
    `export default async (req, res) => {};`,
    `export default { fetch: () => new Promise(() => {}) };`,
    `import http from 'node:http'; export default http.createServer((req, res) => {});`,
  ];
  // Each waits for five seconds, so all do at once.
  const saidOnce = async (code: string) => {
    const { url, printed, stderr } = await running(t, code);
    const leaving = new AbortController();
    const asked = ['a?\u009b', 'b'].map((path) => fetch(new URL(path, url), leaving).catch(() => {}));
    await printed(
      /^premier: GET \/(a\?%C2%9B|b) is still unanswered after 5 s\. .*\(Said once\.\)$/m,
      'stderr',
    );
    leaving.abort();
    await Promise.all(asked);
    assert.equal(stderr().match(/unanswered/g)?.length, 1);
  };
  await Promise.all(programs.map(saidOnce));
});

test('an error that belongs to no request ends the program, as on Node', async (t) => {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(
    file,
    `setTimeout(() => { throw new Error('on its own'); }, 50); export default (req, res) => res.end();`,
  );
  const { ended, stderr } = start(t, [file]);
  assert.equal(await ended, 1);
  assert.match(stderr(), /^Error: on its own\n {4}at .*app\.mjs/m);
  assert.doesNotMatch(stderr(), /failed to start/);
});

for (const [what, workers, isWhole] of [
  ['one process prints', [], true],
  ['a worker prints', ['--workers', '1'], false],
] as const) {
  test(`what ${what} of an error is ${isWhole ? 'all of it' : 'what leaves in one write, as all its lines do'}`, async (t) => {
    const file = join(temporaryFolder(t), 'app.mjs');
    writeFileSync(file, `export default () => { throw new Error('long' + 'x\\n'.repeat(5000)); };`);
    const { url, stderr, printed } = await serving(t, [file, '--log', 'off', ...workers]);
    assert.equal((await fetch(url)).status, 500);
    await printed(isWhole ? /\n {4}at / : /…\n$/, 'stderr');
    assert.match(stderr(), /^The program failed to answer a request: Error: longx\nx\n/);
    assert.equal(Buffer.byteLength(stderr()) > 10_000, isWhole);
    if (!isWhole) assert.equal(Buffer.byteLength(stderr()), 4096);
  });
}
