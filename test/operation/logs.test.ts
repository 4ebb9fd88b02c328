// Lines of a log: what is in one of JSON, and how lines come to a stream.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs, { closeSync, openSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { createServer } from 'premier';
import { catalogues } from '../../dist/cli/language.js';
import { formats, type LogForm } from '../../dist/cli/log-formats.js';
import { observe } from '../../dist/observe.js';
import { type Answer, accessLog } from '../../dist/operation/access-log.js';
import { boundedAnswers, boundedLine, boundedText } from '../../dist/operation/bounded-line.js';
import { FileLines } from '../../dist/operation/file-lines.js';
import { answerLine, errorLine } from '../../dist/operation/json-lines.js';
import { LineWriter, WHOLE_WRITE } from '../../dist/operation/line-writer.js';
import { WallClock } from '../../dist/operation/log-clock.js';
import { LoggedFields } from '../../dist/operation/logged-fields.js';
import { temporaryFolder } from '../cli/command.js';

const answer: Answer = {
  method: 'POST',
  target: '/',
  version: '1.1',
  status: 201,
  bytes: 5,
  received: 7,
  ms: 12,
  aborted: false,
  refusal: undefined,
  time: Date.parse('2026-11-22T08:09:10.001Z'),
  remote: '192.0.2.1',
  host: 'a.example',
  user: undefined,
  referer: undefined,
  agent: undefined,
  id: 'id-1',
  trace: '0af7651916cd43dd8448eb211c80319c',
};

test('a line of JSON has what is known, in a fixed order', () => {
  assert.equal(
    answerLine(answer),
    '{"time":"2026-11-22T08:09:10.001Z","method":"POST","target":"/","status":201,"bytes":5,"ms":12,"received":7,' +
      '"remote":"192.0.2.1","host":"a.example","id":"id-1","trace":"0af7651916cd43dd8448eb211c80319c"}',
  );
  const { aborted, refusal } = JSON.parse(answerLine({ ...answer, aborted: true, refusal: 'HPE_STRICT' }));
  assert.deepEqual([aborted, refusal], [true, 'HPE_STRICT']);
});

for (const [ms, text] of [
  [0, '0'],
  [0.0004, '0'],
  [0.001, '0.001'],
  [0.05, '0.05'],
  [1.23456, '1.235'],
  [999.9996, '1000'],
  [300_000.5, '300000.5'],
] as const) {
  test(`${ms} ms are written as ${text}`, () => {
    const line = answerLine({ ...answer, ms });
    assert.equal(JSON.parse(line).ms, Number(text));
    assert.match(line, /"ms":\d+(\.\d{3})?,/);
  });
}

test('times in one second and in others are told apart', () => {
  const times = [1_000, 1_001, 1_999, 2_000, 1_001, 60_000].map(
    (time) => JSON.parse(answerLine({ ...answer, time })).time,
  );
  assert.deepEqual(
    times,
    [1_000, 1_001, 1_999, 2_000, 1_001, 60_000].map((time) => new Date(time).toISOString()),
  );
});

test('a moment has the time of the clock, to a ms', () => {
  const clock = new WallClock();
  for (let i = 0; i < 3; i++) {
    const before = Date.now();
    const time = clock.at(performance.now());
    const after = Date.now();
    assert.ok(Number.isInteger(time));
    assert.ok(time >= before - 1 && time <= after + 1, `${before} ${time} ${after}`);
  }
});

for (const target of ['/', '/a?b=c', '/"', '/\\', '/\u007f', '/é', '/\u2028\u202e', '', '*', '/\ud800']) {
  test(`the target ${JSON.stringify(target)} is said as it is, by what stands for itself`, () => {
    for (const more of [{}, { id: undefined, trace: undefined }]) {
      const line = answerLine({ ...answer, ...more, target });
      assert.equal(JSON.parse(line).target, target);
      assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\u202e]/u);
    }
  });
}

test('what changes from one line to the next is said anew', () => {
  const changes: Partial<Answer>[] = [
    {},
    { status: 404 },
    { bytes: 6 },
    { method: 'GET' },
    { time: answer.time + 1 },
    { remote: undefined },
    { host: undefined, referer: 'a.example' },
    { user: 'anna' },
    { agent: 'b' },
    { id: undefined, trace: undefined },
    { received: 0 },
  ];
  for (const change of [...changes, ...changes]) {
    const { time, version, aborted, ...rest } = { ...answer, ...change };
    const line = answerLine({ ...answer, ...change });
    const told = { time: new Date(time).toISOString(), ...rest, received: rest.received || undefined };
    assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(told)));
  }
});

test('an error is one line with its stack, whatever was thrown', () => {
  const error = Object.assign(new TypeError('no\nway \x1b[31m'), { code: 'E_MINE' });
  const line = errorLine('It failed:', error, { method: 'GET', target: '/\u2028' });
  assert.doesNotMatch(line, /[\p{Cc}\u2028]/u);
  const told = JSON.parse(line);
  assert.equal(told.error, error.message);
  assert.equal(told.stack, error.stack);
  assert.deepEqual(
    [told.name, told.code, told.method, told.target],
    ['TypeError', 'E_MINE', 'GET', '/\u2028'],
  );
  for (const thrown of [undefined, null, 'text', 0, { a: 1 }, Symbol('s')])
    assert.equal(JSON.parse(errorLine('m', thrown)).error, String(thrown));
});

const traces: [field: string, trace: string | undefined][] = [
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '0af7651916cd43dd8448eb211c80319c'],
  ['cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more', '0af7651916cd43dd8448eb211c80319c'],
  ['ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', undefined],
  ['00-00000000000000000000000000000000-b7ad6b7169203331-01', undefined],
  ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', undefined],
  ['00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01', undefined],
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,', undefined],
  ['', undefined],
];
for (const [field, trace] of traces) {
  test(`the traceparent ${JSON.stringify(field)} names ${trace ?? 'no trace'}`, () => {
    assert.equal(new LoggedFields(['TraceParent', field]).trace, trace);
  });
}

test('fields are found whatever their case, and the first of two counts', () => {
  const { host, agent, referer, user } = new LoggedFields([
    ...['HOST', 'a', 'host', 'b', 'User-Agent', 'c', 'Refere', 'd', 'referer', 'e'],
    ...['Authorization', `Basic ${btoa('anna:secret')}`],
  ]);
  assert.deepEqual([host, agent, referer, user], ['a', 'c', 'e', 'anna']);
});

/** A stream that takes writes when it is told to. */
class Sink extends Writable {
  readonly writes: string[] = [];
  #done: (() => void) | null = null;
  constructor(readonly slow: boolean) {
    super();
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk.toString());
    if (this.slow) this.#done = done;
    else done();
  }
  read(): void {
    this.#done?.();
  }
}
const turn = () => new Promise(setImmediate);

test('lines of one turn of the event loop are one write', async () => {
  const sink = new Sink(false);
  const lines = new LineWriter(sink, {
    delay: 0,
    shared: false,
    onLost: () => assert.fail('lines were lost'),
  });
  for (let i = 0; i < 1000; i++) lines.write(`line ${i}`);
  assert.deepEqual(sink.writes, []);
  await turn();
  lines.write('last');
  await turn();
  assert.equal(sink.writes.length, 2);
  assert.equal(
    sink.writes.join(''),
    `${Array.from({ length: 1000 }, (_, i) => `line ${i}\n`).join('')}last\n`,
  );
});

test('lines that may wait for others leave with them, and those of a turn that has many without', async () => {
  const sink = new Sink(false);
  const lines = new LineWriter(sink, {
    delay: 3_600_000,
    shared: false,
    onLost: () => assert.fail('lines were lost'),
  });
  for (let i = 0; i < 3; i++) {
    lines.write(`line ${i}`);
    await turn();
  }
  assert.deepEqual(sink.writes, []);
  lines.flush();
  assert.deepEqual(sink.writes, ['line 0\nline 1\nline 2\n']);
  for (let i = 0; i < 70; i++) lines.write('x'.repeat(1023));
  assert.equal(sink.writes.length, 2);
  lines.flush();
  assert.equal(sink.writes.join('').length, 21 + 70 * 1024);
});

test('where other processes write as well, no write is longer than a pipe takes whole, and none cuts a line', async () => {
  const sink = new Sink(false);
  const lines = new LineWriter(sink, {
    delay: 0,
    shared: true,
    onLost: () => assert.fail('lines were lost'),
  });
  for (let i = 0; i < 1000; i++) lines.write(`é${'x'.repeat(i % 300)}`);
  await turn();
  assert.ok(sink.writes.length > 30);
  for (const write of sink.writes) {
    assert.ok(Buffer.byteLength(write) <= 4096);
    assert.ok(write.startsWith('é') && write.endsWith('\n'));
  }
});

for (const shared of [false, true]) {
  test(`lines that are longer than a write leave in their turn${shared ? ', also where others write' : ''}`, () => {
    const sink = new Sink(false);
    const onLost = () => assert.fail('lines were lost');
    const lines = new LineWriter(sink, { delay: 3_600_000, shared, onLost });
    const written = [1, 1023, 1024, 5000, 3, 70_000, 30_000, 2, 200_000, 1].map((n) => 'é€'.repeat(n));
    for (const line of written) lines.write(line);
    lines.flush();
    assert.equal(sink.writes.join(''), written.map((line) => `${line}\n`).join(''));
    for (const write of sink.writes) assert.ok(write.endsWith('\n'));
  });
}

for (const form of ['text', 'json', 'combined'] as LogForm[]) {
  test(`a line of the form ${form} that others could cut has its longest texts cut, and a short one none`, () => {
    const format = formats(catalogues.en, false)[form];
    const write = boundedAnswers(WHOLE_WRITE, format);
    assert.equal(write(answer), format(answer));
    const texts = ['target', 'host', 'user', 'referer', 'agent'] as const;
    for (const piece of ['x', '"', 'é', '€', '🦊', '\x80', '\u202e']) {
      for (const cut of [...texts.map((name) => [name]), texts]) {
        const long = Object.fromEntries(cut.map((name) => [name, piece.repeat(16_000)]));
        const line = write({ ...answer, ...long });
        assert.ok(Buffer.byteLength(line) < WHOLE_WRITE, `${piece} ${cut} ${line.length}`);
        if (form !== 'json') continue;
        const told = JSON.parse(line);
        for (const name of texts) {
          if (cut.includes(name as never)) assert.match(told[name], /…$/);
          else assert.equal(told[name], answer[name]);
        }
        assert.deepEqual([told.id, told.trace, told.status], [answer.id, answer.trace, answer.status]);
      }
    }
  });
}

test('a line is as long as a pipe takes whole, and no longer', () => {
  const written = (length: number) =>
    boundedLine(WHOLE_WRITE, (longest) => 'x'.repeat(Math.min(length, longest)));
  for (const [length, left] of [
    [1, 1],
    [4095, 4095],
    [4096, 1024],
    [100_000, 1024],
  ] as const)
    assert.equal(written(length).length, left);
  const error = new Error('€'.repeat(100_000));
  const line = boundedLine(WHOLE_WRITE, (longest) =>
    errorLine('It failed:', error, { method: 'GET' }, longest),
  );
  assert.ok(Buffer.byteLength(line) < WHOLE_WRITE);
  assert.match(JSON.parse(line).error, /^€+…$/);
});

test('a text of several lines is as long as a pipe takes whole, and has no half of a character', () => {
  for (const [text, end] of [
    ['a\nb', 'b'],
    [`${'x'.repeat(4094)}\n`, '\n'],
    ['x'.repeat(4096), 'x…'],
    ['€'.repeat(2000), '€…'],
    [`x${'€'.repeat(2000)}`, '€…'],
    [`xx${'€'.repeat(2000)}`, '€…'],
    ['👍'.repeat(2000), '👍…'],
  ] as const) {
    const written = boundedText(WHOLE_WRITE, text);
    assert.ok(Buffer.byteLength(written) < WHOLE_WRITE, end);
    assert.ok(written.endsWith(end), written.slice(-5));
    assert.ok(text.startsWith(written.replace('…', '')));
    if (written !== text) assert.ok(Buffer.byteLength(written) > WHOLE_WRITE - 8);
  }
});

test('where nobody reads, lines are dropped, and told of once somebody reads again', async () => {
  const sink = new Sink(true);
  const lost: number[] = [];
  const lines = new LineWriter(sink, { delay: 0, shared: false, onLost: (count) => lost.push(count) });
  const line = 'x'.repeat(1023);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 512; i++) lines.write(line);
    await turn();
  }
  assert.deepEqual(lost, []);
  assert.equal(sink.writableLength, 1024 * 1025);
  while (sink.writableLength > 0) sink.read();
  lines.write(line);
  await turn();
  assert.deepEqual(lost, [511]);
});

test('lines that nobody had read at the end are told of as lost', () => {
  const sink = new Sink(true);
  const lost: number[] = [];
  const lines = new LineWriter(sink, { delay: 0, shared: false, onLost: (count) => lost.push(count) });
  for (let i = 0; i < 1030; i++) lines.write('x'.repeat(1023));
  lines.end();
  lines.end();
  assert.equal(lost.length, 1);
  assert.equal(sink.writableLength, (1030 - (lost[0] ?? 0)) * 1024);
});

test('a disk that is full is told of once, and again when it was not in between', {
  skip: process.platform !== 'linux',
}, (t) => {
  const told: unknown[] = [];
  const full = openSync('/dev/full', 'a');
  t.after(() => closeSync(full));
  const lines = new FileLines(full, ({ code }) => told.push(code));
  for (let i = 0; i < 3; i++) lines.write(Buffer.from('line\n'));
  assert.deepEqual(told, ['ENOSPC']);
});

/** What each write of the system takes of what it is given: so many bytes, all, or nothing, since the disk is full. */
const disks: [what: string, takes: (number | 'all' | 'full')[], written: string, told: number][] = [
  ['takes all in parts', [3, 2, 'all'], 'first\nsecond\nthird\n', 0],
  ['is full within a line', [3, 'full', 'all', 'all', 'all'], 'fir\nsecond\nthird\n', 1],
  ['is full within a line, and stays so', [3, 'full', 'full', 'all', 'all'], 'fir\nthird\n', 1],
  ['has room for the end of a line alone', [3, 'full', 'all', 'full', 'all'], 'fir\nthird\n', 1],
  ['is full between lines', ['all', 'full', 'all'], 'first\nthird\n', 1],
  ['is full twice', ['full', 'all', 'full'], 'second\n', 2],
];
for (const [what, takes, expected, told] of disks) {
  test(`a disk that ${what} leaves no line in another, and none that is empty`, (t) => {
    let written = '';
    const left = [...takes];
    t.mock.method(fs, 'writeSync', (_descriptor: number, data: Buffer | string, at = 0) => {
      const bytes = Buffer.from(data as string).subarray(at);
      const take = left.shift() ?? 'all';
      if (take === 'full') throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      const taken = take === 'all' ? bytes : bytes.subarray(0, take);
      written += taken.toString();
      return taken.length;
    });
    syncBuiltinESMExports();
    let errors = 0;
    const lines = new FileLines(-1, () => errors++);
    for (const line of ['first\n', 'second\n', 'third\n']) lines.write(Buffer.from(line));
    t.mock.restoreAll();
    syncBuiltinESMExports();
    assert.equal(written, expected);
    assert.equal(errors, told);
  });
}

test('lines come to a file as they are', (t) => {
  const file = join(temporaryFolder(t), 'log');
  const descriptor = openSync(file, 'a');
  t.after(() => closeSync(descriptor));
  const lines = new FileLines(descriptor, () => assert.fail('an error was told'));
  for (const text of ['a\n', 'é\nb\n']) lines.write(Buffer.from(text));
  assert.equal(readFileSync(file, 'utf8'), 'a\né\nb\n');
});

test('an answer whose turn never came is logged as aborted, with no byte', async (context) => {
  const server = createServer((req, res) => {
    if (req.url === '/first') res.destroy();
    else res.end('whole');
  });
  const answers: Answer[] = [];
  const both = new Promise<void>((resolve) => {
    observe(
      server,
      accessLog((answer) => {
        if (answers.push(answer) === 2) resolve();
      }),
    );
  });
  context.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const heads = ['/first', '/second'].map((target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
  client.on('error', () => {}).write(heads.join(''));
  await both;
  client.destroy();
  assert.deepEqual(answers.map(({ target, bytes, aborted }) => [target, bytes, aborted]).sort(), [
    ['/first', 0, true],
    ['/second', 0, true],
  ]);
});
