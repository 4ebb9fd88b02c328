/**
 * What decodes the bytes of a stream into text, once its program has called `setEncoding`.
 *
 * In: a stream that is to be read as bytes for a while. Out: its decoder, put aside, and put back. `readableEncoding`
 * says what it said.
 */
import type { Duplex } from 'node:stream';

type DecodingState = { decoder?: unknown };

const stateOf = (stream: Duplex) =>
  (stream as unknown as { _readableState?: DecodingState })._readableState as DecodingState;

/** Returns the decoder that was taken, null where there is none. */
export function takeDecoder(stream: Duplex): unknown {
  if (!stream.readableEncoding) return null;
  const state = stateOf(stream);
  const { decoder } = state;
  state.decoder = null;
  return decoder;
}

export function giveDecoder(stream: Duplex, decoder: unknown): void {
  stateOf(stream).decoder = decoder;
}
