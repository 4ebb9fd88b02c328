// Weighs idle keep-alive connections: opens many, each answered once, and asks the server what it holds without garbage.
// In: a server started with memory-probe.mjs and a channel. Out: bytes for each connection, resident and on V8's heap.
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

async function weigh(server) {
  server.child.send('weigh');
  const [memory] = await once(server.child, 'message');
  return memory;
}

async function open(port) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  if (!answer.toString('latin1').startsWith('HTTP/1.1 200 ')) throw new Error(`answered with: ${answer}`);
  return socket;
}

async function openMany(port, count) {
  const sockets = [];
  while (sockets.length < count) {
    const batch = Math.min(100, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: batch }, () => open(port)))));
  }
  return sockets;
}

export async function idle({ server, connections }) {
  const warming = await openMany(server.port, 500);
  for (const socket of warming) socket.destroy();
  await delay(300);
  const before = await weigh(server);
  const sockets = await openMany(server.port, connections);
  await delay(300);
  const after = await weigh(server);
  for (const socket of sockets) socket.destroy();
  const each = (of) => (after[of] - before[of]) / connections;
  return { resident: each('rss'), heap: each('heapUsed') };
}
