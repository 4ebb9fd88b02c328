// Closed-loop load over WebSocket (RFC 6455): each connection sends a message when the last one has come back.
// In: PORT CONNECTIONS SECONDS. Out, as JSON: operations (echoes) and seconds, counted when all are connected.
import { once } from 'node:events';
import net from 'node:net';
import process from 'node:process';

const [port, connections, seconds] = process.argv.slice(2).map(Number);

const head =
  `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** 64 bytes of text. */
const text = Buffer.alloc(64, 'premier ');
/** A mask of zeros leaves the bytes as they are. */
const message = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
const echo = Buffer.concat([Buffer.from([0x81, text.length]), text]);

let echoes = 0;

async function connect() {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  socket.write(head);
  const [answer] = await once(socket, 'data');
  if (!answer.toString('latin1').startsWith('HTTP/1.1 101 ')) throw new Error(`answered with: ${answer}`);
  let received = 0;
  socket.on('data', (piece) => {
    if (!piece.equals(echo.subarray(received, received + piece.length))) throw new Error('not an echo');
    received += piece.length;
    if (received < echo.length) return;
    received = 0;
    echoes++;
    socket.write(message);
  });
  socket.on('close', () => {
    throw new Error('the server closed a connection under load');
  });
  return socket;
}

const sockets = [];
while (sockets.length < connections) sockets.push(await connect());
const start = performance.now();
for (const socket of sockets) socket.write(message);
setTimeout(() => {
  const result = { operations: echoes, seconds: (performance.now() - start) / 1000 };
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
}, seconds * 1000);
