// Text and bytes as programs write them, of sizes around every bound that decides how they leave.
import { Buffer } from 'node:buffer';
import { ASSEMBLED_BYTES, BYTES_AS_TEXT, LARGE_PART_BYTES } from '../../dist/transport/limits.js';
import type { Random } from '../fuzz/random.js';
import { harmless } from './poisoned-memory.js';

/** `ASSEMBLED_BYTES` is big: data of that size comes seldom. */
const BOUNDS = [BYTES_AS_TEXT, LARGE_PART_BYTES, 16 * 1024];

export function randomSize(random: Random): number {
  if (random.once(4)) return random.below(3);
  if (random.once(60)) return ASSEMBLED_BYTES - 1 + random.below(3);
  if (random.once(6)) return random.pick(BOUNDS) - 1 + random.below(3);
  return random.below(random.pick([8, 100, 3000]));
}

const UTF8_PIECES = [
  'é',
  '€',
  '\u{1f600}',
  '\ud83d',
  '\ude00',
  '\ufffd',
  '\uffff',
  '\u0000',
  'a',
  '\x7f',
  '\x80',
];

/** Text of `size` characters, of those that `make` gives; long text repeats itself. */
function text(size: number, make: () => string): string {
  let made = '';
  while (made.length < Math.min(size, 500)) made += make();
  // May cut a pair in two.
  return made.repeat(Math.ceil(size / Math.max(made.length, 1))).slice(0, size);
}

export function randomAscii(random: Random, size: number): string {
  return text(size, () => String.fromCharCode(32 + random.below(95)).repeat(1 + random.below(size)));
}

/** Characters of one byte, and some of two, of which latin1 takes the lower one. */
export function randomLatin1(random: Random, size: number): string {
  const end = random.once(5) ? 0x10000 : 0x100;
  return text(size, () => String.fromCharCode(harmless(random.below(end))).repeat(1 + random.below(size)));
}

/** Text that begins and ends with halves of pairs as often as not. */
export function randomUnicode(random: Random, size: number): string {
  return text(size, () => random.pick(UTF8_PIECES).repeat(random.once(3) ? 1 + random.below(size) : 1));
}

/** Bytes in memory of every kind that a program can have. */
export function randomView(random: Random, size: number): Uint8Array {
  const before = random.below(9);
  const memory = randomMemory(random, before + size + random.below(9));
  const whole = new Uint8Array(memory);
  for (let i = 0, byte = 0; i < whole.length; i++) {
    if (i % 64 === 0) byte = random.below(256);
    whole[i] = harmless((byte + i) & 0xff);
  }
  const length = random.once(4) ? undefined : size;
  return random.once(2) ? new Uint8Array(memory, before, length) : Buffer.from(memory, before, length);
}

type ResizableConstructor<T> = new (length: number, options: { maxByteLength: number }) => T;

function randomMemory(random: Random, size: number): ArrayBuffer | SharedArrayBuffer {
  const options = { maxByteLength: size + 5000 };
  switch (random.below(4)) {
    case 0:
      return new SharedArrayBuffer(size);
    case 1:
      return new (SharedArrayBuffer as ResizableConstructor<SharedArrayBuffer>)(size, options);
    case 2:
      return new (ArrayBuffer as ResizableConstructor<ArrayBuffer>)(size, options);
    default:
      return new ArrayBuffer(size);
  }
}

type Changing = { resizable?: boolean; growable?: boolean; maxByteLength: number } & {
  resize(length: number): void;
  grow(length: number): void;
};

/** Does to the memory of a view what a program may do after it wrote the view. */
export function disturb(random: Random, { buffer }: Uint8Array): void {
  if (buffer.byteLength === 0) return;
  const changing = buffer as unknown as Changing;
  if (changing.growable) {
    changing.grow(buffer.byteLength + random.below(changing.maxByteLength - buffer.byteLength + 1));
  } else if (changing.resizable && random.once(2)) {
    changing.resize(random.once(2) ? random.below(changing.maxByteLength) : buffer.byteLength);
  } else if (buffer instanceof ArrayBuffer) {
    structuredClone(buffer, { transfer: [buffer] });
  }
}
