// Open-loop load: requests leave at a fixed rate, whether or not earlier ones were answered, as users do.
// A request's latency counts from the moment it was due, so that a stall of the server is charged to every request that
// had to wait for it. The loop never sleeps: it has a core for itself, and `late` tells how long
// requests waited though they were due and a connection was free.
// In: PORT RATE CONNECTIONS SECONDS. Out, as JSON: operations, seconds, p50, p99, p999 and late (p99) in ms.
import { once } from 'node:events';
import net from 'node:net';
import process from 'node:process';
import { percentile } from './percentile.mjs';

const [port, rate, connections, seconds] = process.argv.slice(2).map(Number);
const request = Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
const total = Math.round(rate * seconds);
const latencies = new Float64Array(total);
const lateness = new Float64Array(total);
let sent = 0;
let answered = 0;

/** Bytes of one answer; all are of the same length, so counting bytes is parsing enough. */
let length = 0;
const idle = [];

async function connect() {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.write(request);
  const [first] = await once(socket, 'data');
  if (!first.toString('latin1').startsWith('HTTP/1.1 200 ')) throw new Error(`answered with: ${first}`);
  length = first.length;
  const connection = { socket, due: 0, free: 0, received: 0 };
  socket.on('data', (chunk) => receive(connection, chunk));
  socket.on('close', () => {
    throw new Error('the server closed a connection under load');
  });
  return connection;
}

function receive(connection, chunk) {
  connection.received += chunk.length;
  if (connection.received < length) return;
  connection.received = 0;
  connection.free = performance.now();
  latencies[answered++] = connection.free - connection.due;
  idle.push(connection);
}

for (let i = 0; i < connections; i++) idle.push(await connect());

const start = performance.now();
const interval = 1000 / rate;

function tick() {
  const now = performance.now();
  while (sent < total && idle.length > 0) {
    const due = start + sent * interval;
    if (due > now) break;
    const connection = idle.shift();
    connection.due = due;
    connection.socket.write(request);
    lateness[sent++] = now - Math.max(due, connection.free);
  }
  if (answered === total) report();
  else setImmediate(tick);
}
tick();

function report() {
  const elapsed = (performance.now() - start) / 1000;
  latencies.sort();
  lateness.sort();
  const result = {
    operations: total,
    seconds: elapsed,
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
    p999: percentile(latencies, 99.9),
    late: percentile(lateness, 99),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
}
