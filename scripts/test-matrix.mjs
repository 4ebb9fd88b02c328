// `npm run test:matrix [-- WORD ...]`: runs the compiled tests on each line of Node.js that premier supports.
// In: the npm packages that carry the binaries of Node.js, kept in .build/node/. Out: the tests' own reports, then a line
// for each version; exit code 1 when one of them failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { build, buildTests, install, root } from './prepare.mjs';

const majors = [20, 22, 24, 26];
const platform = process.platform === 'win32' ? 'win' : process.platform;
const name = `node-${platform}-${process.arch}`;

/** The folder of the binary of a line of Node.js, fetched from the npm registry unless it is there already. */
function binaries(major) {
  const folder = join(root, '.build', 'node', String(major));
  const bin = join(folder, 'node_modules', name, 'bin');
  if (existsSync(bin)) return bin;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  console.error(`Fetching Node.js ${major} (${name}) into .build/node/${major}`);
  const { status } = spawnSync(
    'npm',
    ['install', `${name}@${major}`, '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: folder,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    },
  );
  if (status === 0 && existsSync(bin)) return bin;
  console.error(`Node.js ${major} can't be fetched as ${name}@${major}; the npm registry is needed once.`);
  process.exit(1);
}

install();
build();
buildTests();

const results = majors.map((major) => {
  const bin = binaries(major);
  const node = join(bin, process.platform === 'win32' ? 'node.exe' : 'node');
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`\n== Node.js ${version} ==`);
  const { status } = spawnSync(node, [join('scripts', 'test.mjs'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    // What the tests start as `node` is to be the same version.
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
  return { version, passed: status === 0 };
});

console.log();
for (const { version, passed } of results) console.log(`Node.js ${version}: ${passed ? 'passed' : 'FAILED'}`);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
