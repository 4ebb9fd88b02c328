/**
 * What Node's own `write` and `end` hand to `_send` of the message they are called on: a body in pieces, the framing
 * around them, and an end.
 *
 * In: the arguments of `_send`. Out: which of these it is. How Node does it is tried on a message of its own when somebody
 * first asks; where it does something else, it is none of them: text and bytes past the framing.
 */
import type { Buffer } from 'node:buffer';
import { OutgoingMessage } from 'node:http';

export type Sent = 'piece' | 'framing' | 'end' | 'raw';

/** A piece of a body comes with its length, or with undefined where that isn't known yet: four arguments in any case. */
type Arguments = readonly [
  data: unknown,
  encoding?: unknown,
  callback?: ((error?: Error | null) => void) | null,
  length?: unknown,
];

interface Known {
  readonly lineEnd: Buffer;
  /** The name of the callback that tells of the end. */
  readonly finish: string;
}

const { write, end } = OutgoingMessage.prototype;

function learn(): Known | null {
  try {
    const calls: Arguments[] = [];
    const message = new OutgoingMessage();
    Object.assign(message, { _header: 'x', _headerSent: true, _hasBody: true, chunkedEncoding: true });
    Object.assign(message, { cork() {}, uncork() {}, _send: (...args: Arguments) => calls.push(args) > 0 });
    Reflect.apply(write, message, ['ab']);
    Reflect.apply(end, message, []);
    const [size, open, piece, close, last] = calls;
    const lineEnd = open?.[0] as Buffer;
    const isKnown = size?.[0] === '2' && piece?.[0] === 'ab' && piece.length === 4 && close?.[0] === lineEnd;
    return isKnown && `${lineEnd}` === '\r\n' && last?.[0] === '0\r\n\r\n' && typeof last[2] === 'function'
      ? { lineEnd, finish: last[2].name }
      : null;
  } catch {
    return null;
  }
}

let known: Known | null | undefined;

/** @param isChunked - the message has a body in chunks */
export function whatIsSent(sent: Arguments, isChunked: boolean): Sent {
  if (known === undefined) known = learn();
  if (known === null) return 'raw';
  const [data, encoding, callback] = sent;
  if (callback?.name === known.finish) return 'end';
  if (sent.length === 4) return 'piece';
  if (!isChunked) return 'raw';
  if (data === known.lineEnd) return 'framing';
  const isSize = typeof data === 'string' && /^[0-9a-f]{1,8}$/.test(data);
  return isSize && encoding === 'latin1' && callback === null ? 'framing' : 'raw';
}
