// Random programs on node:http and on premier: what one observes the other must, but for what docs/compatibility.md
// lists. `npm run fuzz` goes on with other seeds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import nodeHttp from 'node:http';
import { after, before, test } from 'node:test';
import { changes } from './programs/comparable-programs.js';
import { compare } from './programs/comparison.js';
import { departures } from './programs/departures.js';
import { failureRows } from './programs/failed-calls.js';
import { framingRows } from './programs/framing-steps.js';
import { overRow } from './programs/interpreter.js';
import { differences, explain } from './programs/judge.js';
import { brokenLaws, explainBroken } from './programs/laws.js';
import { leftOut, listRow } from './programs/left-out-steps.js';
import { refusalRows } from './programs/listed-comparison.js';
import { eventRows } from './programs/listed-events.js';
import { GET, metAlone } from './programs/met-alone.js';
import { metByTime } from './programs/met-by-time.js';
import { metByLaws, metInSegment } from './programs/met-in-segment.js';
import { metPipelined } from './programs/met-pipelined.js';
import { metReading } from './programs/met-reading.js';
import { poisonMemory } from './programs/poisoned-memory.js';
import { randomProgram, wildProgram } from './programs/random-program.js';
import { run } from './programs/run.js';
import { isWhole } from './programs/whole-requests.js';
import { readResponses } from './programs/wire-responses.js';
import { Random } from './random.js';

/** Programs of the seeds 1 to this. */
const PROGRAMS = 400;

/** Wild programs of the seeds 1 to this. */
const WILD_PROGRAMS = 150;

let restoreMemory: () => void;
before(() => {
  restoreMemory = poisonMemory();
});
after(() => restoreMemory());

test('each departure that the fuzz knows is a row of docs/compatibility.md', () => {
  const page = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
  const tables = [framingRows, eventRows, failureRows, refusalRows, { listRow, overRow }];
  const rows = [...departures, ...changes, ...leftOut].map(({ row }) => row);
  for (const row of [...rows, ...tables.flatMap((table) => Object.values(table))])
    assert.ok(page.includes(`\n| ${row} |`), row);
});

test('a program is observed twice the same on node:http', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const program = randomProgram(new Random(seed));
    const [first, second] = [await run(nodeHttp, program), await run(nodeHttp, program)];
    assert.deepEqual(compare(first, second), [], `the program of the seed ${seed}`);
  }
});

test(`${PROGRAMS} programs observe the same on premier as on node:http, but for what is listed`, async () => {
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const program = randomProgram(new Random(seed));
    const found = await differences(program);
    if (found.length > 0) assert.fail(`the program of the seed ${seed} differs:\n${await explain(program)}`);
  }
});

test(`${WILD_PROGRAMS} programs of any kind keep the laws that have no exception`, async () => {
  for (let seed = 1; seed <= WILD_PROGRAMS; seed++) {
    const program = wildProgram(new Random(seed));
    const broken = await brokenLaws(program);
    if (broken.length > 0)
      assert.fail(`the wild program of the seed ${seed}:\n${await explainBroken(program)}`);
  }
});

for (const [what, program] of metByLaws) {
  test(`programs keep the laws with ${what}`, async () => {
    assert.deepEqual(await brokenLaws(program), []);
  });
}

for (const [what, program] of [...metAlone, ...metPipelined, ...metByTime, ...metInSegment, ...metReading]) {
  test(`programs agree on ${what}, and keep the laws`, async () => {
    if ((await differences(program)).length > 0) assert.fail(await explain(program));
    assert.deepEqual(await brokenLaws(program), []);
  });
}

const wires: [what: string, wire: string, methods: string[], fault: RegExp | null][] = [
  ['a whole response', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na', ['GET'], null],
  [
    'one in chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    ['GET'],
    null,
  ],
  ['one without a body', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n', ['HEAD'], null],
  [
    'two framings',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ['GET'],
    /beside/,
  ],
  ['a body in a 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\na', ['GET'], /204/],
  [
    'a byte too many',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabHTTP/1.1 200 OK\r\n\r\n',
    ['GET', 'GET'],
    /status line/,
  ],
  [
    'a chunk of another size',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n',
    ['GET'],
    /line end/,
  ],
  ['one too many', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', ['GET'], /nobody/],
];

for (const [what, wire, methods, fault] of wires) {
  test(`a client ${fault === null ? 'reads' : 'sees'} ${what}`, () => {
    const { fault: found } = readResponses(wire, methods, false);
    if (fault === null) assert.equal(found, null);
    else assert.match(`${found}`, fault);
  });
}

const sent: [what: string, text: string, isAll: boolean][] = [
  ['a head', GET, true],
  ['a head that is cut', GET.slice(0, -1), false],
  ['a body of a length', 'PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab', true],
  ['one that is cut', 'PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\na', false],
  ['chunks', 'PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n', true],
  [
    'a chunk with an extension, and trailers',
    `PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;b=c\r\na\r\n0\r\nA: b\r\n\r\n${GET}`,
    true,
  ],
  ['no chunk of several', 'PUT / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n', false],
  ['chunks without their end', 'PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n', false],
];

for (const [what, text, isAll] of sent) {
  test(`${what} is ${isAll ? 'a whole request' : 'no whole request'}`, () =>
    assert.equal(isWhole(text), isAll));
}

test('uninitialised memory that is sent is seen', () => {
  const clean = { steps: {}, events: {}, order: [], wire: 'a', state: 'open' as const };
  const memory = Buffer.allocUnsafe(8).toString('latin1');
  const sent = { restless: false, sections: [{ ...clean, wire: memory }] };
  assert.equal(compare({ restless: false, sections: [clean] }, sent)[0]?.what, 'memory');
});
