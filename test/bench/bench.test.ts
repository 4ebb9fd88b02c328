// The benchmark's own honesty: its rows, its requests, its check of equality, its arithmetic and its report.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const at = (path: string) => new URL(`../../bench/${path}`, import.meta.url);
const load = (path: string) => import(at(path).href);

const { isHttp2, loadedAs, rows, selectRows } = await load('rows.mjs');
const { contenders } = await load('contenders.mjs');
const { measuredAnew } = await load('anew.mjs');
const { acrossVersions, differences, exchange, samples } = await load('equality.mjs');
const { browser, ofTenOneCloses, post, toBytes } = await load('load/requests.mjs');
const { median, percentile } = await load('load/percentile.mjs');
const { docsPart, withMeasured } = await load('report.mjs');
const { events } = await load('load/events.mjs');
const { parse } = await load('load/streams.mjs');
const { documentFolder } = await load('documents.mjs');
const { nginxCommand } = await load('nginx.mjs');
const { buildCommit } = await load('against.mjs');
const { processorTime, runLoad } = await load('processes.mjs');
const { compare } = await load('verdict.mjs');
const { countSamples, parties, partyOf } = await load('whose-time.mjs');
const { chart, measuredRows } = await load('chart.mjs');
const { figureLines } = await load('figures.mjs');
const { changes, report } = await load('micro/kept-counts.mjs');

/** Runs an app or a load generator of the benchmark to its first line of output. */
async function firstLine(path: string, ...args: string[]) {
  const child = spawn(process.execPath, [fileURLToPath(at(path)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { child, line: String(line) };
}

async function withServer(listener: http.RequestListener, use: (port: number) => Promise<void>) {
  const server = http.createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('each row has an app, known contenders, one target, and an id of its own', () => {
  const ids = new Set();
  for (const row of selectRows()) {
    assert.ok(row.app === undefined || existsSync(at(`apps/${row.app}.mjs`)), row.app);
    for (const name of row.contenders) assert.ok(name in contenders, name);
    assert.ok(row.contenders.includes('premier'), row.id);
    assert.equal((row.atLeast === undefined) !== (row.atMost === undefined), true, row.id);
    assert.ok(!ids.has(row.id), row.id);
    ids.add(row.id);
  }
});

test('a contender that is loaded in another protocol has as many requests under way as premier', () => {
  const underWay = ({ load }: { load: { connections: number; streams: number } }) =>
    load.connections * load.streams;
  const others = selectRows().filter(({ loads }: { loads?: object }) => loads !== undefined);
  for (const row of others) {
    for (const name of Object.keys(row.loads)) {
      assert.ok(row.contenders.includes(name), `${row.id}: ${name}`);
      assert.notEqual(isHttp2(loadedAs(row, name).load), isHttp2(loadedAs(row, 'premier').load), row.id);
      assert.equal(underWay(loadedAs(row, name)), underWay(loadedAs(row, 'premier')), row.id);
    }
  }
  assert.ok(others.length > 0);
});

test('rows are chosen by the beginning of their id', () => {
  const ids = (options: object) => selectRows(options).map(({ id }: { id: string }) => id);
  assert.deepEqual(ids({ only: ['hello'] }), ['hello@20', 'hello@24']);
  assert.deepEqual(ids({ only: ['hello@24', 'koa'] }), ['hello@24', 'koa@24']);
  assert.deepEqual(ids({ only: ['nothing'] }), []);
  assert.equal(ids({}).length, rows.flatMap(({ nodes }: { nodes: number[] }) => nodes).length);
});

test('beside another commit a row has that one for its baseline, and may lose 2 %', () => {
  const bounds = selectRows({ only: ['hello@24', 'idle@'], former: 'former' });
  assert.deepEqual(
    bounds.map(({ contenders, atLeast, atMost }: Record<string, unknown>) => [contenders, atLeast, atMost]),
    [
      [['former', 'premier'], 0.98, undefined],
      [['former', 'premier'], undefined, 1 / 0.98],
    ],
  );
});

test('a commit that git does not know is said to be unknown', () => {
  assert.throws(() => buildCommit('--no-such-commit'), {
    message: '--against --no-such-commit: git knows no such commit here.',
  });
});

test('the processor time of a process is that of all its threads, and grows with its work', () => {
  if (process.platform !== 'linux') return;
  const before = processorTime(process.pid);
  const { user, system } = process.cpuUsage();
  const end = user + system + 30_000;
  while (process.cpuUsage().user + process.cpuUsage().system < end) browser();
  const used = processorTime(process.pid) - before;
  assert.ok(used > 0.02, String(used));
});

test('a load that does not end is ended, and one that ends says what it has to say', async () => {
  const node = [process.execPath, '-e'];
  await assert.rejects(runLoad([...node, 'setInterval(() => {}, 1e6)'], 0), /did not end within 0 s/);
  assert.equal(await runLoad([...node, 'console.log("done")'], 30), 'done\n');
  await assert.rejects(
    runLoad([...node, 'console.error("no"); process.exit(3)'], 30),
    /ended with code 3: no/,
  );
});

test('a row speaks where its pairings agree, or lie close together', () => {
  const measuredOf = (ratios: number[]) => ({
    node: { pairings: ratios.map((ratio) => ({ figure: 10 * ratio })) },
    premier: { pairings: ratios.map(() => ({ figure: 10 })) },
  });
  for (const [ratios, verdict] of [
    [[2.1, 2.5, 3.4], 'reached'],
    [[1.2, 1.5, 1.9], 'short'],
    [[1.7, 2.1, 2.3], 'undecided'],
    [[1.98, 2.01, 2.02], 'reached'],
    [[1.97, 1.99, 2.02], 'short'],
    [[2.5, 2.5], 'undecided'],
  ] as [number[], string][]) {
    const said = compare({ contenders: ['node'], atLeast: 2 }, measuredOf(ratios));
    assert.equal(said.verdict, verdict, String(ratios));
    assert.deepEqual([said.low, said.high], [Math.min(...ratios), Math.max(...ratios)]);
  }
  const less = compare({ contenders: ['node'], atMost: 0.8 }, measuredOf([2, 2, 2]));
  assert.deepEqual([less.ratio, less.verdict], [0.5, 'reached']);
  assert.equal(compare({ contenders: ['bun'], atLeast: 2 }, measuredOf([2])).verdict, 'not measured');
});

test('a Node asked for replaces the row’s own, once, with the target nearest to it', () => {
  const chosen = selectRows({ only: ['express', 'koa'], node: 20 });
  assert.deepEqual(
    chosen.map(({ id, major, atLeast }: { id: string; major: number; atLeast: number }) => [
      id,
      major,
      atLeast,
    ]),
    [
      ['express@20', 20, 9],
      ['koa@20', 20, 1.5],
    ],
  );
});

test('requests with browser-like fields all differ, and are the same in every run', () => {
  const requests: object[] = browser();
  assert.equal(new Set(requests.map((request) => String(toBytes(request, 'h')))).size, requests.length);
  assert.deepEqual(requests, browser());
});

test('of every ten requests one asks to close, not always the same one', () => {
  const requests: { headers?: object }[] = ofTenOneCloses();
  const places = new Set<number>();
  for (let i = 0; i < requests.length; i += 10) {
    const closing = requests.slice(i, i + 10).flatMap(({ headers }, place) => (headers ? [place] : []));
    assert.equal(closing.length, 1);
    places.add(closing[0] as number);
  }
  assert.equal(places.size, 10);
});

test('a request with a body says its length in bytes, about 1 kB', () => {
  const bytes: Buffer = toBytes(post()[0], 'h');
  const [head = '', body = ''] = bytes.toString('latin1').split('\r\n\r\n');
  assert.match(head, /^POST \/ HTTP\/1\.1\r\nHost: h\r\n/);
  assert.equal(Number(/Content-Length: (\d+)/.exec(head)?.[1]), body.length);
  assert.ok(body.length > 950 && body.length < 1100, String(body.length));
});

test('servers that answer alike show no difference', async () => {
  const listener: http.RequestListener = (_req, res) => res.end('alike');
  await withServer(listener, (a) =>
    withServer(listener, async (b) => {
      const [one, other] = [await exchange({ port: a }, {}), await exchange({ port: b }, {})];
      assert.deepEqual(differences(one, other), []);
    }),
  );
});

test('a difference in status, body or fields is told', async () => {
  await withServer(
    (req, res) => {
      if (req.url === '/other') res.writeHead(201, { 'X-More': '1', 'Content-Length': 7 }).end('another');
      else res.setHeader('X-Less', '1').end('one');
    },
    async (port) => {
      const found = differences(
        await exchange({ port }, {}),
        await exchange({ port }, { path: '/other', method: 'POST', body: 'é' }),
        ['content-length'],
      );
      assert.deepEqual(found, [
        'status 201 Created and not 200 OK',
        'a body of 7 bytes that is not the expected one of 3',
        'no field "x-less: 1"',
        'no field "content-length: 3"',
        'a field "x-more: 1" too many',
      ]);
      const ofBodies = differences(
        await exchange({ port }, {}),
        await exchange({ port }, { path: '/other' }),
        null,
      );
      assert.deepEqual(ofBodies, found.slice(0, 2));
    },
  );
});

test('answers in two versions of HTTP are alike but for what is of the connection', async () => {
  const { child, line } = await firstLine('apps/http2-hello.mjs');
  const hello: http.RequestListener = (req, res) => {
    const status = req.url === '/other' ? 404 : 200;
    const fields = { 'Content-Type': 'text/plain', 'Content-Length': 13, ...(status === 404 && { More: 1 }) };
    res.writeHead(status, fields).end('Hello, World!');
  };
  try {
    const overHttp2 = acrossVersions(await exchange({ port: Number(line), http2: true }, {}));
    await withServer(hello, async (port) => {
      const overHttp1 = await exchange({ port }, {});
      assert.ok(overHttp1.fields.has('connection: keep-alive'));
      assert.deepEqual(differences(overHttp2, acrossVersions(overHttp1)), []);
      const other = acrossVersions(await exchange({ port }, { path: '/other' }));
      assert.deepEqual(differences(overHttp2, other), [
        'status 404 and not 200',
        'a field "more: 1" too many',
      ]);
    });
  } finally {
    child.kill('SIGKILL');
  }
});

test('nginx is set up for documents and for hello over HTTP/2, and for nothing that it was not told of', () => {
  const configuration = (row: object) => {
    const [, , command] = nginxCommand(row);
    return readFileSync(/-c (\S+)/.exec(command)?.[1] as string, 'latin1');
  };
  assert.match(configuration({}), /listen 127\.0\.0\.1:\d+; root \S+documents; }/);
  assert.match(
    configuration({ app: 'http2-hello' }),
    /listen 127\.0\.0\.1:\d+ http2; .*return 200 "Hello, World!"/,
  );
  assert.throws(() => nginxCommand({ app: 'http2-post' }), /is not set up to do what http2-post does/);
});

test('a load in which a request closes is compared by a closing request too', () => {
  const ten = rows.find(({ name }: { name: string }) => name === 'ten');
  assert.ok(samples(ten).some((sample: { headers?: object }) => sample.headers));
});

test('percentiles are of the nearest rank, medians of the middle', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.equal(percentile(hundred, 50), 50);
  assert.equal(percentile(hundred, 99), 99);
  assert.equal(percentile([7], 99), 7);
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

test('the floor sends as many bytes as node:http does', async () => {
  const lengths = [];
  for (const app of ['apps/hello.mjs', 'apps/floor.mjs']) {
    const { child, line } = await firstLine(app);
    try {
      const { fields, body } = await exchange({ port: Number(line) }, {});
      lengths.push([...fields].sort().join().length + body.length);
    } finally {
      child.kill('SIGKILL');
    }
  }
  assert.equal(lengths[0], lengths[1]);
});

test('the upload client counts uploads that were answered for in full', async () => {
  const { child, line } = await firstLine('apps/upload.mjs');
  try {
    const client = spawn(
      process.execPath,
      [fileURLToPath(at('load/upload.mjs')), line.trim(), '300000', '0.01'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const result = JSON.parse(await text(client.stdout));
    assert.ok(result.operations >= 1);
    assert.ok(result.p99 >= result.p50);
  } finally {
    child.kill('SIGKILL');
  }
});

test('the paced client sends and counts as many requests as were due', async () => {
  const { child, line } = await firstLine('apps/hello.mjs');
  try {
    const client = spawn(
      process.execPath,
      [fileURLToPath(at('load/paced.mjs')), line.trim(), '400', '4', '0.25'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const result = JSON.parse(await text(client.stdout));
    assert.equal(result.operations, 100);
    assert.ok(result.p999 >= result.p99 && result.p99 >= result.p50 && result.p50 > 0);
  } finally {
    child.kill('SIGKILL');
  }
});

test('the clients of an event stream count events from when all of them hear', async () => {
  const clients = new Set<http.ServerResponse>();
  const tick = setInterval(() => {
    for (const client of clients) client.write('data: tick\n\ndata: tock\n\n');
  }, 20);
  try {
    await withServer(
      (_req, res) => {
        res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
        clients.add(res);
      },
      async (port) => {
        const heard = await events({ server: { port, pid: process.pid }, clients: 5, seconds: 0.2 });
        assert.equal(heard.operations % 10, 0);
        assert.ok(heard.operations >= 10 && heard.processor > 0, JSON.stringify(heard));
      },
    );
  } finally {
    clearInterval(tick);
  }
});

test('the WebSocket client counts messages that came back, and bears no other', async () => {
  const echo = http.createServer();
  for (const [reply, code] of [
    [(text: Buffer) => Buffer.concat([Buffer.from([0x81, text.length]), text]), 0],
    [(text: Buffer) => Buffer.concat([Buffer.from([0x81, text.length]), text.reverse()]), 1],
  ] as const) {
    echo.removeAllListeners('upgrade').on('upgrade', (_req, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.on('data', (frame: Buffer) => socket.write(reply(frame.subarray(6))));
      socket.on('error', () => {}).on('end', () => socket.end());
    });
    await once(echo.listen(0, '127.0.0.1'), 'listening');
    const { port } = echo.address() as AddressInfo;
    const client = spawn(
      process.execPath,
      [fileURLToPath(at('load/websocket.mjs')), String(port), '3', '0.3'],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const [said, [ended]] = await Promise.all([text(client.stdout), once(client, 'close')]);
    assert.equal(ended, code);
    if (code === 0) assert.ok(JSON.parse(said).operations >= 3, said);
    await new Promise((resolve) => echo.close(resolve));
  }
});

test('the folder of documents is the same in every run', () => {
  const folder = documentFolder();
  const names = readdirSync(folder).map((name) => [name, statSync(`${folder}/${name}`)] as const);
  assert.deepEqual(
    names.map(([name, { size, mtime }]) => [name, size, mtime.toISOString()]),
    [
      ['index.html', 20_000, '2026-01-01T00:00:00.000Z'],
      ['large.bin', 10_000_000, '2026-01-01T00:00:00.000Z'],
      ['small.txt', 1000, '2026-01-01T00:00:00.000Z'],
    ],
  );
});

test('every stream of the micro-benchmark is read to its end, but those that never end or must be refused', async () => {
  const { benign, hostile, toBuffer } = await load('micro/inputs.mjs');
  const { RequestParser } = await import('../../dist/http1/request-parser.js');
  for (const [name, make] of Object.entries({ ...benign, ...hostile }) as [
    string,
    (size: number) => unknown,
  ][]) {
    const bytes: Buffer = toBuffer(make(60_000));
    let ended = 0;
    const parser = new RequestParser(
      { onHead: () => false, onBody() {}, onEnd: () => ended++ },
      { maxFields: 0 },
    );
    if (/without end|Transfer-Encoding in/.test(name)) {
      assert.throws(() => parser.execute(bytes), { name: 'Error' }, name);
    } else {
      assert.equal(parser.execute(bytes), bytes.length, name);
      assert.ok(parser.idle && ended > 0, name);
    }
  }
});

const results = {
  environment: {
    date: 'd',
    cpu: 'c',
    cores: 2,
    memory: 'm',
    system: 's',
    loadAverage: 0,
    nodes: ['24.0.0'],
    generator: 'wrk 4',
    apart: true,
    versions: {},
  },
  pairs: 3,
  slices: 6,
  warm: 2,
  seconds: 1,
  rows: [
    {
      id: 'hello@24',
      title: 'hello',
      unit: 'µs',
      per: 'request',
      baseline: 'node',
      atLeast: 2,
      measured: {
        node: { title: 'node:http', figure: 20, perSecond: 40_000 },
        premier: { title: 'premier', figure: 12, perSecond: 61_000 },
      },
      absent: ['Bun: not here'],
      ratio: 1.67,
      low: 1.61,
      high: 1.7,
      verdict: 'short',
      warnings: [],
    },
  ],
};

test('the report says a row that is short to be short, and who is absent', () => {
  const part: string = docsPart(results);
  assert.match(
    part,
    /\| hello \| µs \| 20\.00 \| 12\.00 \| 1\.67 \| 1\.61 to 1\.70 \| ≥ 2\.00 \| \*\*short\*\* \| 40,000 \| 61,000 \|/,
  );
  assert.match(part, /hello: Bun: not here/);
});

test('chart and figures say what the table is of', () => {
  const titles = [
    'hello, keep-alive',
    'https hello',
    'Express 5',
    'Fastify 5',
    '1 MB buffer',
    'upload of 64 MB, read',
    'upload of 64 MB, piped',
  ];
  for (const [unit, inChart, inFigures] of [
    [
      'µs',
      /Processor time of node:http/,
      /takes 12 µs of processor time, on node:http 20: \*\*1\.67 times\*\* less/,
    ],
    [
      'req/s',
      /Answers a second/,
      /is answered 12 times a second, by node:http 20: \*\*1\.67 times\*\* as often/,
    ],
  ] as const) {
    const lines = titles.map((title) => `| ${title}, Node 24 | ${unit} | 20 | 12 | 1.67 |`);
    const others = ['p99 latency', 'memory of an idle connection'].map(
      (title) => `| ${title}, Node 24 | x | 2 | 1 | 0.5 |`,
    );
    const rows = measuredRows(['| work | unit |', '| --- | --- |', ...lines, ...others, ''].join('\n'));
    assert.match(chart(rows, 'light'), inChart);
    assert.doesNotMatch(chart(rows, 'dark'), /latency/);
    assert.match(figureLines(rows, 'en'), inFigures);
    assert.equal(figureLines(rows, 'fr').split('\n').length, 3);
  }
});

test('writing the tables leaves the prose of docs/performance.md as it is', () => {
  const file = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
  const before = readFileSync(file, 'utf8');
  const part: string = docsPart(results);
  const after: string = withMeasured(before, part);
  assert.ok(after.includes(part));
  const [from, to] = [before.indexOf('<!-- measured'), before.indexOf('<!-- /measured')];
  assert.ok(after.startsWith(before.slice(0, from)));
  assert.ok(after.endsWith(before.slice(to)));
  assert.throws(() => withMeasured('no markers', part), /has no lines/);
});

test('the server of the rows of HTTP/2 speaks it, on node:http2 as it is', async () => {
  const { child, line } = await firstLine('apps/http2-hello.mjs');
  try {
    const { status, body, fields } = await exchange({ port: Number(line), http2: true }, {});
    assert.equal(status, '200');
    assert.equal(String(body), 'Hello, World!');
    assert.ok(fields.has('content-type: text/plain'));
  } finally {
    child.kill();
  }
});

test('what h2load prints is read, and what it does not print is missed', () => {
  const output = `finished in 5.01s, 9980.04 req/s, 1.20MB/s
requests: 50000 total, 50128 started, 50000 done, 49990 succeeded, 10 failed, 3 errored, 0 timeout
status codes: 49990 2xx, 0 3xx, 10 4xx, 0 5xx`;
  assert.deepEqual(parse(output), { operations: 49_990, seconds: 5.01, failed: 13 });
  assert.equal(parse(output.replace('5.01s', '996.25ms')).seconds, 0.99625);
  assert.throws(() => parse('the server closed'), /h2load did not say/);
});

test('3 % more instructions than were kept are a loss; what is not kept is unknown', () => {
  const kept = { less: 1000, same: 1000, nearly: 1000, more: 1000 };
  const counts = { less: 960, same: 1000, nearly: 1030, more: 1031, other: 5 };
  const found = changes(counts, kept);
  assert.deepEqual(
    found.map(({ name, verdict }: { name: string; verdict: string }) => `${name}: ${verdict}`),
    ['less: less', 'same: same', 'nearly: same', 'more: more', 'other: unknown'],
  );
  assert.match(report(found), /^more +1,031 +3\.1 % {2}more$/m);
  assert.deepEqual(changes({ other: 5 })[0].verdict, 'unknown');
});

test('counts of instructions are kept for what is counted', async () => {
  const { operations } = await load('micro/operations.mjs');
  const { exchanges } = await load('micro/exchanges.mjs');
  const kept = JSON.parse(readFileSync(at('micro/instructions.json'), 'utf8'));
  const names = Object.keys({ ...operations, ...exchanges });
  for (const [platform, counts] of Object.entries(kept)) {
    assert.deepEqual(Object.keys(counts as object), names, platform);
  }
});

test('the exchanges whose instructions are counted are all answered', async () => {
  const { exchanges } = await load('micro/exchanges.mjs');
  for (const prepare of Object.values(exchanges) as (() => () => Promise<void>)[]) {
    const work = prepare();
    await work();
    await work();
  }
});

for (const [symbol, where, party] of [
  ['tcp_ack', '[kernel.kallsyms]', 'kernel'],
  ['nf_hook_slow', '/lib/modules/6.1/nf_tables.ko', 'kernel'],
  ["JS:*'onHead /app/node_modules/premier/dist/engine.cjs:3969:9", '/tmp/perf-12.map', 'libraries'],
  ["JS:*'onHead /home/a/dist/engine.cjs:3969:9", '/tmp/perf-12.map', 'premier'],
  ['JS:~handle /app/node_modules/express/lib/router.js:9:1', '/tmp/perf-12.map', 'libraries'],
  ["JS:*' file:///home/a/bench/apps/hello.mjs:3:34", '/tmp/perf-12.map', 'program'],
  ['JS:*onStreamRead node:internal/stream_base_commons:168:22', '/tmp/perf-12.map', 'Node, JavaScript'],
  ["RegExp.> src: '^a$' flags: ''", '/tmp/perf-12.map', 'V8'],
  ['Builtins_LoadIC', '/usr/bin/node', 'V8'],
  ['Builtins_RecordWriteSaveFP', '/usr/bin/node', "V8's collector"],
  ['v8::internal::Scavenger::ScavengePage(v8::internal::MutablePage*)', '/usr/bin/node', "V8's collector"],
  ['v8::Object::Get', '/usr/bin/node', 'V8'],
  ['node::StreamBase::Writev', '/usr/bin/node', 'Node, C++'],
  ['uv__io_poll', '/usr/bin/node', 'libuv and libc'],
  ['__GI___writev', '/usr/lib/x86_64-linux-gnu/libc.so.6', 'libuv and libc'],
  ['aes_gcm_enc_256_kernel', '/usr/bin/node', 'encryption'],
  ['ossl_statem_server_process_message', '/usr/bin/node', 'encryption'],
]) {
  test(`a sample in ${symbol} of ${where} is the time of: ${party}`, () => {
    assert.equal(partyOf(symbol, where), party);
    assert.ok(parties.includes(party));
    const { samples, parties: counted } = countSamples(
      `     7f12ab ${symbol} (${where})\n\n  ffff81 ${symbol} (${where})\n`,
    );
    assert.deepEqual(
      [samples, counted[party as string]],
      [2, { samples: 2, functions: { [symbol as string]: 2 } }],
    );
  });
}

/** Listens, and never accepts: one connection is made, and the system puts off who else tries. */
const ONE_PLACE = `const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
  server._handle.listen(0);
  require('node:fs').writeSync(1, server.address().port + '\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

for (const secure of [false, true])
  test(`of clients that nobody answers${secure ? ' over TLS' : ''}, those that were connected have lost a request, the others were refused`, {
    skip: process.platform !== 'linux' && 'there more may wait',
  }, async (context) => {
    const child = spawn(process.execPath, ['-e', ONE_PLACE], { stdio: ['ignore', 'pipe', 'inherit'] });
    context.after(() => child.kill('SIGKILL'));
    const [port] = await once(child.stdout, 'data');
    const { NodeClients } = await load('load/library-clients.mjs');
    const where = { port: Number(port), host: '127.0.0.1', secure };
    const clients = new NodeClients(where, { count: 5, pause: 0, limit: 500 });
    await clients.end();
    assert.deepEqual([clients.requests, clients.refused, clients.lost], [0, 4, { unanswered: 1 }]);
  });

const run = (date: string, figures: Record<string, number>, more: object = {}) => ({
  environment: { date, cpu: 'one', system: 'Linux', nodes: ['20.20.2', '24.21.0'] },
  pairs: 3,
  rows: Object.entries(figures).map(([id, figure]) => ({ id, figure })),
  failures: [] as string[],
  ...more,
});

test('rows that are measured anew come in the places of the earlier ones, and it is said when', () => {
  const earlier = run('then', { a: 1, b: 2, c: 3 }, { weight: [1], failures: ['b: differs', 'c: differs'] });
  const order = ['a', 'b', 'c'];
  const joined = measuredAnew(earlier, run('now', { b: 5 }, { failures: ['b: differs again'] }), order);
  assert.deepEqual(joined.rows, [
    { id: 'a', figure: 1 },
    { id: 'b', figure: 5 },
    { id: 'c', figure: 3 },
  ]);
  assert.deepEqual(joined.failures, ['c: differs', 'b: differs again']);
  assert.deepEqual(joined.weight, [1]);
  assert.deepEqual(
    [joined.environment.date, joined.environment.anew],
    ['then', [{ date: 'now', rows: ['b'] }]],
  );
  const third = measuredAnew(joined, run('later', {}, { weight: [2] }), order);
  assert.deepEqual(third.weight, [2]);
  assert.deepEqual(third.environment.anew, [
    { date: 'now', rows: ['b'] },
    { date: 'later', rows: ['weight'] },
  ]);
});

test('a row that the earlier run did not have comes where rows.mjs has it', () => {
  const earlier = run('then', { gone: 1, a: 2, c: 3 });
  const ids = measuredAnew(earlier, run('now', { d: 6, b: 5, c: 4 }), ['a', 'b', 'c', 'd']).rows;
  assert.deepEqual(ids, [
    { id: 'a', figure: 2 },
    { id: 'b', figure: 5 },
    { id: 'c', figure: 4 },
    { id: 'd', figure: 6 },
    { id: 'gone', figure: 1 },
  ]);
});

for (const [what, changed] of [
  ['another processor', { cpu: 'two' }],
  ['another system', { system: 'Darwin' }],
  ['another Node', { nodes: ['26.12.1'] }],
] as const) {
  test(`what was measured with ${what} joins no earlier run`, () => {
    const earlier = run('then', { a: 1 });
    const later = { ...earlier, environment: { ...earlier.environment, ...changed } };
    assert.throws(() => measuredAnew(earlier, later, ['a']), /measure all of them/);
  });
}

test('a run of some lines of Node joins one of more', () => {
  const earlier = run('then', { a: 1 });
  const later = { ...earlier, environment: { ...earlier.environment, nodes: ['24.21.0'] } };
  assert.equal(measuredAnew(earlier, later, ['a']).rows.length, 1);
});
