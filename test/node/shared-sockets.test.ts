// When the end of a worker is told: after what it said last, which may come after its end.
import assert from 'node:assert/strict';
import cluster, { type Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { holdSockets } from '../../dist/node/shared-sockets.js';

const { SCHED_NONE, SCHED_RR, schedulingPolicy } = cluster;

/** What is told of a worker, event by event. */
function told(context: { after(end: () => void): void }, policy: number, connected: boolean) {
  cluster.schedulingPolicy = policy;
  context.after(() => {
    cluster.schedulingPolicy = schedulingPolicy;
  });
  const child = Object.assign(new EventEmitter(), { connected });
  const heard: unknown[] = [];
  // The parts of a worker that are asked for.
  const worker = { process: child } as unknown as Worker;
  holdSockets(worker, (exitCode, signal) => heard.push(exitCode ?? signal));
  child.on('message', (message) => heard.push(message));
  return { child, heard };
}

for (const [name, policy] of [
  ['the system hands out connections', SCHED_NONE],
  ['the parent hands out connections', SCHED_RR],
] as const) {
  test(`a worker's end is told after its last word, where ${name}`, (context) => {
    const { child, heard } = told(context, policy, true);
    child.emit('exit', null, 'SIGKILL');
    child.emit('message', 'ready');
    assert.deepEqual(heard, ['ready']);
    child.emit('disconnect');
    assert.deepEqual(heard, ['ready', 'SIGKILL']);
  });

  test(`a worker's end is told at once where its channel has ended before, where ${name}`, (context) => {
    const { child, heard } = told(context, policy, true);
    child.emit('disconnect');
    child.emit('exit', 0, null);
    assert.deepEqual(heard, [0]);
  });

  test(`a worker's end is told at once where it never had a channel, where ${name}`, (context) => {
    const { child, heard } = told(context, policy, false);
    child.emit('exit', 1, null);
    assert.deepEqual(heard, [1]);
  });

  test(`a worker's end is told once where something else keeps its channel open, where ${name}`, (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { child, heard } = told(context, policy, true);
    child.emit('exit', 0, null);
    context.mock.timers.tick(999);
    assert.deepEqual(heard, []);
    context.mock.timers.tick(1);
    assert.deepEqual(heard, [0]);
    child.emit('disconnect');
    assert.deepEqual(heard, [0]);
  });
}
