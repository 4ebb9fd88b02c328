// A worker as its parent knows it: how long it may take to end.
import assert from 'node:assert/strict';
import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { PoolWorker, type WorkerListener } from '../../dist/operation/pool-worker.js';

/** A worker that hears signals only, and what its pool is told. */
function deafWorker() {
  const told: string[] = [];
  const kill = (signal: string) => told.push(signal);
  const child = Object.assign(new EventEmitter(), { pid: 7, connected: true, kill });
  // The parts of a worker that are asked for.
  const worker = Object.assign(new EventEmitter(), { process: child, isConnected: () => false }) as unknown;
  const listener = {
    stuck: (_worker: PoolWorker, seconds: number) => told.push(`stuck ${seconds}`),
    ended: () => told.push('ended'),
  } as unknown as WorkerListener;
  const poolWorker = new PoolWorker(worker as Worker, { name: '1', generation: 1 }, listener, {});
  return { poolWorker, child, told };
}

const terms = { stopAfter: 2, grace: 0, last: false };

test('one that does not end is killed five seconds after its time, and that is told before', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { poolWorker, told } = deafWorker();
  poolWorker.retire(terms);
  context.mock.timers.tick(6999);
  assert.deepEqual(told, []);
  context.mock.timers.tick(1);
  assert.deepEqual(told, ['stuck 7', 'SIGKILL']);
});

test('one that ends in its time is not', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { poolWorker, child, told } = deafWorker();
  poolWorker.retire(terms);
  child.emit('disconnect');
  child.emit('exit', 0, null);
  context.mock.timers.tick(60_000);
  assert.deepEqual(told, ['ended']);
});

test('one that is asked twice has the time of the first', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { poolWorker, told } = deafWorker();
  poolWorker.retire(terms);
  context.mock.timers.tick(5000);
  poolWorker.retire({ ...terms, stopAfter: 30 });
  context.mock.timers.tick(2000);
  assert.deepEqual(told, ['stuck 7', 'SIGKILL']);
});

test('one accepts no more once it says so, or is gone', async () => {
  for (const [name, ...args] of [
    ['internalMessage', { cmd: 'NODE_PREMIER', premier: 'acceptsNoMore' }],
    ['exit', 0, null],
  ] as const) {
    const { poolWorker, child } = deafWorker();
    let accepts = true;
    void poolWorker.acceptsNoMore.then(() => {
      accepts = false;
    });
    await null;
    assert.ok(accepts);
    if (name === 'exit') child.emit('disconnect');
    child.emit(name, ...args);
    await poolWorker.acceptsNoMore;
  }
});
