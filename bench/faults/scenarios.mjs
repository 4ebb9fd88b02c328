// What is done to a server, one function for each. In: a started server and how much of it. Out: figures by name.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { idle } from '../load/idle.mjs';
import { has, runLoad } from '../processes.mjs';
import { connect, misbehaveFor, observe } from './clients.mjs';

export async function holds(server) {
  server.child.send('tell');
  const [stats] = await once(server.child, 'message');
  return stats;
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;
const ms = (time) => `${time.toFixed(1)} ms`;
const shown = ({ requests, failed, p50, p99 }) => ({ requests, failed, p50: ms(p50), p99: ms(p99) });

/** Memory of connections that have been answered once and wait. */
export async function idleConnections(server, { connections }) {
  const { resident, heap } = await idle({ server, connections });
  return { connections, 'resident, each': kilobytes(resident), 'heap, each': kilobytes(heap) };
}

function slow(mode, path) {
  return async (server, { connections, seconds }) => {
    if (!has('slowhttptest')) return { skipped: 'slowhttptest is not installed' };
    const url = `http://127.0.0.1:${server.port}${path}`;
    const options = ['-c', connections, '-r', 500, '-i', 1, '-l', seconds, '-s', 8192, '-u', url, '-v', 0];
    const alone = await observe(server.port, delay(2000));
    const attack = runLoad(['slowhttptest', mode, ...options.map(String)], seconds + 60).catch(() => {});
    const besides = await observe(server.port, attack);
    return { 'alone, p99': ms(alone.p99), ...shown(besides), connections };
  };
}

/** Clients that send a head, or a body, byte by byte, while good clients ask. */
export const slowHeaders = slow('-H', '/');
export const slowBodies = slow('-B', '/body');

/** Clients that reset at any stage, send garbage or make handlers throw, while good clients ask. */
export async function resets(server, { seconds }) {
  await misbehaveFor(server.port, Math.min(seconds, 3));
  await delay(1500);
  const before = await holds(server);
  const attack = misbehaveFor(server.port, seconds);
  const besides = await observe(server.port, attack);
  await delay(3000);
  const after = await holds(server);
  return {
    'bad clients': await attack,
    ...shown(besides),
    'connections left': after.connections,
    'descriptors left': after.descriptors - before.descriptors,
    'timers left': after.timers - before.timers,
    'heap left': kilobytes(after.heapUsed - before.heapUsed),
  };
}

/** More connections than there are descriptors; then those go, and the server must serve again. */
export async function descriptors(server) {
  const sockets = [];
  for (let count = 0; count < 400; count++) sockets.push(connect(server.port));
  await delay(1000);
  const during = await Promise.race([observe(server.port, delay(1000), { clients: 1 }), delay(1500)]);
  for (const socket of sockets) socket.destroy();
  await delay(500);
  const afterwards = await observe(server.port, delay(1000));
  return { opened: 400, 'answered meanwhile': during?.requests ?? 0, ...shown(afterwards) };
}

/** All of it at once, for long: memory and descriptors must stay where they were. */
export async function soak(server, { seconds }) {
  const warm = Math.min(10, seconds / 4);
  await Promise.all([misbehaveFor(server.port, warm), observe(server.port, delay(warm * 1000))]);
  await delay(1500);
  const before = await holds(server);
  const besides = await observe(server.port, misbehaveFor(server.port, seconds));
  await delay(3000);
  const after = await holds(server);
  return {
    seconds,
    ...shown(besides),
    'resident before and after': `${kilobytes(before.rss)}, ${kilobytes(after.rss)}`,
    'heap before and after': `${kilobytes(before.heapUsed)}, ${kilobytes(after.heapUsed)}`,
    'descriptors before and after': `${before.descriptors}, ${after.descriptors}`,
  };
}
