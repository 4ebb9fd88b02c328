// Workers that stop together: who closes at once, who takes in those that wait, and from when on.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { type TestContext, test } from 'node:test';
import { PoolWorker, type WorkerListener } from '../../dist/operation/pool-worker.js';
import { type Place, stopTogether } from '../../dist/operation/stop-order.js';

const listener = { listening() {}, ready() {} } as unknown as WorkerListener;

/** A worker that listens on so many ports of this computer, and may serve already. */
function worker(name: string, { ports, ready = true }: { ports: number[]; ready?: boolean }) {
  const child = Object.assign(new EventEmitter(), { pid: 7, connected: true });
  // The parts of a worker that are asked for.
  const ofCluster = Object.assign(new EventEmitter(), {
    process: child,
    isConnected: () => false,
  }) as unknown;
  const poolWorker = new PoolWorker(ofCluster as Worker, { name, generation: 1 }, listener, {});
  for (const port of ports)
    (ofCluster as EventEmitter).emit('listening', { addressType: 4, address: '127.0.0.1', port });
  const say = (premier: string) => child.emit('internalMessage', { cmd: 'NODE_PREMIER', premier });
  if (ready) say('ready');
  return { poolWorker, say };
}

/** Who is stopped, and how, in order. */
function stopping(workers: ReturnType<typeof worker>[]) {
  const stopped: [name: string, place: Place][] = [];
  const over = stopTogether(
    workers.map(({ poolWorker }) => poolWorker),
    ({ name }, place) => stopped.push([name, place]),
  );
  return { stopped, over };
}

const LAST = { last: true, alone: true };
const BESIDE_IT = { last: false, alone: false };
const SOMEWHERE_LAST = { last: true, alone: false };

for (const [what, workers, places] of [
  ['only one', [worker('a', { ports: [80] })], [['a', LAST]]],
  [
    'two that listen where the last does',
    [worker('a', { ports: [80, 81] }), worker('b', { ports: [80] }), worker('c', { ports: [81, 80] })],
    [
      ['b', BESIDE_IT],
      ['c', BESIDE_IT],
      ['a', LAST],
    ],
  ],
  [
    'one that listens elsewhere too',
    [worker('a', { ports: [80] }), worker('b', { ports: [80, 81] })],
    [
      ['b', SOMEWHERE_LAST],
      ['a', LAST],
    ],
  ],
  [
    'one that does not serve yet',
    [worker('a', { ports: [80], ready: false }), worker('b', { ports: [80] })],
    [
      ['a', BESIDE_IT],
      ['b', LAST],
    ],
  ],
  [
    'one that listens nowhere yet',
    [worker('a', { ports: [], ready: false }), worker('b', { ports: [80], ready: false })],
    [
      ['a', BESIDE_IT],
      ['b', LAST],
    ],
  ],
] as [string, ReturnType<typeof worker>[], [string, Place][]][])
  test(`of workers that stop together, ${what}: the last takes in who waits`, async () => {
    const { stopped, over } = stopping(workers);
    assert.deepEqual(stopped, workers.length > 1 ? places.slice(0, -1) : []);
    for (const { say } of workers) say('acceptsNoMore');
    await over;
    assert.deepEqual(stopped, places);
  });

test('where one does not say for five seconds that it accepts no more, the last takes in who waits all the same', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { stopped, over } = stopping(['a', 'b', 'c'].map((name) => worker(name, { ports: [80] })));
  const names = () => stopped.map(([name]) => name);
  context.mock.timers.tick(4999);
  await null;
  assert.deepEqual(names(), ['b', 'c']);
  context.mock.timers.tick(1);
  await over;
  assert.deepEqual(names(), ['b', 'c', 'a']);
});

/** Resolves with what a worker says first when it is told to stop, of a program that does something of its own at SIGTERM. */
function firstWord(context: TestContext, onTerm: string): Promise<unknown> {
  const module = new URL('../../dist/operation/stop-request.js', import.meta.url);
  const program = `import { stopRequest } from ${JSON.stringify(module)};
${onTerm}
setInterval(() => {}, 1000);
stopRequest({ unlessHandled: true }).then(() => process.send({ cmd: 'NODE_PREMIER', premier: 'stops as asked' }));
process.send({ cmd: 'NODE_PREMIER', premier: 'begins' });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, PREMIER_WORKER: 'further' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  context.after(() => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('close', () => reject(new Error('it ended')));
    child.on('internalMessage', ({ premier }: { premier?: string }) => {
      if (premier !== 'begins') return resolve(premier);
      child.send({ cmd: 'NODE_PREMIER', premier: 'stop', stopAfter: 1, last: true });
    });
  });
}

for (const [what, onTerm, word] of [
  ['of a program that stops in its own way', "process.on('SIGTERM', () => {});", 'acceptsNoMore'],
  ['of any other', '', 'stops as asked'],
] as const)
  test(`a worker ${what} says ${word}`, async (context) => {
    assert.equal(await firstWord(context, onTerm), word);
  });
