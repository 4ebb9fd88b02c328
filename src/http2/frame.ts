/**
 * A frame as it is read (RFC 9113 §4.1).
 *
 * The reader of a connection has one, which it fills again for each frame: nobody keeps it, nor the octets it points at.
 */
import { Buffer } from 'node:buffer';

export const NO_OCTETS = Buffer.alloc(0);

/** Octets that lie among others. */
export interface OctetRange {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

export class Frame implements OctetRange {
  type = 0;
  flags = 0;
  streamId = 0;
  /** Octets of the payload. */
  length = 0;
  /** The payload, once all of it has come; of DATA it never is here. */
  bytes: Buffer = NO_OCTETS;
  start = 0;
  end = 0;
}
