// A request that takes too long to arrive, where the program listens for 'clientError': it is told once, and decides.
import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { behaviour, until } from '../subjects.js';
import { swept } from './witnesses.js';

// A witness over HTTP/2 asks nothing, and so ends when it has been idle.
const limits = {
  headersTimeout: 1,
  requestTimeout: 1,
  connectionsCheckingInterval: 5,
  keepAliveTimeout: 1,
  keepAliveTimeoutBuffer: 0,
};

const cut: [sentence: string, first: string, rest: string][] = [
  ['body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo', 'dy'],
  [
    'chunked body',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n',
    '2\r\ndy\r\n0\r\n\r\n',
  ],
  ['head', 'POST / HTTP/1.1\r\nHost: a\r\n', 'Content-Length: 4\r\n\r\nbody'],
];

for (const [sentence, first, rest] of cut) {
  behaviour(
    `a late ${sentence} is told once to who listens, and answered when it has come`,
    async (stage) => {
      const codes: (string | undefined)[] = [];
      let late: Duplex | undefined;
      const served = await stage.serve(limits, (req, res) => {
        req.resume().on('end', () => res.end('served'));
      });
      served.server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
        late ??= socket;
        if (socket === late) codes.push(error.code);
        else socket.destroy();
      });
      const client = served.connect().send(first);
      await until(() => codes.length === 1, "'clientError'");
      await swept(served);
      assert.equal((await client.send(rest).response()).body, 'served');
      // On node:http a second sweep may find it as well, which is its own affair.
      const told = stage.subject.name.startsWith('node:') ? codes.slice(0, 1) : codes;
      assert.deepEqual(told, ['ERR_HTTP_REQUEST_TIMEOUT']);
    },
  );
}
