// Brings a checkout up to date: installs dependencies and compiles TypeScript, each only when its inputs changed.
// In: package-lock.json, src/, test/. Out: node_modules/, dist/, build/. Never touches anything outside the checkout.
import './node-version.cjs';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command in the checkout, its output on our stderr, and returns its exit code. */
function codeOf(command, args, cwd = root) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  return status ?? 1;
}

const { LC_ALL, LC_MESSAGES, LANG } = process.env;
const french = /^fr/i.test(LC_ALL || LC_MESSAGES || LANG || '');

/** Says something on stderr, in the language of whoever waits. */
export const say = (inEnglish, inFrench) => console.error(`premier: ${french ? inFrench : inEnglish}`);

/** A digest of the contents and names of every file below the given paths. */
function digest(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const absolute = join(root, path);
    if (!existsSync(absolute)) return;
    hash.update(path).update(readFileSync(absolute));
  };
  for (const path of paths) {
    const absolute = join(root, path);
    if (!existsSync(absolute)) continue;
    let entries = null;
    try {
      entries = readdirSync(absolute, { recursive: true, withFileTypes: true });
    } catch {
      add(path);
      continue;
    }
    const files = entries
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
    for (const file of files.sort()) add(file);
  }
  return hash.digest('hex');
}

/**
 * Does the work when the digest of its inputs differs from the one stamped after it last succeeded.
 * Work that returns false did not succeed, and is tried again the next time.
 */
function whenChanged(stamp, inputs, outputs, work) {
  const stampFile = join(root, stamp);
  const now = digest(inputs);
  const done = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  if (done === now && outputs.every((output) => existsSync(join(root, output)))) return;
  rmSync(stampFile, { force: true });
  if (work() === false) return;
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, now);
}

/**
 * Compiles a project, then puts the result in place: what runs from there never finds it half gone.
 * @param finish - called with the folder of what was compiled, before it is in place
 */
function compile(project, output, finish = () => {}) {
  const fresh = join(root, '.build', `${output}-${process.pid}`);
  const former = `${fresh}-former`;
  mkdirSync(dirname(fresh), { recursive: true });
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  if (codeOf(process.execPath, [tsc, '-p', project, '--outDir', fresh]) !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    say(
      `${project} does not compile; mend the errors above, and start again.`,
      `${project} ne compile pas ; corrigez les erreurs ci-dessus, et relancez.`,
    );
    process.exit(1);
  }
  finish(fresh);
  if (existsSync(join(root, output))) renameSync(join(root, output), former);
  renameSync(fresh, join(root, output));
  rmSync(former, { recursive: true, force: true });
}

/**
 * Whether what is installed is what the lock file asks for, by npm's own record of what it installed: an `npm ci` done
 * by hand counts as well as ours, so that a checkout once installed starts without the network.
 */
function installed(folder) {
  const record = join(root, folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const present = packagesOf(record);
  return Object.entries(packagesOf(join(root, folder, 'package-lock.json'))).every(([path, wanted]) => {
    if (path === '' || wanted.link) return true;
    const found = present[path];
    if (!found) return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
    return found.version === wanted.version && existsSync(join(root, folder, path));
  });
}

/** `npm ci` in `folder` when something of its lock file is missing. */
export function install(folder = '.') {
  if (installed(folder)) return;
  const options = ['--include=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  say('installing packages, this once…', 'installation des paquets, cette fois seulement…');
  if (codeOf('npm', ['ci', ...options], join(root, folder)) === 0) return;
  say(
    'npm ci failed, for the reason above. If it is the network, try again when it is back.',
    'npm ci a échoué, pour la raison ci-dessus. Si c’est le réseau, réessayez quand il sera revenu.',
  );
  process.exit(1);
}

/** `npm ci` for packages that only some tests need: when it fails, they are absent, and those tests skip themselves. */
export function tryInstall(folder) {
  const modules = join(folder, 'node_modules');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', '--fetch-retries=1'];
  whenChanged(join(modules, '.premier-stamp'), [join(folder, 'package-lock.json')], [modules], () => {
    const code = codeOf('npm', [...args, '--fetch-retry-mintimeout=1000'], join(root, folder));
    if (code === 0) return true;
    console.error(`The packages of ${folder} could not be installed: their tests are skipped.`);
    rmSync(join(root, modules), { recursive: true, force: true });
    return false;
  });
}

/** Compiles src/ to dist/ when a source changed since the last time. */
export function build() {
  const inputs = ['src', 'faces', 'tsconfig.json', 'package.json', 'package-lock.json', 'scripts'];
  whenChanged(join('dist', '.stamp'), inputs, ['dist'], () => {
    compile('tsconfig.json', 'dist', bundle);
    chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755);
  });
}

/** Compiles test/ to build/ when a test or a source changed since the last time. */
export function buildTests() {
  whenChanged(
    join('build', '.stamp'),
    ['src', 'faces', 'test', 'tsconfig.json', 'package-lock.json'],
    ['build'],
    () => compile(join('test', 'tsconfig.json'), 'build'),
  );
}
