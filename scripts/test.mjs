// `npm test [-- FILE ...]`: installs and builds what is missing or out of date, then runs the tests on this Node.
// With words after `--`, only the test files whose path contains one of them.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { build, buildTests, install, root, tryInstall } from './prepare.mjs';
import { runTestFiles } from './test-files.mjs';

install();
build();
buildTests();

const wanted = process.argv.slice(2);
const files = readdirSync(join(root, 'build'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.test.js'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .sort()
  // Those that take long come last by name: nobody waits for one of them alone.
  .reverse();

// Those of the command wait more than others, for processes: each second file is one of them while there are any.
const ofCommand = files.filter((file) => file.startsWith(join('build', 'cli')));
const others = files.filter((file) => !ofCommand.includes(file));
const inTurn = others.flatMap((file, index) => [file, ...ofCommand.slice(index, index + 1)]);
const order = [...inTurn, ...ofCommand.slice(others.length)];

if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(', ')}.`);
  process.exit(1);
}
for (const folder of ['apps', 'package']) {
  if (files.some((file) => file.startsWith(join('build', folder)))) tryInstall(join('test', folder));
}

// Half of the time a file waits: for a command that starts or stops, for a browser, for a clock.
const passed = await runTestFiles(order, { root, concurrency: 2 * availableParallelism() });
process.exit(passed ? 0 : 1);
