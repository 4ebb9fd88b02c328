// A client on a connection of its own, beside that of a program: what it sends comes back, and is seen nowhere else.
// In: when to say something. Out: what it has got. Says it in the turn in which the program's client acts, so that both are
// read, and answered, one right after the other.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import net, { type Socket } from 'node:net';
import type { Trace } from './trace.js';
import { readResponses } from './wire-responses.js';

const TARGET = '/bystander';

/** A byte that no program writes and no other client sends. */
export const MARK = '\xa7';

/** Answers a bystander. Returns false where the request is another's. */
export function answersBystander(req: IncomingMessage, res: ServerResponse): boolean {
  if (req.url !== TARGET) return false;
  req.pipe(res);
  return true;
}

export class Bystander {
  readonly #socket: Socket;
  #sent = '';
  #received = '';
  #pieces = 0;
  #isCut = false;

  constructor(port: number, trace: Trace) {
    this.#socket = net.connect({ port, host: '127.0.0.1' });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (bytes: Buffer) => {
      trace.activity++;
      this.#received += bytes.toString('latin1');
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      trace.activity++;
      this.#isCut = true;
    });
  }

  async connected(): Promise<void> {
    await once(this.#socket, 'connect');
    this.#write(`POST ${TARGET} HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n`);
  }

  #write(text: string): void {
    if (!this.#isCut) this.#socket.write(Buffer.from(text, 'latin1'));
  }

  /** Sends another piece, each of another length. */
  say(): void {
    const text = `${MARK}${++this.#pieces}`.repeat(this.#pieces ** 2);
    this.#sent += text;
    this.#write(`${text.length.toString(16)}\r\n${text}\r\n`);
  }

  finish(): void {
    this.#write('0\r\n\r\n');
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** What is wrong with what it has got; null where nothing is. */
  get fault(): string | null {
    const { responses, fault } = readResponses(this.#received, ['POST'], this.#isCut);
    if (fault !== null) return fault;
    const [response] = responses;
    if (response === undefined) return this.#isCut ? null : 'no answer';
    if (!this.#sent.startsWith(response.body)) return 'a body that it did not send';
    const isAll = response.isWhole && response.body === this.#sent;
    return isAll || this.#isCut ? null : 'an answer that is not whole';
  }
}
