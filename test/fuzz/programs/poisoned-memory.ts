// Fills the memory of Buffers that nobody has written to yet, so that it is seen where it is sent.
import { Buffer } from 'node:buffer';
import { POISON } from './comparison.js';

/** From now on, whatever is allocated without being cleared is full of poison. Returns what undoes that. */
export function poisonMemory(): () => void {
  const { allocUnsafe, allocUnsafeSlow } = Buffer;
  Buffer.allocUnsafe = (size) => allocUnsafe(size).fill(POISON);
  Buffer.allocUnsafeSlow = (size) => allocUnsafeSlow(size).fill(POISON);
  return () => Object.assign(Buffer, { allocUnsafe, allocUnsafeSlow });
}
