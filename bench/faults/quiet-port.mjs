// A port that the system gives nobody who asks for just any. Where the server of a stop is gone, and a proxy goes on asking, the
// server of another program would answer it otherwise, or the proxy itself: TCP lets a connection meet itself.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';

const LOWEST = 10_000;

/** The lowest port that is given; where that isn't known, that of most systems. */
function lowestGiven() {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1'), 10);
  } catch {
    return 32_768;
  }
}

async function isFree(port) {
  const server = net.createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

export async function quietPort() {
  const count = Math.max(lowestGiven() - LOWEST, 1);
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * count);
    if (await isFree(port)) return port;
  }
}
