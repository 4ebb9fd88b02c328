// A Node whose messages hand on what is written to them in another way.
import { OutgoingMessage } from 'node:http';

Object.defineProperty(OutgoingMessage.prototype, 'write', {
  configurable: true,
  writable: true,
  value(this: { _send(data: unknown): boolean }, data: unknown) {
    return this._send(data);
  },
});
