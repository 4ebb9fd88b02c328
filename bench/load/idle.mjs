// Weighs connections on which nothing happens: opens many, and asks the server what it holds without garbage. Idle ones have
// been answered once; slow uploads have sent a part of a body, as big as a segment of a slow network.
// In: a server started with memory-probe.mjs and a channel. Out: bytes for each connection, resident and on V8's heap.
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';

async function weigh(server) {
  server.child.send('weigh');
  const [memory] = await once(server.child, 'message');
  return memory;
}

/** `begin` is what is sent before the first answer, which starts with `status`; `rest`, after it. */
const exchanges = {
  idle: { begin: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', status: 'HTTP/1.1 200 ', rest: '' },
  'slow upload': {
    begin: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n',
    status: 'HTTP/1.1 100 ',
    rest: 'premier '.repeat(180),
  },
};

async function open({ port, secure, what }) {
  const { begin, status, rest } = exchanges[what];
  const target = { port, host: '127.0.0.1' };
  const socket = secure ? tls.connect({ ...target, rejectUnauthorized: false }) : net.connect(target);
  socket.on('error', () => {});
  await once(socket, secure ? 'secureConnect' : 'connect');
  socket.write(begin);
  const [answer] = await once(socket, 'data');
  if (!answer.toString('latin1').startsWith(status)) throw new Error(`answered with: ${answer}`);
  if (rest !== '') socket.write(rest);
  return socket;
}

async function openMany(how, count) {
  const sockets = [];
  while (sockets.length < count) {
    const batch = Math.min(100, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: batch }, () => open(how)))));
  }
  return sockets;
}

export async function idle({ server, secure, load: { connections, what } }) {
  const how = { port: server.port, secure, what };
  const warming = await openMany(how, 500);
  for (const socket of warming) socket.destroy();
  await delay(300);
  const before = await weigh(server);
  const sockets = await openMany(how, connections);
  await delay(300);
  const after = await weigh(server);
  for (const socket of sockets) socket.destroy();
  const each = (of) => (after[of] - before[of]) / connections;
  return { resident: each('rss'), heap: each('heapUsed') };
}
