// Measures one row: checks that the contenders do the same work, then has them live side by side on one core and loads
// them in turn, in short slices (A B B A …), so that what the machine does meanwhile meets all of them alike. Several
// times over with fresh processes, so that what one compilation or one heap happens to be like does not decide.
// Out: figures as plain data.
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { acrossVersions, differences, exchange, samples } from './equality.mjs';
import { events } from './load/events.mjs';
import { flood } from './load/flood.mjs';
import { idle } from './load/idle.mjs';
import { median, percentile } from './load/percentile.mjs';
import { streams } from './load/streams.mjs';
import { runLoad, startServer, usage } from './processes.mjs';
import { isHttp2, loadedAs } from './rows.mjs';
import { compare } from './verdict.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Runs a load generator of ours, which prints its result as JSON. */
async function ownLoad(file, args, seconds) {
  return JSON.parse(await runLoad([process.execPath, here(file), ...args.map(String)], seconds + 30));
}

/**
 * The kinds of load. `run` resolves to { operations, seconds, … } of one slice. What is compared is processor time for each
 * operation, which `per` names, or `figure`, in `unit`.
 */
export const kinds = {
  flood: { per: 'request', run: flood },
  streams: { per: 'request', run: streams },
  upload: {
    per: 'upload',
    run: ({ port, load, seconds }) => ownLoad('load/upload.mjs', [port, load.bytes, seconds], seconds),
  },
  websocket: {
    per: 'message',
    run: ({ port, load, seconds }) =>
      ownLoad('load/websocket.mjs', [port, load.connections, seconds], seconds),
  },
  events: {
    per: 'event',
    figure: ({ processor, operations }) => (processor * 1e6) / operations,
    run: ({ server, load, seconds }) => events({ server, clients: load.clients, seconds: seconds * 3 }),
  },
  paced: {
    unit: 'ms p99',
    figure: ({ p99 }) => p99,
    run: ({ port, load, seconds, rate }) =>
      ownLoad('load/paced.mjs', [port, rate, load.connections, seconds], seconds),
  },
  idle: {
    unit: 'B resident',
    figure: ({ resident }) => resident,
    run: idle,
    // A heap that was measured once has grown: one slice of each process, and no warm-up.
    once: true,
    nodeArguments: ['--expose-gc', '--import', here('load/memory-probe.mjs')],
  },
};

function start(contender, row) {
  const [file, ...args] = contender.command(row);
  const { nodeArguments } = kinds[row.load.kind];
  return startServer([file, ...(nodeArguments ?? []), ...args], { ipc: nodeArguments !== undefined });
}

/** One slice of load on a server. Resolves to { figure, perSecond, others } and what the load generator said. */
async function slice(server, row, { seconds, rate }) {
  const kind = kinds[row.load.kind];
  const before = usage(server.pid);
  const result = await kind.run({
    server,
    port: server.port,
    secure: row.secure,
    load: row.load,
    seconds,
    rate,
  });
  // What the server still does for connections that the load generator has left belongs to this slice.
  await delay(30);
  const after = usage(server.pid);
  if (server.child.exitCode !== null) throw new Error('a server ended under load');
  if (result.operations === 0) throw new Error('a server answered nothing');
  const used = (key) => after[key] - before[key];
  return {
    ...result,
    figure: kind.figure?.(result) ?? (used('cpu') * 1e6) / result.operations,
    perSecond: result.operations / result.seconds,
    others: Math.max(0, used('machine') - used('cpu') - used('load')) / used('at'),
  };
}

/** Starts a server of each contender, and stops them all when `use` is done with them. */
async function sideBySide(contenders, names, row, use) {
  const servers = {};
  try {
    for (const name of names) servers[name] = await start(contenders[name], loadedAs(row, name));
    return await use(servers);
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
}

/** The slices of each contender in one pairing: name → slices. */
function pairing(contenders, names, row, { slices, seconds, warm, rate }) {
  return sideBySide(contenders, names, row, async (servers) => {
    const { once } = kinds[row.load.kind];
    const taken = Object.fromEntries(names.map((name) => [name, []]));
    const load = (name, length) => slice(servers[name], loadedAs(row, name), { seconds: length, rate });
    if (!once) for (const name of names) await load(name, warm);
    for (let turn = 0; turn < (once ? 1 : slices); turn++) {
      for (const name of turn % 2 === 0 ? names : names.toReversed()) {
        taken[name].push(await load(name, seconds));
      }
    }
    return taken;
  });
}

/** The answers of a contender to the row's samples, in the protocol in which it is loaded. */
function answers(contenders, name, row) {
  return sideBySide(contenders, [name], row, async ({ [name]: { port } }) => {
    const http2 = isHttp2(loadedAs(row, name).load);
    const all = [];
    for (const sample of samples(row)) all.push(await exchange({ port, secure: row.secure, http2 }, sample));
    return row.loads === undefined ? all : all.map(acrossVersions);
  });
}

/**
 * Holds each contender's answers against node:http's, node:http2's, or those of the row's own oracle.
 * Resolves to who cannot be measured: name → { reason, differs }.
 */
async function leftOut(contenders, row) {
  const oracle = row.oracle ?? (isHttp2(row.load) ? 'http2' : 'node');
  const expected = await answers(contenders, oracle, row);
  const out = {};
  for (const name of row.contenders.filter((other) => other !== oracle)) {
    try {
      const actual = await answers(contenders, name, row);
      const found = actual.flatMap((answer, i) =>
        differences(expected[i], answer, row.fields === 'their own' ? null : contenders[name].alsoSends),
      );
      if (found.length > 0) out[name] = { reason: [...new Set(found)].join('; '), differs: true };
    } catch (error) {
      out[name] = { reason: error.message, differs: false };
    }
  }
  return out;
}

/** 70 %, say, of what node:http answers in a second at most. */
async function sharedRate(contenders, row, { seconds, warm }) {
  const full = { ...row, load: { ...row.load, kind: 'flood' } };
  return sideBySide(contenders, ['node'], full, async ({ node }) => {
    await slice(node, full, { seconds: warm });
    const { perSecond } = await slice(node, full, { seconds });
    return Math.round(perSecond * row.load.share);
  });
}

/**
 * What stands for a contender in one pairing. What disturbs a slice makes it dearer, never cheaper: the lower quartile is
 * what repeats.
 */
function ofPairing(slices) {
  const sorted = (key) => slices.map((each) => each[key]).sort((a, b) => a - b);
  return {
    figure: percentile(sorted('figure'), 25),
    perSecond: median(sorted('perSecond')),
    p99: median(sorted('p99')),
    others: median(sorted('others')),
    failed: slices.reduce((sum, { failed = 0 }) => sum + failed, 0),
    late: median(sorted('late')),
  };
}

/** The medians of each figure over a contender's pairings, and what stands for each of them. */
function summary(title, pairings) {
  const each = pairings.map(ofPairing);
  const medians = Object.keys(each[0]).map((key) => [key, median(each.map((one) => one[key]))]);
  // Not every load generator tells everything.
  return {
    title,
    ...Object.fromEntries(medians.filter(([, value]) => Number.isFinite(value))),
    pairings: each,
  };
}

/** What a reader must know to judge the figures. */
function warnings(measured) {
  return Object.values(measured).flatMap(({ title, failed, late }) => [
    ...(failed > 0 ? [`${title}: ${failed} requests failed in a pairing`] : []),
    ...(late > 0.25 ? [`${title}: the load generator was late by ${late.toFixed(2)} ms (p99)`] : []),
  ]);
}

/**
 * Measures a row. `pairs` is how many times fresh processes are started, `slices` how often each of them is loaded;
 * `warm` and `seconds` are lengths of time.
 * Resolves to { id, title, unit, per, baseline, measured, absent, differs, warnings } and what compare() tells.
 */
export async function measureRow(row, contenders, { pairs, slices, warm, seconds }) {
  const out = await leftOut(contenders, row);
  const names = row.contenders.filter((name) => !(name in out));
  const rate = row.load.kind === 'paced' ? await sharedRate(contenders, row, { seconds, warm }) : undefined;
  const taken = [];
  for (let pair = 0; pair < pairs; pair++) {
    // Who starts first is given other memory.
    const order = pair % 2 === 0 ? names : names.toReversed();
    taken.push(await pairing(contenders, order, row, { slices, seconds, warm, rate }));
  }
  const measured = Object.fromEntries(
    names.map((name) => [
      name,
      summary(
        contenders[name].title,
        taken.map((pairing) => pairing[name]),
      ),
    ]),
  );
  const { unit = 'µs', per } = kinds[row.load.kind];
  return {
    id: row.id,
    title: `${row.title}, Node ${row.major}`,
    unit,
    per,
    rate,
    baseline: row.contenders[0],
    atLeast: row.atLeast,
    atMost: row.atMost,
    measured,
    absent: Object.entries(out).map(([name, { reason }]) => `${contenders[name].title}: ${reason}`),
    differs: out.premier?.differs ?? false,
    ...compare(row, measured),
    warnings: warnings(measured),
  };
}
