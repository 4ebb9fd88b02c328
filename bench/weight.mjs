// What the package weighs where it is installed, and how long it takes to start: figures with a bound each.
// In: what `npm pack` makes of this checkout, installed as anybody would. Out: rows as plain data.
import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { root } from '../scripts/prepare.mjs';
import { median } from './load/percentile.mjs';

/** ms that starting may take longer than node -e 0. */
const startBound = 40;

const command = join('node_modules', 'premier', 'dist', 'cli', 'main.js');
const firstAnswer = fileURLToPath(new URL('load/first-answer.mjs', import.meta.url));

/** title, unit and bound of each row, if it has one, and what is measured in a project that has the package. */
export const weights = [
  {
    title: 'installed size, all packages',
    unit: 'MB',
    atMost: 2,
    figure: (project) => bytesIn(project.modules) / 1e6,
  },
  { title: 'packages installed', unit: 'packages', atMost: 8, figure: (project) => project.packages },
  startRow("import('premier')", ['--input-type=module', '-e', "import 'premier'"]),
  // Node's own, which is in the row above: no bound of ours.
  startRow("import('node:http') alone", ['--input-type=module', '-e', "import 'node:http'"], null),
  startRow("require('premier')", ['-e', "require('premier')"]),
  startRow('premier --version', [command, '--version']),
  startRow('premier FOLDER to its first answer', [firstAnswer, command, '.', '--port=0'], 150, printed),
];

/** @param took - ms of a run: those that Node ran, or that it printed */
function startRow(title, args, atMost = startBound, took = ran) {
  return {
    title: `${title}, more than node -e 0`,
    unit: 'ms',
    atMost,
    figure: ({ folder, rounds }) => longer(folder, args, rounds, took),
  };
}

function bytesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}

/** ms that Node takes longer with these arguments than with nothing to do: the median of rounds taken in turn. */
function longer(cwd, args, rounds, took) {
  const differences = Array.from({ length: rounds }, () => took(cwd, args) - ran(cwd, ['-e', '0']));
  return Math.max(0, median(differences));
}

/** ms that Node runs with these arguments. */
function ran(cwd, args) {
  const before = process.hrtime.bigint();
  run(cwd, args);
  return Number(process.hrtime.bigint() - before) / 1e6;
}

/** ms that a program prints. */
function printed(cwd, args) {
  return Number(run(cwd, args));
}

/** Without the authorities that this machine has of its own: Node reads them all where node:tls is loaded. */
const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };

function run(cwd, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Packs, installs and measures. Resolves to { title, unit, figure, atMost, verdict } of each row. */
export function weigh({ rounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'premier-weight-'));
  const npm = (args, cwd) =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  try {
    npm(['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], root);
    const [archive] = readdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    npm(['install', archive, '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], folder);
    const modules = join(folder, 'node_modules');
    const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
    const project = { folder, modules, packages: Object.keys(lock.packages).length, rounds: rounds * 7 };
    return weights.map(({ title, unit, atMost, figure }) => {
      const value = figure(project);
      return {
        title,
        unit,
        atMost,
        figure: value,
        verdict: value > (atMost ?? Number.POSITIVE_INFINITY) ? 'exceeded' : 'kept',
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rows in a table of Markdown. */
export function weightTable(rows) {
  return [
    '| what | unit | figure | bound | |',
    '| --- | --- | ---: | ---: | --- |',
    ...rows.map(
      ({ title, unit, figure, atMost, verdict }) =>
        `| ${title} | ${unit} | ${figure.toFixed(unit === 'MB' ? 2 : 0)} | ${atMost === null ? '– | –' : `≤ ${atMost} | ${verdict === 'kept' ? verdict : `**${verdict}**`}`} |`,
    ),
  ].join('\n');
}
