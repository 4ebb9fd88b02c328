// Memory that isn't filled shows: what `Buffer.allocUnsafe` gives out holds a byte that no test writes.
import { Buffer } from 'node:buffer';

/** In no UTF-8, and in none of the bytes that `harmless` makes. */
export const MARKER = 0xfe;

/** From here on, memory is full of the marker when it is allocated. */
export function poisonMemory(): void {
  for (const name of ['allocUnsafe', 'allocUnsafeSlow'] as const) {
    const allocate = Buffer[name];
    Buffer[name] = ((size: number) => allocate(size).fill(MARKER)) as typeof allocate;
  }
}

/** A character code that doesn't look like the marker in latin1. */
export function harmless(code: number): number {
  return (code & 0xff) === MARKER ? code - 1 : code;
}
