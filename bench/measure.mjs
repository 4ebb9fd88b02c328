// Measures one row: checks that the contenders do the same work, then takes turns (A B A B …), each time with a fresh
// process, so that what one compilation or one heap happens to be like does not decide. Out: figures as plain data.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { contenders } from './contenders.mjs';
import { differences, exchange, samples } from './equality.mjs';
import { flood } from './load/flood.mjs';
import { idle } from './load/idle.mjs';
import { median } from './load/percentile.mjs';
import { streams } from './load/streams.mjs';
import { runLoad, startServer, usage } from './processes.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Runs a load generator of ours, which prints its result as JSON. */
async function ownLoad(file, args, seconds) {
  return JSON.parse(await runLoad([process.execPath, here(file), ...args.map(String)], seconds + 30));
}

/**
 * The kinds of load. `run` resolves to { operations, seconds, … } of one run; `figure` is what is compared, in `unit`;
 * `per` names the operation that processor time is divided by.
 */
export const kinds = {
  flood: {
    unit: 'req/s',
    per: 'request',
    run: flood,
    figure: ({ operations, seconds }) => operations / seconds,
  },
  streams: {
    unit: 'req/s',
    per: 'request',
    run: streams,
    figure: ({ operations, seconds }) => operations / seconds,
  },
  upload: {
    unit: 'MB/s',
    per: 'upload',
    run: ({ port, load, seconds }) => ownLoad('load/upload.mjs', [port, load.bytes, seconds], seconds),
    figure: ({ operations, seconds }, { bytes }) => (operations * bytes) / seconds / 1e6,
  },
  paced: {
    unit: 'ms p99',
    per: 'request',
    run: ({ port, load, seconds, rate }) =>
      ownLoad('load/paced.mjs', [port, rate, load.connections, seconds], seconds),
    figure: ({ p99 }) => p99,
  },
  idle: {
    unit: 'B resident',
    run: ({ server, load }) => idle({ server, connections: load.connections }),
    figure: ({ resident }) => resident,
    nodeArguments: ['--expose-gc', '--import', here('load/memory-probe.mjs')],
  },
};

function start(name, row) {
  const [file, ...args] = contenders[name].command(row);
  const { nodeArguments } = kinds[row.load.kind];
  return startServer([file, ...(nodeArguments ?? []), ...args], { ipc: nodeArguments !== undefined });
}

/** One turn of one contender. */
async function turn(name, row, { warm, seconds, rate }) {
  const kind = kinds[row.load.kind];
  const server = await start(name, row);
  try {
    const load = { server, port: server.port, secure: row.secure, load: row.load, rate };
    if (row.load.kind !== 'idle') await kind.run({ ...load, seconds: warm });
    const before = usage(server.pid);
    const result = await kind.run({ ...load, seconds });
    const after = usage(server.pid);
    if (server.child.exitCode !== null) throw new Error(`${contenders[name].title} ended under load`);
    if (result.operations === 0) throw new Error(`${contenders[name].title} answered nothing`);
    const figure = kind.figure(result, row.load);
    if (!before || !after || row.load.kind === 'idle') return { ...result, figure };
    const used = (key) => after[key] - before[key];
    return {
      ...result,
      figure,
      cpu: (used('cpu') * 1e6) / result.operations,
      busy: Math.min(1, (used('cpu') + used('waited')) / result.seconds),
      others: Math.max(0, used('machine') - used('cpu') - used('load')) / used('at'),
    };
  } finally {
    await server.stop();
  }
}

/** The answers of a contender to the row's samples. */
async function answers(name, row) {
  const server = await start(name, row);
  try {
    const all = [];
    for (const sample of samples(row)) {
      const http2 = row.load.kind === 'streams';
      all.push(await exchange({ port: server.port, secure: row.secure, http2 }, sample));
    }
    return all;
  } finally {
    await server.stop();
  }
}

/**
 * Holds each contender's answers against node:http's, or node:http2's.
 * Resolves to who cannot be measured: name → { reason, differs }.
 */
async function leftOut(row) {
  const oracle = row.load.kind === 'streams' ? 'http2' : 'node';
  const expected = await answers(oracle, row);
  const out = {};
  for (const name of row.contenders.filter((other) => other !== oracle)) {
    try {
      const actual = await answers(name, row);
      const found = actual.flatMap((answer, i) =>
        differences(expected[i], answer, contenders[name].alsoSends),
      );
      if (found.length > 0) out[name] = { reason: [...new Set(found)].join('; '), differs: true };
    } catch (error) {
      out[name] = { reason: error.message, differs: false };
    }
  }
  return out;
}

/** 70 %, say, of what node:http answers in a second at most. */
async function sharedRate(row, { warm, seconds }) {
  const full = { ...row, load: { ...row.load, kind: 'flood' } };
  const { figure } = await turn('node', full, { warm, seconds });
  return Math.round(figure * row.load.share);
}

const medianOf = (rounds, key) => median(rounds.map((round) => round[key]));

/** The medians of each figure over a contender's rounds, and the rounds themselves. */
function summary(name, rounds) {
  const medians = Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, medianOf(rounds, key)]));
  return { title: contenders[name].title, ...medians, rounds };
}

/** What a reader must know to judge the figures. */
function warnings(row, measured) {
  const percent = (share) => `${Math.round(share * 100)} %`;
  const floods = ['flood', 'streams', 'upload'].includes(row.load.kind);
  return Object.values(measured).flatMap(({ title, busy, others, failed, late }) => [
    ...(others > 0.1 ? [`${title}: other processes took ${percent(others)} of a core meanwhile`] : []),
    ...(floods && busy < 0.9 && others <= 0.1
      ? [`${title}: the load generator was the limit, the server was busy for ${percent(busy)} of the time`]
      : []),
    ...(failed > 0 ? [`${title}: ${failed} requests failed`] : []),
    ...(late > 0.25 ? [`${title}: the load generator was late by ${late.toFixed(2)} ms (p99)`] : []),
  ]);
}

/**
 * Measures a row. `rounds` is a number, `warm` and `seconds` are lengths of time.
 * Resolves to { id, title, unit, baseline, measured, absent, ratio, cpuRatio, verdict, differs, warnings }.
 */
export async function measureRow(row, { rounds, warm, seconds }) {
  const out = await leftOut(row);
  const names = row.contenders.filter((name) => !(name in out));
  const rate = row.load.kind === 'paced' ? await sharedRate(row, { warm, seconds }) : undefined;
  const taken = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) taken[name].push(await turn(name, row, { warm, seconds, rate }));
  }
  const measured = Object.fromEntries(names.map((name) => [name, summary(name, taken[name])]));
  return {
    id: row.id,
    title: `${row.title}, Node ${row.major}`,
    unit: kinds[row.load.kind].unit,
    per: kinds[row.load.kind].per,
    rate,
    baseline: row.contenders[0],
    atLeast: row.atLeast,
    atMost: row.atMost,
    measured,
    absent: Object.entries(out).map(([name, { reason }]) => `${contenders[name].title}: ${reason}`),
    differs: out.premier?.differs ?? false,
    ...compare(row, measured),
    warnings: warnings(row, measured),
  };
}

/** premier's ratio to the row's baseline, in the main figure and in processor time (more is better), and the verdict. */
function compare(row, measured) {
  const baseline = measured[row.contenders[0]];
  const { premier } = measured;
  if (!premier || !baseline) return { verdict: 'not measured' };
  const ratio = premier.figure / baseline.figure;
  const reached = row.atLeast === undefined ? ratio <= row.atMost : ratio >= row.atLeast;
  return {
    ratio,
    cpuRatio: premier.cpu ? baseline.cpu / premier.cpu : undefined,
    verdict: reached ? 'reached' : 'short',
  };
}
