// What a batch gives out is what was put in, whatever it is put together from and wherever it is taken.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { ASSEMBLED_BYTES, BYTES_AS_TEXT } from '../../dist/transport/limits.js';
import { type Piece, ResizedBufferError, WriteBatch } from '../../dist/transport/write-batch.js';
import { Random } from '../fuzz/random.js';
import { MARKER, poisonMemory } from './poisoned-memory.js';
import { disturb, randomAscii, randomLatin1, randomSize, randomUnicode, randomView } from './random-data.js';

poisonMemory();

/** What stands in a batch: bytes, or a view that is read only when it is taken. */
type Entry = { readonly bytes: Buffer } | { readonly view: Uint8Array; readonly length: number };

function add(random: Random, batch: WriteBatch, entries: Entry[]): void {
  const size = randomSize(random);
  switch (random.below(4)) {
    case 0: {
      const text = randomAscii(random, size);
      batch.ascii(text);
      entries.push({ bytes: Buffer.from(text, 'latin1') });
      break;
    }
    case 1: {
      const text = randomLatin1(random, size);
      batch.latin1(text);
      entries.push({ bytes: Buffer.from(text, 'latin1') });
      break;
    }
    case 2: {
      const text = randomUnicode(random, size);
      batch.utf8(text, Buffer.byteLength(text));
      entries.push({ bytes: Buffer.from(text, 'utf8') });
      break;
    }
    default: {
      const view = randomView(random, size);
      const { length } = view;
      // It may have waited elsewhere since it was counted.
      if (random.once(20)) disturb(random, view);
      batch.bytes(view, length);
      const isCopied = length <= BYTES_AS_TEXT && view.length === length;
      entries.push(isCopied ? { bytes: Buffer.from(view) } : { view, length });
    }
  }
}

const bytesOf = (entry: Entry): Uint8Array => ('bytes' in entry ? entry.bytes : entry.view);
const lengthOf = (entry: Entry): number => ('bytes' in entry ? entry.bytes.length : entry.length);

/** The bytes of a piece as a socket would send them. */
function sent({ chunk, encoding, length }: Piece): Buffer {
  assert.equal(typeof chunk === 'string', encoding !== 'buffer', 'the encoding says what the chunk is');
  const bytes =
    typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : Buffer.from(chunk);
  assert.equal(bytes.length, length, 'a piece is as long as it says');
  return bytes;
}

function take(random: Random, batch: WriteBatch): readonly Piece[] {
  if (random.once(4)) return batch.takeParts();
  const whole = batch.takeWhole();
  if (whole === null) return batch.takeParts();
  assert.ok(typeof whole.chunk === 'string' || whole.length <= ASSEMBLED_BYTES, 'large bytes are not copied');
  return [whole];
}

function checkTaken(random: Random, batch: WriteBatch, entries: readonly Entry[]): void {
  const isShrunk = entries.some((entry) => bytesOf(entry).length < lengthOf(entry));
  assert.equal(
    batch.length,
    entries.reduce((sum, entry) => sum + lengthOf(entry), 0),
  );
  let pieces: readonly Piece[] = [];
  try {
    pieces = take(random, batch);
    assert.ok(!isShrunk, 'what was shrunk does not leave');
  } catch (error) {
    if (!isShrunk || !(error instanceof ResizedBufferError)) throw error;
  }
  assert.equal(batch.length, 0);
  assert.deepEqual(batch.takeUnchecked(), [], 'nothing stays');
  if (isShrunk) return;
  const bytes = Buffer.concat(pieces.map(sent));
  // Of what grew, what was put in.
  const expected = Buffer.concat(entries.map((entry) => bytesOf(entry).subarray(0, lengthOf(entry))));
  assert.ok(bytes.equals(expected), 'what leaves is what was put in');
  assert.ok(!bytes.includes(MARKER), 'no memory leaves that was not filled');
}

function run(random: Random): void {
  const batch = new WriteBatch();
  let entries: Entry[] = [];
  for (let step = random.below(40); step >= 0; step--) {
    add(random, batch, entries);
    const entry = entries.at(-1) as Entry;
    if ('view' in entry && random.once(8)) disturb(random, entry.view);
    if (!random.once(6)) continue;
    checkTaken(random, batch, entries);
    entries = [];
  }
  checkTaken(random, batch, entries);
}

const PROGRAMS = 500;

for (const seed of [1, 2, 3]) {
  test(`a batch gives out what was put in, in ${PROGRAMS} programs of the seed ${seed}`, () => {
    const random = new Random(seed);
    for (let count = 0; count < PROGRAMS; count++) run(random);
  });
}

const HALVES = [
  '\ud83d',
  '\ude00',
  'a\ud83d',
  '\ude00b',
  '\ud83d\ud83d',
  '\ude00\ude00',
  '',
  '\u{1f600}',
  'é',
  'x',
];

test('no text is joined with the text beside it, in any three in a row', () => {
  for (const one of HALVES) {
    for (const two of HALVES) {
      for (const three of HALVES) {
        const batch = new WriteBatch();
        const texts = [one, two, three];
        for (const text of texts) batch.utf8(text, Buffer.byteLength(text));
        const whole = batch.takeWhole();
        assert.deepEqual(
          whole && sent(whole),
          Buffer.concat(texts.map((text) => Buffer.from(text))),
          JSON.stringify(texts),
        );
      }
    }
  }
});

test('more than is worth copying stays in its parts, however small they are', () => {
  const batch = new WriteBatch();
  for (let part = 0; part < 300; part++) {
    batch.latin1('é');
    batch.utf8('é', 2);
    batch.bytes(Buffer.alloc(BYTES_AS_TEXT + 1, part), BYTES_AS_TEXT + 1);
  }
  assert.ok(batch.length > ASSEMBLED_BYTES);
  assert.equal(batch.takeWhole(), null);
  assert.equal(batch.takeParts().length, 900);
});

for (const [what, resize] of [
  ['shorter', (buffer: ArrayBuffer) => (buffer as unknown as { resize(n: number): void }).resize(1500)],
  ['transferred', (buffer: ArrayBuffer) => void structuredClone(buffer, { transfer: [buffer] })],
] as const) {
  for (const others of [0, 10, ASSEMBLED_BYTES]) {
    test(`bytes that were made ${what} after they were written never leave, beside ${others} others`, () => {
      const memory = new (ArrayBuffer as new (n: number, o: object) => ArrayBuffer)(2000, {
        maxByteLength: 3000,
      });
      const batch = new WriteBatch();
      batch.ascii('before');
      batch.bytes(new Uint8Array(memory), 2000);
      batch.ascii('x'.repeat(others));
      resize(memory);
      assert.throws(() => batch.takeWhole() ?? batch.takeParts(), ResizedBufferError);
      assert.equal(batch.length, 0);
      assert.deepEqual(batch.takeParts(), []);
    });
  }
}

test('of bytes that were made longer after they were written, as much leaves as was written', () => {
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: object,
  ) => ArrayBuffer & { resize(length: number): void };
  const memory = new Resizable(2000, { maxByteLength: 3000 });
  const batch = new WriteBatch();
  batch.bytes(new Uint8Array(memory), 2000);
  memory.resize(2500);
  assert.deepEqual(batch.takeParts().map(sent), [Buffer.alloc(2000)]);
});
