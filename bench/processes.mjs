// The processes of a measurement: the server under test on one core, the load generator on another, and what the
// kernel says of the time they had. Leaves no process after, whatever happens.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../scripts/prepare.mjs';

export const has = (program) => spawnSync('which', [program]).status === 0;

/** The core of the server and of the load, or null where they cannot be kept apart. */
export const cores = availableParallelism() >= 2 && has('taskset') ? { server: 0, load: 1 } : null;

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

function spawnOn(core, [file, ...args], stdio) {
  const [command, ...rest] = cores ? ['taskset', '-c', String(core), file, ...args] : [file, ...args];
  const child = spawn(command, rest, {
    cwd: root,
    stdio,
    env: { ...process.env, NODE_ENV: 'production', DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/**
 * Starts a server that prints its port, or an address that ends with it. `ipc` opens a channel to it.
 * Rejects with the first line of its complaint when it ends before, or doesn't for 20 s.
 */
export async function startServer(command, { ipc = false } = {}) {
  const child = spawnOn(cores?.server, command, ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])]);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (piece) => {
    complaint = (complaint + piece).slice(-4000);
  });
  const port = await new Promise((resolve, reject) => {
    const why = () => complaint.split('\n').find((line) => /error/i.test(line)) ?? complaint.trim();
    const timer = setTimeout(() => reject(new Error(`no port within 20 s. ${why()}`)), 20_000);
    const settle = (act) => (value) => {
      clearTimeout(timer);
      act(value);
    };
    createInterface(child.stdout).on('line', (line) => {
      const port = /^(?:.*:)?(\d+)\/?$/.exec(line)?.[1];
      if (port !== undefined) settle(resolve)(Number(port));
    });
    child.once('error', settle(reject));
    child.once(
      'close',
      settle((code) => reject(new Error(why() || `it ended with code ${code}`))),
    );
  })
    .then(accepting)
    .catch((error) => {
      child.kill('SIGKILL');
      throw error;
    });
  return { port, pid: child.pid, child, stop: () => stop(child) };
}

/** Resolves to the port when it accepts connections: some servers' port is known before they listen. */
async function accepting(port) {
  for (let tries = 0; tries < 100; tries++) {
    const socket = net.connect(port, '127.0.0.1');
    const open = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return port;
    await delay(50);
  }
  throw new Error(`nobody listens on port ${port}`);
}

async function stop(child) {
  if (!running.has(child)) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await closed;
}

/** Runs a load generator to its end; resolves to what it printed. Rejects with its complaint, or after `limit` seconds. */
export async function runLoad(command, limit) {
  const child = spawnOn(cores?.load, command, ['ignore', 'pipe', 'pipe']);
  const output = text(child.stdout);
  const complaint = text(child.stderr);
  let late = false;
  let left = limit;
  // Seconds that this process has seen itself: where all of them were stopped for a while, nobody is late.
  const timer = setInterval(() => {
    if (left-- > 0) return;
    late = true;
    child.kill('SIGKILL');
  }, 1000);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearInterval(timer);
  if (late) throw new Error(`${command[0]} did not end within ${limit} s: the server stopped answering`);
  if (code === 0) return output;
  throw new Error(
    `${command[0]} ended with code ${code}: ${(await complaint).trim() || (await output).trim()}`,
  );
}

const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;

/** The fields of a line of /proc as numbers. */
const numbers = (line) => line.trim().split(/\s+/).map(Number);

/** Seconds of processor time, user and system, that all threads of a process have had so far. */
export function processorTime(pid) {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) throw new Error('processor time is read from /proc: measure on Linux');
  // To the nanosecond; `stat` counts in hundredths of a second.
  return readdirSync(threads).reduce(
    (sum, thread) => sum + numbers(readFileSync(`${threads}/${thread}/schedstat`, 'latin1'))[0] / 1e9,
    0,
  );
}

/**
 * What has been used so far, in seconds. at: the time of asking. load: processor time of the load generators that have
 * ended, and of this process. machine: processor time of all that runs here.
 */
export function usage(pid) {
  const self = numbers(readFileSync('/proc/self/stat', 'latin1').split(') ')[1]);
  const [, user, nice, system, , , irq, softirq, steal] = numbers(
    readFileSync('/proc/stat', 'latin1').split('\n')[0],
  );
  return {
    at: performance.now() / 1000,
    cpu: processorTime(pid),
    load: (self[11] + self[12] + self[13] + self[14]) / ticksPerSecond,
    machine: (user + nice + system + irq + softirq + steal) / ticksPerSecond,
  };
}
