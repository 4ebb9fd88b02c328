// Requests that a program makes by itself, as adapters for serverless platforms do: their body is what it says.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { behaviour, type Request } from '../subjects.js';

/** What such adapters put in the place of a socket. */
const NO_SOCKET = { encrypted: true, readable: false, remoteAddress: '127.0.0.1', end() {}, destroy() {} };

const ways: [how: string, fill: (request: Request) => void][] = [
  [
    'is said to be complete, and gives its body when it is read',
    (request) => {
      Object.assign(request, {
        complete: true,
        _read() {
          request.push('body');
          request.push(null);
        },
      });
    },
  ],
  [
    'gives its body when it is read, and is said to be complete then',
    (request) => {
      Object.assign(request, {
        _read() {
          request.push('body');
          request.push(null);
          request.complete = true;
        },
      });
    },
  ],
  [
    'is said to be complete, and is given its body before anybody reads',
    (request) => {
      request.complete = true;
      request.push('bo');
      request.push('dy');
      request.push(null);
    },
  ],
  [
    'is given its body piece by piece, and is said to be complete from the start',
    (request) => {
      request.complete = true;
      setImmediate(() => {
        request.push('bo');
        setImmediate(() => {
          request.push('dy');
          request.push(null);
        });
      });
    },
  ],
];

for (const [how, fill] of ways) {
  behaviour(
    `a request that ${how}`,
    async ({ http }) => {
      const request = new http.IncomingMessage(NO_SOCKET as never);
      Object.assign(request, { method: 'POST', url: '/', httpVersionMajor: 1, httpVersionMinor: 1 });
      Object.assign(request, { httpVersion: '1.1', headers: { 'content-length': '4' } });
      fill(request);
      let body = '';
      for await (const chunk of request) body += chunk;
      assert.equal(body, 'body');
    },
    { only: 'plain' },
  );
}

const closes: [when: string, act: (socket: Socket, signal: () => AbortSignal) => Promise<unknown>][] = [
  [
    'closes after it was asked for',
    async (socket, signal) => {
      assert.equal(signal().aborted, false);
      await once(socket.destroy(), 'close');
    },
  ],
  ['was destroyed before it is asked for', async (socket) => socket.destroy()],
];

for (const [when, act] of closes) {
  behaviour(
    `signal of a request that a program made is aborted when its socket ${when}`,
    async ({ http }) => {
      const socket = new Socket();
      const request = new http.IncomingMessage(socket) as Request & { signal: AbortSignal };
      await act(socket, () => request.signal);
      assert.equal(request.signal.aborted, true);
    },
    { only: 'plain', since: 24 },
  );
}

behaviour(
  'signal of a request that a program made without a socket of Node is never aborted by it',
  async ({ http }) => {
    const request = new http.IncomingMessage(NO_SOCKET as never) as Request & { signal: AbortSignal };
    assert.equal(request.signal.aborted, false);
  },
  { only: 'plain', notNode: 'it wants to listen to what is no emitter' },
);
