// An answer that was ended reaches its client, whatever the handler does to the connection right after it.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { behaviour, get, type Request, type Response } from '../subjects.js';

const withBody = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';

const requests: [sentence: string, bytes: string][] = [
  ['a request', get()],
  ['a request with its body', withBody],
  ['a request with half its body', withBody.slice(0, -2)],
  ['a request with another after it', get() + get('/next')],
];

const cuts: [sentence: string, cut: (req: Request, res: Response, socket: Socket) => void][] = [
  ['req.destroy()', (req) => req.destroy()],
  ['res.destroy()', (_req, res) => res.destroy()],
  ['socket.destroy()', (_req, _res, socket) => socket.destroy()],
  ['socket.destroySoon()', (_req, _res, socket) => socket.destroySoon()],
  ['socket.end()', (_req, _res, socket) => socket.end()],
];

for (const [what, bytes] of requests) {
  for (const [how, cut] of cuts) {
    behaviour(
      `the answer to ${what} leaves before ${how}`,
      async ({ serve }) => {
        const { connect } = await serve((req, res: Response) => {
          if (req.url === '/next') return;
          const { socket } = req;
          res.writeHead(413, { 'Content-Length': 6 });
          res.end('enough');
          cut(req, res, socket);
        });
        const response = await connect().send(bytes).response();
        assert.equal(response.status, 413);
        assert.equal(response.body, 'enough');
      },
      { only: 'plain' },
    );
  }

  behaviour(
    `what was written to ${what} leaves before socket.end()`,
    async ({ serve }) => {
      const { connect } = await serve((req, res) => {
        if (req.url === '/next') return;
        const { socket } = req;
        res.writeHead(200, { 'Content-Length': 100 });
        res.write('half');
        socket.end();
      });
      assert.match(await connect().send(bytes).rest(), /\r\n\r\nhalf$/);
    },
    { only: 'plain' },
  );
}
