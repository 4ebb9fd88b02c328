// `npm run reload`: how many requests are lost while a server is reloaded and stopped, under clients that keep their connections
// and clients that don't. In: options, as its help has them. Out: a table. Each request without a whole answer counts, and in a reload each connection that nobody took.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build, install } from '../../scripts/prepare.mjs';
import { CountingClients } from '../load/counting-clients.mjs';
import { FetchClients, NodeClients } from '../load/library-clients.mjs';
import { has, runLoad } from '../processes.mjs';
import { endServers, reloadedServers } from './reloaded-servers.mjs';
import { watchStandstill } from './standstill.mjs';

const help = `npm run reload -- [options] [WORD ...]

  WORD          only rows whose name is one of the words, or contains it where none is
  --reloads N   reloads of each (20)
  --stops N     stops of each (20)
  --clients N   so many that keep their connection, so many that don't, and a quarter of node:http and of fetch (200)
  --quick       3 reloads, 2 stops, 40 clients
  --into FILE   keep each row there as soon as it is measured, and measure none again that is there

A request without an answer for ten seconds is lost. A row that is not over after a minute, and half a minute more for each
reload and stop, has failed, which is said in its place. Beside what was lost stands how long the clients had no turn at most: one
that stands still for longer than a stop leaves its connection loses its request, whatever the server does.

With --into a run that was ended goes on with the row at which it was; a row takes some minutes.
Others stand beside premier where they are in PATH: nginx, and pm2 from npm.`;

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        reloads: { type: 'string' },
        stops: { type: 'string' },
        clients: { type: 'string' },
        quick: { type: 'boolean', default: false },
        into: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    return process.exit(2);
  }
}

function options() {
  const { values, positionals: words } = parsed();
  if (values.help) {
    console.log(help);
    process.exit();
  }
  const number = (name, usual, quick) => Number(values[name] ?? (values.quick ? quick : usual));
  return {
    words,
    reloads: number('reloads', 20, 3),
    stops: number('stops', 20, 2),
    clients: number('clients', 200, 40),
    into: values.into,
  };
}

/** Milliseconds after which a request without an answer is lost: some that others lose hang for ever. */
const patience = 10_000;

/** Those that have not ended. */
const loads = new Set();

/** Clients of every kind, on their way. */
class Load {
  #groups;

  constructor(port, secure, count) {
    loads.add(this);
    const where = { port, host: '127.0.0.1', secure };
    const some = { count: Math.ceil(count / 4), pause: 20, limit: patience };
    this.#groups = {
      'kept sockets': new CountingClients(where, { kept: count, pause: 20, limit: patience }),
      'short sockets': new CountingClients(where, { short: count, pause: 20, limit: patience }),
      'node agents': new NodeClients(where, some),
      ...(!secure && { fetch: new FetchClients(where, some) }),
    };
  }

  async end() {
    await Promise.all(Object.values(this.#groups).map((group) => group.end()));
    loads.delete(this);
  }

  get requests() {
    return Object.values(this.#groups).reduce((sum, { requests }) => sum + requests, 0);
  }

  /** What became of requests without a whole answer, as text; empty where there are none. */
  lost(refusedCount) {
    return Object.entries(this.#groups)
      .map(([name, { lost, refused }]) => [
        name,
        { ...lost, ...(refusedCount && refused > 0 && { refused }) },
      ])
      .filter(([, lost]) => Object.keys(lost).length > 0)
      .map(
        ([name, lost]) =>
          `${name}: ${Object.entries(lost)
            .map(([why, count]) => `${count} ${why}`)
            .join(', ')}`,
      )
      .join('; ');
  }
}

/** wrk beside the others, where it is installed: what it could not read or send. */
async function wrkErrors(port, secure, seconds) {
  if (!has('wrk')) return 'not installed';
  const url = `${secure ? 'https' : 'http'}://127.0.0.1:${port}/`;
  const output = await runLoad(['wrk', '-t1', '-c20', `-d${seconds}`, url], seconds + 30);
  const [, connect, read, write] = /connect (\d+), read (\d+), write (\d+)/.exec(output) ?? [];
  return connect === undefined ? '0' : `connect ${connect}, read ${read}, write ${write}`;
}

async function reloads({ start, secure }, { reloads: times, clients }) {
  const server = await start();
  const load = new Load(server.port, secure, clients);
  await delay(1000);
  for (let time = 0; time < times; time++) await server.reload();
  const wrk = wrkErrors(server.port, secure, 5);
  await delay(500);
  await server.reload();
  const wrkLost = await wrk;
  await delay(1000);
  await load.end();
  await server.stop();
  return { requests: load.requests, lost: load.lost(true) || '0', wrk: wrkLost };
}

async function stops({ start, secure }, { stops: times, clients }) {
  let requests = 0;
  const lost = [];
  for (let time = 0; time < times; time++) {
    const server = await start();
    const load = new Load(server.port, secure, clients);
    await delay(500);
    await server.stop();
    await load.end();
    requests += load.requests;
    // Who comes after the stop is refused: that is what it is for.
    const what = load.lost(false);
    if (what !== '') lost.push(what);
  }
  return { requests, lost: lost.join(' | ') || '0', wrk: '' };
}

/** Rows by what they are of, in a file where there is one: a run may be ended and go on. */
class Rows {
  #file;
  #rows = {};

  constructor(file) {
    this.#file = file;
    if (file !== undefined && existsSync(file)) this.#rows = JSON.parse(readFileSync(file, 'utf8'));
  }

  async add(key, measure, limit) {
    if (this.#rows[key]) return;
    console.error(`${key}: under way, for ${limit} s at most`);
    const began = performance.now();
    const standstill = watchStandstill();
    const row = await within(limit, measure());
    this.#rows[key] = {
      ...row,
      'stood still (ms)': standstill(),
      seconds: Math.round((performance.now() - began) / 1000),
    };
    console.error(`${key}: ${JSON.stringify(this.#rows[key])}`);
    if (this.#file !== undefined) writeFileSync(this.#file, `${JSON.stringify(this.#rows, undefined, 2)}\n`);
  }

  print() {
    console.table(this.#rows);
  }
}

/** The row of a measurement, or of one that fails or is not over after so many seconds: then its servers are ended. */
async function within(limit, measured) {
  const over = new AbortController();
  const late = delay(limit * 1000, undefined, over).then(() => {
    throw new Error(`not over after ${limit} s`);
  });
  try {
    return await Promise.race([measured, late]);
  } catch (error) {
    await Promise.all([endServers(), ...Array.from(loads, (load) => load.end())]);
    return { requests: '', lost: `failed: ${error.message}`, wrk: '' };
  } finally {
    over.abort();
    measured.catch(() => {});
    late.catch(() => {});
  }
}

function chosen(words, servers) {
  const names = Object.keys(servers);
  if (words.length === 0) return names;
  const exact = names.filter((name) => words.includes(name));
  return exact.length > 0 ? exact : names.filter((name) => words.some((word) => name.includes(word)));
}

async function main() {
  const asked = options();
  install();
  build();
  const folder = mkdtempSync(join(tmpdir(), 'premier-reload-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const rows = new Rows(asked.into);
  const servers = reloadedServers(folder);
  for (const name of chosen(asked.words, servers)) {
    const row = (what) => `Node ${process.version}, ${asked.clients} clients: ${name}, ${what}`;
    const { [name]: server } = servers;
    for (const [what, measure] of Object.entries({ reloads, stops })) {
      const times = asked[what];
      const limit = 60 + 30 * times;
      if (times > 0) await rows.add(row(`${times} ${what}`), () => measure(server, asked), limit);
    }
  }
  const some = Math.ceil(asked.clients / 4);
  console.log(
    `\n${asked.clients} clients: so many kept, so many short-lived, ${some} of node:http and ${some} of fetch`,
  );
  rows.print();
}

await main();
process.exit();
