// Good clients and bad ones.
// Good: kept connections that ask one request after the other, and tell how long each answer took and how many failed.
// Bad: connections that send something and then reset, stall, or send garbage.
import { Buffer } from 'node:buffer';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../load/percentile.mjs';

const request = (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

export function connect(port) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  return socket;
}

/** The next bytes that come, as text; nothing when the connection is gone. */
function answer(socket) {
  return new Promise((resolve) => {
    const settle = (data) => {
      socket.off('data', settle);
      socket.off('close', settle);
      resolve(Buffer.isBuffer(data) ? data.toString('latin1') : '');
    };
    socket.on('data', settle);
    socket.on('close', settle);
  });
}

/** One good client: asks every `pause` ms until `done()`; adds to `times` (ms) and counts what failed. */
async function ask(port, pause, done, times, failures) {
  while (!done()) {
    const socket = connect(port);
    while (!done() && !socket.destroyed) {
      const begin = performance.now();
      socket.write(request('/'));
      if ((await answer(socket)).startsWith('HTTP/1.1 200')) times.push(performance.now() - begin);
      else if (!done()) failures.count++;
      await delay(pause);
    }
    socket.destroy();
  }
}

/** What good clients see for so many seconds, or while `attack` lasts. */
export async function observe(port, attack, { clients = 8, pause = 5 } = {}) {
  const times = [];
  const failures = { count: 0 };
  let over = false;
  const good = Array.from({ length: clients }, () => ask(port, pause, () => over, times, failures));
  await attack;
  over = true;
  await Promise.all(good);
  times.sort((a, b) => a - b);
  return {
    requests: times.length,
    failed: failures.count,
    p50: percentile(times, 50),
    p99: percentile(times, 99),
  };
}

const body = 'POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n';
const pieces = [
  '',
  'GET / HT',
  'GET / HTTP/1.1\r\nHost: local',
  request('/never'),
  request('/large').repeat(2),
  request('/stream'),
  request('/throw'),
  `${body}abc`,
  'POST /body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
  request('/') + request('/never') + request('/'),
  '\x16\x03\x01\x02\x00\x01\x00',
  'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  'A'.repeat(100_000),
  `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(5000)}`,
];

/** One bad client: sends a piece of something, waits up to 50 ms, and goes: by reset, or in good order. */
export async function misbehave(port, random = Math.random) {
  const socket = connect(port);
  socket.resume();
  socket.write(pieces[Math.floor(random() * pieces.length)], 'latin1');
  await delay(random() * 50);
  if (random() < 0.7) socket.resetAndDestroy();
  else socket.destroy();
}

/** Bad clients, `width` at a time, for so many seconds. Gives how many there were. */
export async function misbehaveFor(port, seconds, width = 50) {
  const end = Date.now() + seconds * 1000;
  let count = 0;
  const one = async () => {
    for (; Date.now() < end; count++) await misbehave(port);
  };
  await Promise.all(Array.from({ length: width }, one));
  return count;
}
