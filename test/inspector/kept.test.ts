// What the inspector keeps of exchanges: the right octets, no more of them than it was told, and in memory that is bounded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExchangeRecord } from '../../dist/inspector/exchange-record.js';
import { OpenRecords } from '../../dist/inspector/open-records.js';
import { RecentExchanges } from '../../dist/inspector/recent-exchanges.js';
import { SetNames } from '../../dist/inspector/set-names.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Nothing of a connection is looked at here. */
const nobody = {} as never;

const begin = (recent: RecentExchanges): ExchangeRecord => recent.begin(nobody, 0);

function keepHead(recent: RecentExchanges, record: ExchangeRecord, head: string): void {
  recent.grow(record, record.keepRequestHead(Buffer.from(head, 'latin1'), 0, head.length));
}

/** Bytes of the memory that whatever is kept of bodies lies in, each counted once. */
function memoryOf(recent: RecentExchanges): number {
  const memory = new Set<ArrayBufferLike>();
  for (const { requestBody, responseBody } of recent) {
    memory.add(requestBody.kept.buffer);
    memory.add(responseBody.kept.buffer);
  }
  return [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

for (const [what, length, pieces] of [
  ['of 100 bytes', 100, 1],
  ['of 5 KiB', 5 * KIB, 1],
  ['of 40 KiB', 40 * KIB, 1],
  ['larger than what is kept of each', 100 * KIB, 1],
  ['in a hundred pieces', 20 * KIB, 100],
] as const) {
  test(`10,000 bodies ${what} take no more memory than the options say`, () => {
    const [maxExchanges, maxBytes, maxBodyBytes] = [1000, 8 * MIB, 64 * KIB];
    const recent = new RecentExchanges(maxExchanges, maxBytes);
    const piece = Buffer.alloc(length / pieces, 'x');
    const text = piece.toString();
    let most = 0;
    for (let i = 1; i <= 10_000; i++) {
      const record = begin(recent);
      keepHead(recent, record, `POST /${i} HTTP/1.1\r\nHost: a\r\n\r\n`);
      for (let j = 0; j < pieces && !record.isDropped; j++) {
        recent.grow(record, record.requestBody.add(piece, null, piece.length, maxBodyBytes, record.id));
        recent.grow(record, record.responseBody.add(text, 'utf8', piece.length, maxBodyBytes, record.id));
      }
      record.outcome = 'complete';
      assert.ok(recent.count <= maxExchanges && recent.bytes <= maxBytes);
      if (i % 1000 === 0) most = Math.max(most, memoryOf(recent), recent.allocated);
    }
    assert.ok(recent.count > 40 && recent.oldestId > 8000, `${recent.count}`);
    // What was counted, and at most two chunks of which a part is free, or another exchange's.
    assert.ok(most <= maxBytes + 128 * KIB, `${most}`);
    recent.clear();
    assert.deepEqual([recent.count, recent.bytes, recent.allocated, memoryOf(recent)], [0, 0, 0, 0]);
  });
}

/** Numbers that are the same in each run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

for (const seed of [1, 2, 3]) {
  test(`what is kept of exchanges that overlap is theirs, whatever is dropped and used again (${seed})`, () => {
    const random = randomNumbers(seed);
    const bound = 6000;
    const recent = new RecentExchanges(60, 100_000);
    const sent = new Map<number, { head: string; answer: string; request: string; response: string }>();
    const open: ExchangeRecord[] = [];
    const lengths = [0, 1, 11, 63, 64, 65, 300, 4000, 4097, 9000, 70_000];
    const textOf = (letter: string) => letter.repeat(lengths[random(lengths.length)] as number);
    for (let step = 0; step < 4000; step++) {
      if (open.length < 8) {
        const record = begin(recent);
        const head = `GET /${record.id} HTTP/1.1\r\nX: ${'h'.repeat(random(random(20) === 0 ? 70_000 : 300))}\r\n\r\n`;
        keepHead(recent, record, head);
        sent.set(record.id, { head, answer: '', request: '', response: '' });
        open.push(record);
      }
      const index = random(open.length);
      const record = open[index] as ExchangeRecord;
      const told = sent.get(record.id) as { answer: string; request: string; response: string };
      const add = (name: 'request' | 'response', data: string, isBytes: boolean) => {
        const length = Buffer.byteLength(data);
        const body = name === 'request' ? record.requestBody : record.responseBody;
        const bytes = isBytes ? Buffer.from(data) : data;
        recent.grow(record, body.add(bytes, isBytes ? null : 'utf8', length, bound, record.id));
        told[name] += data;
      };
      if (!record.isDropped) {
        const kind = random(4);
        if (kind === 0) add('request', textOf(String.fromCharCode(97 + random(26))), true);
        else if (kind === 1) add('response', textOf(['a', 'é', '😀'][random(3)] as string), random(2) === 0);
        else if (kind === 2 && told.answer === '') {
          told.answer = `HTTP/1.1 200 OK\r\nDate: ${random(3)}\r\n\r\n`;
          recent.grow(record, record.keepResponseHead(told.answer));
        }
      }
      if (random(6) === 0) {
        record.outcome = random(10) === 0 ? 'upgraded' : 'complete';
        open.splice(index, 1);
      }
      if (step % 50 !== 0) continue;
      for (const kept of recent) {
        const { head, answer, request, response } = sent.get(kept.id) as NonNullable<
          ReturnType<typeof sent.get>
        >;
        assert.equal(kept.requestHead, head);
        assert.equal(kept.target, `/${kept.id}`);
        assert.equal(kept.responseHead ?? '', answer);
        for (const [body, all] of [
          [kept.requestBody, request],
          [kept.responseBody, response],
        ] as const) {
          const octets = Buffer.from(all);
          assert.equal(body.total, octets.length);
          assert.ok(body.kept.equals(octets.subarray(0, bound)), `${kept.id} ${body.kept.length}`);
        }
      }
    }
    assert.ok(recent.oldestId > 500);
  });
}

for (const [encoding, text, octets, bound, kept] of [
  ['utf8', 'é', 2, 1, '\xc3'],
  ['utf8', 'aé', 3, 2, 'a\xc3'],
  ['utf16le', 'abcd', 8, 4, 'a\0b\0'],
  ['hex', '616263', 3, 2, 'ab'],
  ['base64', 'YWJj', 3, 2, 'ab'],
  ['latin1', 'é', 1, 1, '\xe9'],
  ['utf8', 'ab', 1, 9, 'a'],
] as const) {
  test(`of ${JSON.stringify(text)} in ${encoding}, ${octets} octets, ${bound} are kept as they are`, () => {
    const recent = new RecentExchanges(2, MIB);
    // Memory that others had before it.
    keepHead(recent, begin(recent), 'z'.repeat(1000));
    const record = begin(recent);
    record.responseBody.add(text, encoding, octets, bound, record.id);
    assert.equal(record.responseBody.kept.toString('latin1'), kept);
    assert.equal(record.responseBody.total, octets);
  });
}

test('the fields of a request are found in its head as it was', () => {
  const recent = new RecentExchanges(2, MIB);
  const record = begin(recent);
  keepHead(
    recent,
    record,
    '\r\nGET /a?b=c d HTTP/1.1\r\nHost: a\r\ncookie:x=\xe9 \r\nX-Long: one\r\n two\r\nX:\r\n\r\n',
  );
  assert.equal(record.target, '/a?b=c d');
  assert.deepEqual(record.rawHeaders, ['Host', 'a', 'cookie', 'x=\xe9', 'X-Long', 'one two', 'X', '']);
});

test('an exchange that ends late is found, however many began since', () => {
  const open = new OpenRecords();
  const recent = new RecentExchanges(2000, MIB);
  const records = Array.from({ length: 1000 }, (_, index) => {
    const record = begin(recent);
    open.add({ id: index + 1 }, record);
    // Every other one ends at once.
    if (index % 2 === 1) open.delete({ id: index + 1 });
    return record;
  });
  for (const [index, record] of records.entries()) {
    assert.equal(open.get({ id: index + 1 }), index % 2 === 1 ? undefined : record);
    open.delete({ id: index + 1 });
    assert.equal(open.get({ id: index + 1 }), undefined);
  }
});

test('names of fields that were set are one list for all that set the same', () => {
  const names = new SetNames();
  const one = names.of(['content-type', 'Content-Type', 'a', 'etag', 'ETag', 'b']);
  assert.deepEqual(one, ['content-type', 'etag']);
  assert.equal(names.of(['content-type', 'content-TYPE', 'c', 'etag', 'ETag', 'd']), one);
  assert.deepEqual(names.of(['etag', 'ETag', 'b']), ['etag']);
  assert.deepEqual(names.of([]), []);
  for (let i = 0; i < 40; i++) assert.deepEqual(names.of([`x-${i}`, `X-${i}`, '']), [`x-${i}`]);
  assert.deepEqual(names.of(['content-type', 'Content-Type', 'a', 'etag', 'ETag', 'b']), one);
});
