// The packages of test/apps that tests use themselves, as clients. They have no types here: this is compiled without them.
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

/** `require` as seen from test/apps. */
export const installed = createRequire(new URL('../../test/apps/package.json', import.meta.url));

/** What the tests use of a client of `ws`. */
export interface Socket extends EventEmitter {
  readonly protocol: string;
  readonly extensions: string;
  send(data: string | Buffer): void;
  close(code?: number): void;
  terminate(): void;
}

/** What the tests use of a client of Socket.IO. */
export interface SocketIo {
  emitWithAck(name: string, ...args: unknown[]): Promise<unknown>;
  emit(name: string, ...args: unknown[]): void;
  once(name: string, listener: (value: never) => void): void;
  io: { engine: { once(name: string, listener: () => void): void } };
  disconnect(): void;
}
