// Sockets that a program reads as text before a server gets them: what comes is read as bytes all the same.
import assert from 'node:assert/strict';
import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { behaviour, get, outcome, RawClient, type Request, type Response, type Stage } from '../subjects.js';

type Handing = (stage: Stage, socket: Socket, hand: (socket: Duplex) => void) => void;

/** Answers with the bytes of the body, in hexadecimal. */
const echo = (req: Request, res: Response) => {
  const pieces: Buffer[] = [];
  req.on('data', (piece) => pieces.push(piece));
  req.on('end', () =>
    res.end(`${req.url} ${Buffer.concat(pieces).toString('hex')} ${req.socket.readableEncoding}`),
  );
};

/** A client whose connection a server of `node:net` accepts, and hands over. */
async function handOver(stage: Stage, handing: Handing): Promise<RawClient> {
  const { server } = await stage.serve(echo as never);
  const front = net.createServer((socket) =>
    handing(stage, socket, (given) => server.emit('connection', given)),
  );
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const socket = net.connect((front.address() as net.AddressInfo).port, '127.0.0.1');
  stage.context.after(() => {
    socket.destroy();
    front.close();
  });
  return new RawClient(socket);
}

const post = (body: Buffer) =>
  Buffer.concat([Buffer.from(`POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
const noText = Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0xc3]);

for (const encoding of ['utf8', 'latin1', 'hex', 'base64', 'utf16le'] as const) {
  behaviour(
    `a socket that was to be read as ${encoding} is read as bytes`,
    async (stage) => {
      const client = await handOver(stage, (_stage, socket, hand) => hand(socket.setEncoding(encoding)));
      client.socket.write(post(noText));
      assert.equal((await client.response()).body, `/p ${noText.toString('hex')} ${encoding}`);
      assert.equal((await client.send(get('/next')).response()).body, `/next  ${encoding}`);
    },
    { only: 'plain' },
  );

  behaviour(
    `a server's own socket that a listener wants as ${encoding} is read as bytes`,
    async ({ subject, listen }) => {
      const server = subject.createServer({}, echo as never);
      server.prependListener('connection', (socket) => socket.setEncoding(encoding));
      const client = (await listen(server)).connect();
      client.socket.write(post(noText));
      assert.equal((await client.response()).body, `/p ${noText.toString('hex')} ${encoding}`);
    },
    { only: 'plain' },
  );
}

for (const event of ['upgrade', 'connect'] as const) {
  behaviour(
    `a socket that was to be read as text is so again after '${event}'`,
    async ({ subject, listen }) => {
      const { promise, resolve } = outcome<unknown>();
      const server = subject.createServer({});
      server.prependListener('connection', (socket) => socket.setEncoding('utf8'));
      server.on(event, (_req, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        socket.once('data', resolve);
      });
      const client = (await listen(server)).connect();
      const head =
        event === 'connect'
          ? 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'
          : get('/', 'Connection: upgrade', 'Upgrade: x');
      await client.send(head).response();
      client.socket.write('é');
      assert.equal(await promise, 'é');
    },
    { only: 'plain' },
  );
}

const peeks: [string, Handing][] = [
  [
    "in a listener for 'data'",
    (_stage, socket, hand) => {
      socket.setEncoding('utf8').once('data', (text) => {
        socket.pause();
        socket.unshift(text);
        hand(socket);
        socket.resume();
      });
    },
  ],
  [
    "in a listener for 'readable'",
    (_stage, socket, hand) => {
      socket.setEncoding('latin1').once('readable', () => {
        socket.unshift(socket.read());
        hand(socket);
      });
    },
  ],
];

for (const [where, handing] of peeks) {
  behaviour(
    `text that was read ${where} and put back is read as bytes`,
    async (stage) => {
      const client = await handOver(stage, handing);
      client.send(get('/first') + get('/second'));
      assert.match((await client.response()).body, /^\/first /);
      assert.match((await client.response()).body, /^\/second /);
    },
    { only: 'plain', notNode: 'an assertion of its own ends the process' },
  );
}
