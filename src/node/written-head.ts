/**
 * What a program answers on a connection that has left HTTP, for whoever observes: the socket is the program's, and nothing
 * of what it writes passes the engine any more.
 *
 * In: the socket, before the program has it. Out: the head of the answer, once, latin1. Looks at what is written until that
 * head is over, then leaves the socket as it was. Used only where somebody observes such answers.
 */
import { Buffer } from 'node:buffer';

/** Characters after which what is written is no head. */
const MOST = 16 * 1024;

type Chunk = string | Uint8Array;
type Note = (chunk: Chunk, encoding: BufferEncoding) => void;

interface Piece {
  readonly chunk: Chunk;
  readonly encoding: BufferEncoding;
}

/** A socket, as its `Writable` hands over what was written. */
interface Writing {
  _write(chunk: Chunk, encoding: BufferEncoding, written: unknown): void;
  _writev?: (chunks: readonly Piece[], written: unknown) => void;
}

/** @param tell - takes the head, its empty line included */
export function readWrittenHead(socket: object, tell: (head: string) => void): void {
  const { _write: write, _writev: writev } = socket as Writing;
  let head = '';
  let isOver = false;
  const note: Note = (chunk, encoding) => {
    if (isOver) return;
    head += textOf(chunk, encoding);
    const end = head.indexOf('\r\n\r\n');
    isOver = end >= 0 || head.length > MOST;
    if (!isOver) return;
    for (const restore of restores) restore();
    if (end >= 0) tell(head.slice(0, end + 4));
  };
  const restores = [
    shadow(socket, '_write', (chunk: Chunk, encoding: BufferEncoding, written: unknown) => {
      note(chunk, encoding);
      Reflect.apply(write, socket, [chunk, encoding, written]);
    }),
  ];
  if (typeof writev !== 'function') return;
  const noted = (chunks: readonly Piece[], written: unknown) => {
    for (const { chunk, encoding } of chunks) note(chunk, encoding);
    Reflect.apply(writev, socket, [chunks, written]);
  };
  restores.push(shadow(socket, '_writev', noted));
}

/** Puts a method before that of an object; returns what takes it away again. */
function shadow(object: object, name: keyof Writing, method: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value: method, configurable: true, writable: true });
  return () => {
    // Somebody else may have put another one before it.
    if (Object.getOwnPropertyDescriptor(object, name)?.value !== method) return;
    if (before === undefined) Reflect.deleteProperty(object, name);
    else Object.defineProperty(object, name, before);
  };
}

function textOf(chunk: Chunk, encoding: BufferEncoding): string {
  if (typeof chunk === 'string') return Buffer.from(chunk.slice(0, MOST), encoding).toString('latin1');
  return Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.length, MOST)).toString('latin1');
}
