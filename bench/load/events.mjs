// Many clients of an event stream. Counts what the server spends on events alone: it is asked when all are connected.
// In: a server, how many clients, seconds. Out: { operations, seconds, processor } in s; the clients are gone after.
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { processorTime } from '../processes.mjs';

/** Resolves when the first event has come. `count` is called for each. */
async function listen(port, count) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  if (!answer.toString('latin1').startsWith('HTTP/1.1 200 ')) throw new Error(`answered with: ${answer}`);
  socket.on('data', (piece) => count(piece.toString('latin1').split('\ndata: ').length - 1));
  return socket;
}

export async function events({ server, clients, seconds }) {
  let told = 0;
  const count = (more) => {
    told += more;
  };
  const sockets = await Promise.all(Array.from({ length: clients }, () => listen(server.port, count)));
  try {
    // All have been told once: from here on nobody is new.
    while (told < clients) await delay(50);
    const before = { told, at: performance.now(), processor: processorTime(server.pid) };
    await delay(seconds * 1000);
    return {
      operations: told - before.told,
      seconds: (performance.now() - before.at) / 1000,
      processor: processorTime(server.pid) - before.processor,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}
