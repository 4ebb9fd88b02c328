// Nodes of which something private was changed before premier was loaded: each is noticed, and everything works there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** What is expected of a file of dist/node once a file of changed/ has run. */
interface Change {
  change: string;
  /** A file of dist/node, and what tells that the plain way is taken. */
  file: string;
  noticed: string;
}

const CHANGES: Change[] = [
  { change: 'stream-socket', file: 'lent-reads', noticed: '!known.lendsReads()' },
  { change: 'stream-socket', file: 'raw-writes', noticed: '!known.writesRaw()' },
  { change: 'lent-reads', file: 'lent-reads', noticed: '!known.lendsReads()' },
  { change: 'raw-writes', file: 'raw-writes', noticed: '!known.writesRaw()' },
  { change: 'listener-table', file: 'listener-table', noticed: '!known.keepsTables' },
  { change: 'readable-state', file: 'readable-state', noticed: '!known.makesStateOnTouch' },
  { change: 'tls-parents', file: 'tls-parents', noticed: '!known.tellsParents()' },
  { change: 'own-methods', file: 'own-methods', noticed: '!known.ownMethodTest()' },
  {
    change: 'borrowed-writes',
    file: 'borrowed-writes',
    noticed: "known.whatIsSent(['a', null, null, 1], false) === 'raw'",
  },
  { change: 'flowing', file: 'flowing', noticed: '!known.forgetsFlowing' },
  {
    change: 'keys',
    file: 'keys',
    noticed: '!known.fieldTableKey && !known.nodeHighWaterMark && !known.nodeCheckingInterval()',
  },
  { change: 'performance-entries', file: 'performance-entries', noticed: '!known.isObserved()' },
  {
    change: 'callable-class',
    file: 'callable-class',
    noticed: 'known.constructOn(net.Server, self, []) !== self',
  },
];

/** Changes that show only where something is refused or called: the essentials do. */
const UNASKED = ['field-errors', 'listening-servers'];

async function run(args: string[]): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, SUBJECTS: 'premier' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  return { code, output: Buffer.concat([...out, ...err]).toString() };
}

const preload = (change: string) => `--import=${new URL(`changed/${change}.js`, import.meta.url).href}`;

/** A program that says of each what it expects. */
const program = (changes: readonly Change[]) => `
  import * as net from 'node:net';
  import { PerformanceObserver } from 'node:perf_hooks';
  new PerformanceObserver(() => {}).observe({ type: 'http' });
  const self = Object.create(net.Server.prototype);
  const noticed = [];
  let known;
  ${changes
    .map(
      ({ file, noticed }) =>
        `known = await import(${JSON.stringify(new URL(`../../dist/node/${file}.js`, import.meta.url).href)});
        noticed.push(${noticed});`,
    )
    .join('\n')}
  console.log(noticed.join());
  process.exit();`;

test('nothing is noticed where nothing was changed', { timeout: 60_000 }, async () => {
  const { output } = await run(['--input-type=module', '--eval', program(CHANGES)]);
  assert.deepEqual(output.trim().split(','), Array(CHANGES.length).fill('false'), output);
});

for (const change of new Set(CHANGES.map((each) => each.change))) {
  const changes = CHANGES.filter((each) => each.change === change);
  const what = changes.map(({ noticed }) => noticed).join(', ');
  test(`a change of ${change} is noticed: ${what}`, { timeout: 60_000 }, async () => {
    const { output } = await run([preload(change), '--input-type=module', '--eval', program(changes)]);
    assert.deepEqual(output.trim().split(','), Array(changes.length).fill('true'), output);
  });
}

/** Flags with which the stores of AsyncLocalStorage live elsewhere than they do by default. */
const CONTEXT_FLAGS = ['--no-async-context-frame', '--experimental-async-context-frame'].filter((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

const WAYS = [...new Set(CHANGES.map(({ change }) => change)), ...UNASKED].map(preload).concat(CONTEXT_FLAGS);

const passed = (output: string) => /^# pass (\d+)$/m.exec(output)?.[1];

/** On Node as it is. */
const usual = run(['--test-reporter=tap', here('essentials.test.js')]);

for (const way of WAYS) {
  const name = way.replace(/.*\/|\.js$/g, '');
  test(`the essentials hold on a Node changed in ${name}`, { timeout: 120_000 }, async () => {
    const { code, output } = await run([way, '--test-reporter=tap', here('essentials.test.js')]);
    const failed = output.split('\n').filter((line) => line.startsWith('not ok'));
    assert.deepEqual(failed, [], output);
    assert.equal(code, 0, output);
    assert.equal(passed(output), passed((await usual).output));
  });
}
