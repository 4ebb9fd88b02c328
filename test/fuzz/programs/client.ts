// The client of a run: sends what the script says and notes every byte that comes.
// In: actions. Out: notes. It decides nothing by itself: no parser, no answer to what comes.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import type { ClientAction } from './program.js';
import type { Trace } from './trace.js';
import { isWhole } from './whole-requests.js';

export class Client {
  readonly #socket: Socket;
  /** Whether it has sent all it will. */
  hasLeft = false;
  /** Whether what it has sent is whole requests. */
  hasSentWhole = true;
  #sent = '';

  constructor(port: number, trace: Trace) {
    this.#socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (bytes: Buffer) => trace.wire(bytes));
    this.#socket.on('end', () => {
      trace.activity++;
      if (trace.state === 'open') trace.state = 'ended';
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      trace.activity++;
      trace.state = `reset ${error.code}`;
    });
    this.#socket.on('close', () => {
      trace.activity++;
      if (!trace.state.startsWith('reset')) trace.state = 'closed';
    });
  }

  async connected(): Promise<void> {
    await once(this.#socket, 'connect');
  }

  act(action: Exclude<ClientAction, 'quiet'>): void {
    if (this.#socket.destroyed) return;
    if (action === 'end' || action === 'reset') this.hasLeft = true;
    if (action === 'reset') this.#socket.resetAndDestroy();
    else if (action === 'end') this.#socket.end();
    else if (action === 'pause') this.#socket.pause();
    else if (action === 'resume') this.#socket.resume();
    else if (!this.#socket.writableEnded) this.#send(action.send);
  }

  #send(text: string): void {
    this.#sent += text;
    this.hasSentWhole = isWhole(this.#sent);
    this.#socket.write(Buffer.from(text, 'latin1'));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
