/**
 * Writes a response to a stream of the program's own making, which looks at what it is handed: adapters and test tools
 * put such in the place of a socket.
 *
 * In: text and bytes as they are to leave, and whoever wants to hear when they have. Out: a write for each, as it was
 * given, within the call that gave it; a head together with the text that follows it at once. Never gathers bytes, and
 * asks nothing of the stream but `writable` and `write`.
 */
import type { Socket } from 'node:net';
import { nextTick } from '../node/timers.js';
import type { SocketOutput } from './socket-output.js';
import { tell, type WriteListener } from './write-listeners.js';

/** What a response writes to. */
export type Output = Pick<
  SocketOutput,
  | 'socket'
  | 'length'
  | 'hasDropped'
  | 'leavesAtOnce'
  | 'ascii'
  | 'latin1'
  | 'put'
  | 'notify'
  | 'schedule'
  | 'push'
  | 'flush'
>;

/** What one write is to hand over. */
interface Given {
  readonly chunk: string | Uint8Array;
  readonly encoding: BufferEncoding | null | undefined;
  /** A head that reads the same in whatever encoding follows it. */
  readonly isHead?: boolean;
}

export class GivenOutput implements Output {
  readonly socket: Socket;
  readonly length = 0;
  hasDropped = false;
  readonly leavesAtOnce = false;
  /** What was given in the present call. */
  #given: Given[] = [];
  #listeners: WriteListener[] = [];
  #hasHead = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Of all text that is no piece of a body, the first is the head. */
  ascii(text: string): void {
    this.#addText(text, true);
  }

  latin1(text: string): void {
    this.#addText(text, false);
  }

  #addText(text: string, isAscii: boolean): void {
    if (this.#hasHead) this.#add(text, 'latin1');
    else this.#given.push({ chunk: text, encoding: 'latin1', isHead: isAscii });
    this.#hasHead = true;
  }

  put(chunk: string | Uint8Array, encoding: BufferEncoding | null | undefined): void {
    this.#add(chunk, encoding);
  }

  #add(chunk: string | Uint8Array, encoding: BufferEncoding | null | undefined): void {
    const { 0: first, length } = this.#given;
    const follows = length === 1 && first?.isHead;
    if (follows && typeof chunk === 'string') this.#given[0] = { chunk: `${first.chunk}${chunk}`, encoding };
    else this.#given.push({ chunk, encoding });
  }

  notify(listener: WriteListener): void {
    this.#listeners.push(listener);
  }

  schedule(): boolean {
    return this.flush();
  }

  /** Who wants to hear of what was given is told with the next `flush`. */
  push(): void {}

  flush(): boolean {
    const given = this.#given;
    const listeners = this.#listeners;
    this.#given = [];
    this.#listeners = [];
    if (!this.socket.writable) {
      // As on node:http, nothing of it leaves, and nobody is told.
      if (given.length > 0) this.hasDropped = true;
      return true;
    }
    const written = listeners.length > 0 ? (error?: Error | null) => tell(listeners, error) : undefined;
    if (given.length === 0 && written !== undefined) nextTick(written);
    const last = given.pop();
    for (const { chunk, encoding } of given) this.socket.write(chunk, encoding as BufferEncoding);
    return last === undefined || this.socket.write(last.chunk, last.encoding as BufferEncoding, written);
  }
}
