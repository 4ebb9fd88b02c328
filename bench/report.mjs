// What is printed of a run, and the table in docs/performance.md: figures in, text out.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/prepare.mjs';
import { nodeBinary } from './contenders.mjs';
import { generator } from './load/flood.mjs';
import { cores } from './processes.mjs';
import { weightTable } from './weight.mjs';

const round = (number, digits) =>
  number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const figure = (number) => round(number, number < 100 ? 2 : 0);
const times = (ratio) => (ratio === undefined ? '–' : ratio.toFixed(2));

function firstLine(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(
      '\n',
    )[0];
  } catch (error) {
    // wrk prints its version and ends with code 1.
    return error.stdout?.split('\n')[0] || null;
  }
}

function version(name) {
  const file = join(root, 'bench', 'node_modules', name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null;
}

/** The machine and the versions, as data for the JSON file. */
export function environment(majors) {
  const packages = ['express', 'fastify', 'koa', 'hono', '@hono/node-server', 'uwebsockets', 'bun', 'deno'];
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: os.availableParallelism(),
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GB`,
    system: `${os.type()} ${os.release()}`,
    loadAverage: os.loadavg()[0],
    nodes: [...majors].sort().map((major) => firstLine(nodeBinary(major), ['--version']).slice(1)),
    generator:
      generator === 'wrk'
        ? firstLine('wrk', ['-v']).replace(/ \[.*/, '')
        : `autocannon ${version('autocannon')}`,
    apart: cores !== null,
    versions: Object.fromEntries(packages.map((name) => [name, version(name)])),
  };
}

/** The head of a report: lines of text. */
export function header({ environment: on, pairs, slices, warm, seconds }) {
  const versions = Object.entries(on.versions).filter(([, number]) => number);
  const end = on.loadAtEnd === undefined ? '' : `, ${on.loadAtEnd.toFixed(2)} at the end`;
  return [
    `${on.date} UTC, ${on.cpu}, ${on.cores} ${on.cores === 1 ? 'core' : 'cores'}, ${on.memory}, ${on.system}, load average ${on.loadAverage.toFixed(2)} at the start${end}`,
    `Node ${on.nodes.join(', ')}; ${versions.map(([name, number]) => `${name} ${number}`).join(', ')}`,
    `load by ${on.generator}; ${pairs} ${pairs === 1 ? 'pairing' : 'pairings'} of fresh processes that live side by side, each loaded in turn for ${slices} × ${seconds} s after ${warm} s of warm-up`,
    on.apart
      ? 'the servers have core 0, the load generator core 1'
      : 'servers and load generator SHARE their cores (fewer than two, or no taskset)',
    ...(on.anew ?? []).map(({ date, rows }) => `measured anew, ${date} UTC: ${rows.join(', ')}`),
  ];
}

const spread = ({ low, high }) => (low === undefined ? '–' : `${times(low)} to ${times(high)}`);

/** A measured row as it is printed when it is done. */
export function rowText(row) {
  const width = Math.max(...Object.values(row.measured).map(({ title }) => title.length));
  const lines = Object.values(row.measured).map((of) => {
    const parts = [`${figure(of.figure)} ${row.unit}${row.per ? ` of processor time per ${row.per}` : ''}`];
    if (row.per) parts.push(`${figure(of.perSecond)} ${row.per}s/s`);
    if (of.p99 !== undefined) parts.push(`p99 ${of.p99.toFixed(2)} ms`);
    if (of.others > 0.1) parts.push(`beside others that took ${times(of.others)} of a core`);
    return `  ${of.title.padEnd(width)}  ${parts.join('  ')}`;
  });
  const rate = row.rate ? ` (${figure(row.rate)} requests/s)` : '';
  return [
    `${row.id}  ${row.title}${rate}`,
    ...lines,
    ...row.absent.map((line) => `  absent: ${line}`),
    ...row.warnings.map((line) => `  note: ${line}`),
    `  ${verdictText(row)}`,
  ].join('\n');
}

const target = ({ atLeast, atMost }) =>
  atLeast === undefined ? `≤ ${round(atMost, 2)}` : `≥ ${round(atLeast, 2)}`;

function verdictText(row) {
  if (row.ratio === undefined) return `target ${target(row)}: ${row.verdict}`;
  const wide = row.verdict === 'undecided' && row.low < row.high;
  const said = wide ? 'undecided, the spread is too wide to speak' : row.verdict;
  return `premier beside ${row.measured[row.baseline].title}: ${times(row.ratio)} (${spread(row)}); target ${target(row)}: ${said}`;
}

/** All rows in one table of Markdown. */
export function table(rows) {
  const lines = rows.map((row) => {
    const value = (name) => (row.measured[name] ? figure(row.measured[name].figure) : '–');
    const second = (name) => (row.per && row.measured[name] ? figure(row.measured[name].perSecond) : '–');
    const verdict = row.verdict === 'short' ? '**short**' : row.verdict;
    return `| ${row.title} | ${row.unit} | ${value(row.baseline)} | ${value('premier')} | ${times(row.ratio)} | ${spread(row)} | ${target(row)} | ${verdict} | ${second(row.baseline)} | ${second('premier')} |`;
  });
  return [
    '| work | unit | node:http, or what it is measured against | premier | ratio | of the pairings | target | | its answers a second | premier’s |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |',
    ...lines,
  ].join('\n');
}

/** The rows in which servers of other makes were measured, in one table of Markdown. */
export function fieldTable(rows) {
  const names = ['node', 'premier', 'floor', 'uwebsockets', 'bun', 'deno'];
  const shown = rows.filter(({ measured }) =>
    Object.keys(measured).some((name) => ['floor', 'uwebsockets', 'bun', 'deno'].includes(name)),
  );
  if (shown.length === 0) return '';
  const titles = names.map(
    (name) => shown.find(({ measured }) => measured[name])?.measured[name].title ?? name,
  );
  const cells = (row) => names.map((name) => (row.measured[name] ? figure(row.measured[name].figure) : '–'));
  return [
    `| work | unit | ${titles.join(' | ')} |`,
    `| --- | --- | ${names.map(() => '---:').join(' | ')} |`,
    ...shown.map((row) => `| ${row.title} | ${row.unit} | ${cells(row).join(' | ')} |`),
  ].join('\n');
}

const begin = '<!-- measured: npm run bench -- --write-docs -->';
const end = '<!-- /measured -->';

/** The text between the markers of docs/performance.md. */
export function docsPart(results) {
  const notes = results.rows.flatMap((row) =>
    [...row.warnings, ...row.absent].map((line) => `- ${row.title}: ${line}`),
  );
  return [
    begin,
    ...header(results).map((line) => `- ${line}`),
    '',
    table(results.rows),
    '',
    fieldTable(results.rows),
    ...(results.weight ? ['', weightTable(results.weight)] : []),
    ...(notes.length > 0 ? ['', 'To be known when reading these figures:', '', ...notes] : []),
    end,
  ].join('\n');
}

/** `text` with the part between the markers replaced; the prose around it stays. */
export function withMeasured(text, part) {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`docs/performance.md has no lines "${begin}" and "${end}" between which to write`);
  }
  return text.slice(0, from) + part + text.slice(to + end.length);
}

export function writeDocs(results) {
  const file = join(root, 'docs', 'performance.md');
  writeFileSync(file, withMeasured(readFileSync(file, 'utf8'), docsPart(results)));
}
