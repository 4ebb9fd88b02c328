// A program that takes the listeners of its socket away: what the client sends is read all the same.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { behaviour, get, type Listener, moment, outcome, RawClient } from '../subjects.js';

/** Takes listeners of its socket away, and answers with the whole body. */
function without(names: readonly (string | undefined)[]): Listener {
  return (req, res) => {
    for (const name of names) req.socket.removeAllListeners(name);
    let body = '';
    req.on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => res.end(`${req.url} ${body}`));
  };
}

async function isReadOn(client: RawClient): Promise<void> {
  client.send('POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst');
  setTimeout(() => client.send('other'), 20);
  assert.equal((await client.response()).body, '/1 firstother');
  client.send(get('/2'));
  assert.equal((await client.response()).body, '/2 ');
}

for (const [sentence, names] of [
  ['all listeners', [undefined]],
  ["the listeners for 'data'", ['data']],
  ["the listeners for 'data' and 'timeout'", ['data', 'timeout']],
] as const) {
  behaviour(
    `a handler that removes ${sentence} of its socket gets the rest of the body, and the next request`,
    async ({ serve }) => {
      const { connect } = await serve(without(names));
      await isReadOn(connect());
    },
  );

  behaviour(
    `the same holds without ${sentence} of a socket that another server accepted`,
    async ({ subject, context }) => {
      const server = subject.createServer({}, without(names));
      const front = net.createServer((socket) => server.emit('connection', socket)).listen(0, '127.0.0.1');
      await once(front, 'listening');
      const client = new RawClient(subject.connect({ port: (front.address() as AddressInfo).port }));
      context.after(() => {
        client.socket.destroy();
        front.close();
      });
      await isReadOn(client);
    },
    { only: 'plain' },
  );
}

behaviour(
  "a socket whose listeners for 'end' were removed ends with its client, where it would have done so by itself",
  async ({ serve }) => {
    const { connect, server } = await serve(without(['data', 'end']));
    const client = connect();
    await isReadOn(client);
    client.socket.end();
    await once(client.socket, 'close');
    const count = () => new Promise((resolve) => server.getConnections((_, open) => resolve(open)));
    while ((await count()) !== 0) await moment();
  },
  { only: 'secure' },
);

const closings: [when: string, bytes: string, act: (socket: Socket, emit: () => void) => void][] = [
  ['in its handler', get(), (_socket, emit) => emit()],
  ['in a handler, with a request after it in the segment', get() + get('/2'), (_socket, emit) => emit()],
  [
    'while a body comes',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo',
    (_socket, emit) => setImmediate(emit),
  ],
  ['once it was answered', get(), (_socket, emit) => setTimeout(emit, 1)],
];

for (const [when, bytes, act] of closings) {
  behaviour(
    `a socket on which a program emits 'close' by itself ${when} ends with its client`,
    async ({ serve }) => {
      const { promise, resolve } = outcome<unknown>();
      const { server, connect } = await serve((req, res) => {
        act(req.socket, () => {
          req.socket.emit('close');
          resolve(undefined);
        });
        res.end('ok');
      });
      const client = connect().send(bytes);
      await promise;
      client.socket.end();
      await new Promise((done) => server.close(done));
    },
    { since: 22 },
  );
}
