// Runs test files side by side, each in a process of its own, and reports on all of them as one.
// In: compiled test files. Out: what the spec reporter says of each, whole and in the order in which they end, then the
// sums, then the failures once more; whether none failed. `node --test` does the same over a channel on which, where much is
// said at once, it takes one message for another and never ends (Node.js 20).
import { spawn } from 'node:child_process';
import process from 'node:process';

const SUMS = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo'];
const SUM = /^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/;

/** Runs one file. Resolves with what it printed, without its sums, and those. */
function run(file, root) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--test-reporter=spec', file], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('close', (code, signal) => {
      const result = split(Buffer.concat(output).toString());
      result.passed = code === 0;
      // A process that ends before its tests have told nothing of them.
      const isSilent = result.sums.tests === 0 || (!result.passed && result.sums.fail === 0);
      if (isSilent) {
        result.passed = false;
        result.sums.fail++;
        const end = signal ?? `exit code ${code}`;
        const because =
          result.sums.tests === 0 ? 'without a sum of its tests' : 'though none of its tests failed';
        // Node says on such a line what went wrong after a test had ended.
        const said = result.report.split('\n').filter((line) => /^ℹ (Error|Warning): /.test(line));
        result.failures += `${[`✖ ${file} ended with ${end}, ${because}`, ...said].join('\n')}\n\n`;
      }
      resolve(result);
    });
  });
}

/** Parts the report of a file: its tests, its sums, and its failures told once more. */
function split(text) {
  const sums = Object.fromEntries(SUMS.map((name) => [name, 0]));
  const lines = text.split('\n');
  const isSum = lines.map((line) => SUM.exec(line));
  for (const match of isSum) if (match && match[1] in sums) sums[match[1]] += Number(match[2]);
  const last = isSum.findLastIndex(Boolean);
  const report = lines.filter((_line, i) => !isSum[i] && (last < 0 || i < last)).join('\n');
  // What is printed as the process ends, such as a warning of Node's, may come after the sums as well.
  const told = last < 0 ? -1 : lines.indexOf('✖ failing tests:', last);
  const failures = told < 0 ? '' : lines.slice(told + 1).join('\n');
  return { report, sums, failures };
}

/**
 * @param files - paths that start from `root`
 * @param concurrency - processes at a time
 * @returns whether all passed
 */
export async function runTestFiles(files, { root, concurrency }) {
  const start = performance.now();
  const waiting = [...files];
  const total = Object.fromEntries(SUMS.map((name) => [name, 0]));
  let failures = '';
  let passed = true;
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await run(file, root);
      process.stdout.write(`${result.report.trimEnd()}\n`);
      for (const name of SUMS) total[name] += result.sums[name];
      failures += result.failures;
      passed &&= result.passed;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  for (const name of SUMS) console.log(`ℹ ${name} ${total[name]}`);
  console.log(`ℹ duration_ms ${performance.now() - start}`);
  if (failures !== '') console.log(`\n✖ failing tests:\n\n${failures}`);
  return passed;
}
