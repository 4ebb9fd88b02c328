// Closed-loop load by wrk, or by autocannon where there is no wrk: as many requests as the server takes.
// In: a port, a row's load, seconds. Out: { operations, seconds, p50, p99 (ms), failed }.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { has, runLoad } from '../processes.mjs';
import { toBytes } from './requests.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export const generator = has('wrk') ? 'wrk' : 'autocannon';

export const flood = generator === 'wrk' ? byWrk : byAutocannon;

async function byWrk({ port, secure, load, seconds }) {
  const url = `${secure ? 'https' : 'http'}://127.0.0.1:${port}/`;
  const command = ['wrk', '-t1', `-c${load.connections}`, `-d${seconds}s`, '-s', here('wrk.lua'), url];
  const folder = mkdtempSync(join(tmpdir(), 'premier-bench-'));
  try {
    const requests = load.requests();
    if (requests.length > 1 || Object.keys(requests[0]).length > 0 || load.pipelining > 1) {
      const file = join(folder, 'requests');
      writeFileSync(file, wrkFile(requests, `127.0.0.1:${port}`, load.pipelining ?? 1));
      command.push('--', file);
    }
    const output = await runLoad(command, seconds + 30);
    const result = JSON.parse(output.split('\n').find((line) => line.startsWith('{')));
    if (result.refused > 0) throw new Error(`${result.refused} answers had a status of 400 or above`);
    const latency = { p50: result.p50 / 1000, p99: result.p99 / 1000 };
    return {
      operations: result.requests,
      seconds: result.microseconds / 1e6,
      // wrk's correction of latencies takes each pipelined request for one that left alone.
      ...(load.pipelining > 1 ? {} : latency),
      failed: result.failed,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The requests as wrk.lua reads them, each as often in a row as wrk is to send at once. */
function wrkFile(requests, host, pipelining) {
  const parts = requests.flatMap((request) => {
    const bytes = Buffer.concat(Array(pipelining).fill(toBytes(request, host)));
    return [Buffer.from(`${bytes.length}\n`), bytes];
  });
  return Buffer.concat(parts);
}

async function byAutocannon({ port, secure, load, seconds }) {
  const options = {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}/`,
    connections: load.connections,
    pipelining: load.pipelining ?? 1,
    duration: seconds,
    // Autocannon prepares the whole list anew for each connection: no more of it than that takes no time.
    requests: load
      .requests()
      .slice(0, 200)
      .map(({ method = 'GET', path = '/', ...rest }) => ({ method, path, ...rest })),
  };
  const folder = mkdtempSync(join(tmpdir(), 'premier-bench-'));
  try {
    const file = join(folder, 'options.json');
    writeFileSync(file, JSON.stringify(options));
    const result = JSON.parse(await runLoad([process.execPath, here('autocannon.mjs'), file], seconds + 30));
    if (result.non2xx > 0) throw new Error(`${result.non2xx} answers had a status other than 2xx`);
    return {
      operations: result.requests.total,
      seconds: result.duration,
      p50: result.latency.p50,
      p99: result.latency.p99,
      failed: result.errors,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
