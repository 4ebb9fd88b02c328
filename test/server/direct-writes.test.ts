// What may not differ where answers go to the kernel without the socket's own queue.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { behaviour, get, outcome, turns, until } from '../subjects.js';

for (const method of ['write', '_write'] as const) {
  behaviour(
    `a ${method} that a program put in the place of the socket's gets the answer`,
    async ({ serve }) => {
      const written: string[] = [];
      const { connect, server } = await serve((_req, res) => res.end('the answer'));
      const watch = (socket: Socket) => {
        const original = socket[method] as (...args: unknown[]) => boolean;
        Object.assign(socket, {
          [method](chunk: unknown, ...rest: unknown[]) {
            written.push(String(chunk));
            return original.call(socket, chunk, ...rest);
          },
          _writev: null,
        });
      };
      server.on('connection', watch).on('secureConnection', watch);
      const { body } = await connect().send(get()).response();
      assert.equal(body, 'the answer');
      assert.match(written.join(''), /the answer/);
    },
    { only: 'plain' },
  );
}

behaviour(
  'a socket counts the bytes of an answer as written',
  async ({ serve }) => {
    const counted = outcome<number>();
    const { connect } = await serve((req, res) => {
      res.on('finish', () => counted.resolve(req.socket.bytesWritten));
      res.writeHead(200, { Connection: 'close' });
      res.end('the answer');
    });
    const client = connect().send(get());
    const received = await client.rest();
    assert.equal(await counted.promise, received.length);
  },
  { only: 'plain' },
);

behaviour('answers nobody reads yet arrive whole and in order', async ({ serve }) => {
  const count = 400;
  const finished: string[] = [];
  let waiting = false;
  const { connect } = await serve((req, res) => {
    res.on('finish', () => finished.push(req.url as string));
    res.end((req.url as string).padEnd(30_000, '.'));
    setImmediate(() => {
      waiting ||= !res.writableFinished;
    });
  });
  const targets = Array.from({ length: count }, (_, i) => `/${i}`);
  const client = connect();
  client.socket.pause();
  client.send(targets.map((target) => get(target)).join(''));
  await until(() => waiting, 'an answer that waits');
  assert.ok(finished.length < count, 'the kernel took all of it');
  client.socket.resume();
  for (const target of targets) {
    const { body } = await client.response();
    assert.equal(body.length, 30_000);
    assert.ok(body.startsWith(`${target}.`));
  }
  assert.deepEqual(finished, targets);
});

behaviour('an answer to a client that is gone ends in close, not in finish', async ({ serve }) => {
  const events: string[] = [];
  const over = outcome();
  const { connect } = await serve((req, res) => {
    res.on('finish', () => events.push('finish'));
    res.on('close', () => {
      events.push('close');
      over.resolve(undefined);
    });
    req.socket.on('close', () => res.end('nobody reads this'));
    client.socket.destroy();
  });
  const client = connect().send(get());
  await over.promise;
  await turns();
  assert.deepEqual(events, ['close']);
});

behaviour(
  'callbacks of writes that the kernel refuses are called once, before the error is reported',
  async ({ serve }) => {
    const events: string[] = [];
    const over = outcome();
    const { connect, server } = await serve((_req, res) => {
      const called = (name: string) => (error?: Error | null) =>
        void events.push(`${name} ${error ? 'failed' : 'done'}`);
      client.socket.resetAndDestroy();
      res.write('a', called('a'));
      res.write('b', called('b'));
      // Node 20 calls it without the error.
      res.end('c', () => events.push('end'));
      res.on('close', over.resolve);
    });
    server.on('clientError', (_error, socket) => {
      events.push('clientError');
      socket.destroy();
    });
    const client = connect().send(get());
    await over.promise;
    assert.deepEqual(events, ['a failed', 'b failed', 'end', 'clientError']);
  },
  { only: 'plain' },
);

behaviour(
  'a write is dropped, and its callback told so, when its response is destroyed in the same turn',
  async ({ serve }) => {
    const told = outcome<NodeJS.ErrnoException | null | undefined>();
    const { connect } = await serve((_req, res) => {
      res.writeHead(200);
      res.write('dropped', told.resolve);
      res.destroy();
    });
    assert.equal(await connect().send(get()).rest(), '');
    assert.equal((await told.promise)?.code, 'ERR_STREAM_DESTROYED');
  },
);
