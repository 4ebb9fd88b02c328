// Sends bodies of a fixed size over one connection, one after the other, and counts the bytes that were answered for.
// In: PORT BYTES SECONDS. Out, as JSON: operations, seconds, p50 and p99 of an upload in ms.
import { once } from 'node:events';
import net from 'node:net';
import process from 'node:process';
import { percentile } from './percentile.mjs';

const [port, bytes, seconds] = process.argv.slice(2).map(Number);
const piece = Buffer.alloc(1024 * 1024, 'premier ');
const head = `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${bytes}\r\n\r\n`;

const socket = net.connect(port, '127.0.0.1');
await once(socket, 'connect');

async function upload() {
  socket.write(head);
  for (let left = bytes; left > 0; left -= piece.length) {
    const part = left < piece.length ? piece.subarray(0, left) : piece;
    if (!socket.write(part)) await once(socket, 'drain');
  }
  const [answer] = await once(socket, 'data');
  const text = answer.toString('latin1');
  if (!text.startsWith('HTTP/1.1 200 ') || !text.endsWith(`\r\n\r\n${bytes}`)) {
    throw new Error(`an upload was answered with: ${text}`);
  }
}

const times = [];
const start = performance.now();
while (performance.now() - start < seconds * 1000) {
  const before = performance.now();
  await upload();
  times.push(performance.now() - before);
}
const elapsed = (performance.now() - start) / 1000;
socket.destroy();
times.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    operations: times.length,
    seconds: elapsed,
    p50: percentile(times, 50),
    p99: percentile(times, 99),
  }),
);
