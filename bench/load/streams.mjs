// Closed-loop load by h2load, over HTTP/2 on so many streams of each connection, or over HTTP/1.1 to be held beside that: as
// many requests as the server takes.
// In: a port, a row's load, seconds. Out: { operations, seconds, failed }; h2load tells of no percentiles.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { has, runLoad } from '../processes.mjs';

/** What h2load can be asked for is one request, sent again and again, but for its path. */
function requestOf({ requests }) {
  const [{ headers = {}, body = '' }, ...others] = requests();
  const paths = [requests()[0], ...others].map(({ path = '/' }) => path);
  // HTTP/2 has no fields of the connection.
  const fields = Object.entries(headers).filter(([name]) => name !== 'Connection');
  return { fields, body, paths };
}

export async function streams({ port, secure, load, seconds }) {
  if (!has('h2load')) throw new Error('there is no h2load (Debian: nghttp2-client)');
  const origin = `${secure ? 'https' : 'http'}://127.0.0.1:${port}`;
  const { fields, body, paths } = requestOf(load);
  const folder = mkdtempSync(join(tmpdir(), 'premier-bench-'));
  try {
    const command = ['h2load', `-c${load.connections}`, `-m${load.streams}`, `-D${seconds}`];
    if (load.http1) command.push('--h1');
    for (const [name, value] of fields) command.push('-H', `${name.toLowerCase()}: ${value}`);
    if (body !== '') {
      writeFileSync(join(folder, 'body'), body);
      command.push('-d', join(folder, 'body'));
    }
    writeFileSync(join(folder, 'paths'), paths.map((path) => `${origin}${path}\n`).join(''));
    command.push('-i', join(folder, 'paths'));
    return parse(await runLoad(command, seconds + 30));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reads what h2load prints. */
export function parse(output) {
  const number = (pattern) => {
    const found = pattern.exec(output);
    if (found === null) throw new Error(`h2load did not say what it did: ${output.slice(-500)}`);
    return Number(found[1]);
  };
  // Less than a second is told in milliseconds.
  const seconds = /finished in [\d.]+ms/.test(output)
    ? number(/finished in ([\d.]+)ms/) / 1000
    : number(/finished in ([\d.]+)s/);
  const operations = number(/(\d+) 2xx/);
  const failed = number(/(\d+) failed/) + number(/(\d+) errored/);
  return { operations, seconds, failed };
}
