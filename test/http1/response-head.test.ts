// Heads composed from random lists of fields: framed once and truly, and to the byte as node:http has them wherever
// docs/compatibility.md doesn't say otherwise.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { NewFieldList } from '../../dist/http/field-list.js';
import { composeHead, type ResponseFacts, type ResponseHead } from '../../dist/http1/response-head.js';
import { Random } from '../fuzz/random.js';

type Field = [name: string, value: string];

const VALUES: Record<string, readonly string[]> = {
  'content-length': ['0', '5', '5', '007', ' 5', '5, 5', '-1', '+5', '5x', '', '1e3', '9007199254740993'],
  'transfer-encoding': [
    'chunked',
    'Chunked',
    'gzip',
    'gzip, chunked',
    'chunked, gzip',
    'chunked, chunked',
    '',
    'chunkedx',
    ' chunked ',
  ],
  connection: ['close', 'Close', 'keep-alive', 'upgrade', 'keep-alive, close', ''],
  'keep-alive': ['timeout=1', ''],
  trailer: ['X-Trailer'],
  date: ['today'],
  'x-other': ['1', 'Content-Length: 5', '', 'é'],
};
const NAMES = Object.keys(VALUES);

/** A name in one of its spellings. */
function spelt(random: Random, name: string): string {
  if (random.once(4)) return name.toUpperCase();
  return random.once(2) ? name : name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function randomFields(random: Random): Field[] {
  return random.several(random.pick([2, 4, 7]), () => {
    const name = random.pick(NAMES);
    // Such as most programs set come as often as those that only a few do.
    const values = VALUES[name] as readonly string[];
    return [spelt(random, name), random.once(2) ? (values[0] as string) : random.pick(values)];
  });
}

interface Case {
  readonly method: string;
  readonly minor: number;
  readonly facts: ResponseFacts;
  readonly fields: Field[];
}

function randomCase(random: Random): Case {
  const method = random.pick(['GET', 'GET', 'HEAD', 'POST']);
  const minor = random.once(4) ? 0 : 1;
  const statusCode = random.pick([200, 200, 404, 204, 304, 500, 100, 199, 999]);
  const facts: ResponseFacts = {
    statusCode,
    statusMessage: random.pick(['OK', 'Reason', '', 'é']),
    sendDate: false,
    shouldKeepAlive: random.once(2),
    useChunkedEncodingByDefault: minor === 1,
    maxRequestsOnConnectionReached: random.once(6),
    _hasBody: method !== 'HEAD' && statusCode >= 200 && statusCode !== 204 && statusCode !== 304,
    _contentLength: random.once(2) ? random.pick([0, 5, 2000]) : null,
    _removedConnection: random.once(6),
    _removedContLen: random.once(6),
    _removedTE: random.once(6),
    _defaultKeepAlive: !random.once(6),
    _keepAliveTimeout: random.pick([0, 5000, 72_500]),
    _maxRequestsPerSocket: random.pick([0, 10]),
  };
  return { method, minor, facts, fields: randomFields(random) };
}

function compose({ facts, fields }: Case, ends: boolean): ResponseHead {
  const list = new NewFieldList();
  for (const [name, value] of fields) list.add(name.toLowerCase(), name, value);
  return composeHead(facts, list, 'Date: now\r\n', ends);
}

const valuesOf = (fields: readonly Field[], name: string) =>
  fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);

/** What holds of every head, whatever was set. */
function checkFraming(made: Case, head: ResponseHead, ends: boolean): void {
  const { facts, minor } = made;
  assert.ok(head.text.endsWith('\r\n\r\n'));
  const [status, ...lines] = head.text.slice(0, -4).split('\r\n');
  assert.equal(status, `HTTP/1.1 ${facts.statusCode} ${facts.statusMessage}`);
  const fields = lines.map((line): Field => {
    const [name, value] = line.split(/: (.*)/s, 2);
    return [name as string, value as string];
  });
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  // Empty elements of a list say nothing (RFC 9110 §5.6.1.2).
  const said = codings
    .join()
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter(Boolean);
  const isChunked = said.at(-1) === 'chunked';
  assert.ok(said.filter((coding) => coding === 'chunked').length <= 1, 'chunked once');
  assert.ok(lengths.length === 0 || codings.length === 0, 'not both framing fields');
  assert.ok(lengths.length <= 1, 'one length');
  for (const length of lengths) assert.match(length, /^\d+$/, 'a length is a number');
  if (facts.statusCode < 200 || facts.statusCode === 204) {
    assert.deepEqual([...lengths, ...codings], [], 'no framing where no body may be');
  }
  if (facts.statusCode === 304 || minor === 0) assert.deepEqual(codings, [], 'no coding');
  // A 304 has no body, and tells the length of what it stands for.
  if (facts.statusCode !== 304 && valuesOf(made.fields, 'transfer-encoding').some((value) => value.trim()))
    assert.deepEqual(lengths, [], 'no length of what was to be coded');
  if (facts._hasBody) {
    assert.equal(head.chunked, isChunked, 'chunks are said');
    assert.equal(
      head.bodyLength,
      lengths.length > 0 ? Number(lengths[0]) : -1,
      'the length is the one that is said',
    );
    if (!isChunked && lengths.length === 0) assert.ok(head.last, 'what the close delimits is the last');
  }
  if (ends || facts.statusCode < 200) assert.ok(head.last, 'it ends');
  const asked = valuesOf(fields, 'connection').join().toLowerCase().split(',');
  if (asked.some((option) => option.trim() === 'close') && !facts.maxRequestsOnConnectionReached)
    assert.ok(head.last, 'who is told to close sees the close');
  const isFraming = ([name]: Field) => /^(content-length|transfer-encoding)$/i.test(name);
  const others = made.fields.filter((field) => !isFraming(field));
  const sent = fields.filter((field) => !isFraming(field)).slice(0, others.length);
  assert.deepEqual(sent, others, 'what is not about the framing leaves as it was set');
}

/** What docs/compatibility.md says is otherwise than on node:http. */
function departs({ facts, fields, minor }: Case): boolean {
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  const { statusCode } = facts;
  if (lengths.length > 1 || !lengths.every((length) => /^\d+$/.test(length) && Number(length) < 2 ** 53))
    return true;
  if (lengths.some((length) => length !== String(Number(length)))) return true;
  if (codings.length > 1 || !codings.every((coding) => /^(gzip, )?chunked$/i.test(coding))) return true;
  if (lengths.length > 0 && (codings.length > 0 || statusCode === 204)) return true;
  if (codings.length > 0 && (minor === 0 || statusCode === 204 || statusCode === 304)) return true;
  if (facts._removedTE && facts._hasBody && codings.length + lengths.length === 0) return true;
  return statusCode < 200;
}

/** The head as node:http composes it; null where it refuses to. */
function nodeHead({
  method,
  minor,
  facts,
  fields,
}: Case): { text: string; last: boolean; chunked: boolean } | null {
  const request = { method, httpVersionMajor: 1, httpVersionMinor: minor, headers: {} };
  const response = new http.ServerResponse(request as http.IncomingMessage);
  const { statusCode, statusMessage, ...others } = facts;
  Object.assign(response, others);
  try {
    response.writeHead(statusCode, statusMessage, fields.flat());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_HTTP_TRAILER_INVALID') return null;
    throw error;
  }
  const { _header, _last } = response as unknown as { _header: string; _last: boolean };
  return { text: _header, last: _last, chunked: response.chunkedEncoding };
}

function checkOracle(made: Case, head: ResponseHead): void {
  const expected = nodeHead(made);
  const trailerFails = head.set.hasTrailer && !head.chunked;
  assert.equal(trailerFails, expected === null, 'a Trailer field needs chunks');
  if (expected === null) return;
  assert.equal(head.text, expected.text);
  assert.equal(head.last, expected.last, 'last');
  assert.equal(head.chunked, expected.chunked, 'chunked');
}

const CASES = 20_000;

for (const seed of [1, 2]) {
  test(`${CASES} heads of the seed ${seed} are framed truly, and as on node:http`, () => {
    const random = new Random(seed);
    let compared = 0;
    for (let count = 0; count < CASES; count++) {
      const made = randomCase(random);
      try {
        const ends = random.once(8);
        checkFraming(made, compose(made, ends), ends);
        if (departs(made)) continue;
        checkOracle(made, compose(made, false));
        compared++;
      } catch (error) {
        throw new Error(`${error}\ncase ${JSON.stringify(made)}`, { cause: error });
      }
    }
    assert.ok(compared > CASES / 4, `only ${compared} were compared`);
  });
}

test('A head is what it would be alone, whichever came before it', () => {
  const random = new Random(20_261_127);
  const unlike: Case = { ...randomCase(random), fields: [['X-Unlike', 'all others']] };
  for (let round = 0; round < 2000; round++) {
    const made = randomCase(random);
    const near = nearTo(random, made);
    compose(unlike, false);
    const alone = compose(near, false);
    for (const before of [unlike, made, made, near, near]) compose(before, false);
    assert.deepEqual(compose(near, false), alone, JSON.stringify(near));
    for (const before of [unlike, made, made]) compose(before, false);
    assert.deepEqual(compose(near, false), alone, JSON.stringify([made, near]));
  }
});

/** The same but for one thing. */
function nearTo(random: Random, made: Case): Case {
  const other = randomCase(random);
  if (random.once(2)) {
    const name = random.pick(Object.keys(made.facts)) as keyof ResponseFacts;
    return { ...made, facts: { ...made.facts, [name]: other.facts[name] } };
  }
  const fields = [...made.fields];
  const place = random.below(fields.length + 1);
  fields.splice(place, random.below(2), ...other.fields.slice(0, random.below(2)));
  return { ...made, fields };
}
