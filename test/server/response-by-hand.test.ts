// Answers made by hand, on a socket of their own or on none, as test tools and adapters make them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { behaviour, type Http, type Response } from '../subjects.js';

/** A response by hand, as test tools and adapters make them. */
function byHand(http: Http): Response {
  return new http.ServerResponse({
    method: 'GET',
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  } as never) as never;
}

/** A socket that keeps what is written to it. */
function sink(): Duplex & { text: string } {
  const socket = Object.assign(
    new Duplex({
      read() {},
      write(chunk, _encoding, callback) {
        socket.text += chunk.toString('latin1');
        callback();
      },
    }),
    { text: '' },
  );
  return socket;
}

behaviour(
  'assignSocket on a stream sends what was written before and after',
  async ({ http }) => {
    const res = byHand(http);
    const socket = sink();
    res.setHeader('X-A', 'b');
    res.sendDate = false;
    res.write('before ');
    assert.equal(socket.text, '');
    res.assignSocket(socket as never);
    assert.equal(res.socket, socket);
    res.end('after');
    await once(res, 'finish');
    assert.equal(
      socket.text,
      'HTTP/1.1 200 OK\r\nX-A: b\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '7\r\nbefore \r\n5\r\nafter\r\n0\r\n\r\n',
    );
  },
  { only: 'plain' },
);

behaviour(
  'one socket has one answer at a time',
  ({ http }) => {
    const socket = sink();
    const first = byHand(http);
    first.assignSocket(socket as never);
    assert.throws(() => byHand(http).assignSocket(socket as never), { code: 'ERR_HTTP_SOCKET_ASSIGNED' });
    first.detachSocket(socket as never);
    assert.equal(first.socket, null);
    byHand(http).assignSocket(socket as never);
  },
  { only: 'plain' },
);

behaviour(
  'the close of an assigned socket closes the answer',
  async ({ http }) => {
    const res = byHand(http);
    const socket = sink();
    res.assignSocket(socket as never);
    socket.destroy();
    await once(res, 'close');
    assert.equal(res.destroyed, true);
    assert.equal(res.writableFinished, false);
  },
  { only: 'plain' },
);

behaviour(
  'a hand-made answer without a socket keeps what is written',
  ({ http }) => {
    const res = byHand(http);
    res.write('text');
    assert.ok(res.writableLength > 0);
    res.end();
    assert.equal(res.writableEnded, true);
    assert.equal(res.writableFinished, false);
  },
  { only: 'plain' },
);

behaviour(
  'an answer to a request of HTTP/2 that a program made is one of HTTP/1.1',
  async ({ http }) => {
    const request = { method: 'GET', headers: {}, httpVersionMajor: 2, httpVersionMinor: 0 };
    const res = new http.ServerResponse(request as never) as unknown as Response;
    const socket = sink();
    res.sendDate = false;
    res.assignSocket(socket as never);
    res.write('body');
    res.end();
    await once(res, 'finish');
    assert.match(
      socket.text,
      /^HTTP\/1\.1 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n/,
    );
  },
  { only: 'plain', notNode: 'it answers as to HTTP/1.0' },
);
