// When a worker has had enough: what it holds from the moment it serves, and how soon that may be said again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lifecycle } from '../../dist/operation/lifecycle.js';
import { StartGate } from '../../dist/operation/start-gate.js';
import { type ReachedLimit, watchLimits } from '../../dist/operation/worker-limits.js';

test('memory counts from the moment in which a worker serves, and what it takes by then is no reason to replace it', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let resident = 50;
  context.mock.method(process.memoryUsage, 'rss', () => resident);
  const told: Record<string, unknown[]> = { low: [], high: [], even: [] };
  const watch = (name: string, memory: number, random: number) => {
    const tell = (what: ReachedLimit | number) => told[name]?.push(what);
    watchLimits({ memory }, { reached: tell, alwaysFull: tell }, () => random);
  };
  watch('low', 40, 0.5);
  watch('high', 100, 0.5);
  // A limit is drawn a tenth lower or higher.
  watch('even', 50, 0);
  context.mock.timers.tick(5000);
  resident = 48;
  lifecycle.advance('ready');
  context.mock.timers.tick(1000);
  assert.deepEqual(told, { low: [48], high: [], even: [48] });
  resident = 101;
  context.mock.timers.tick(3000);
  assert.deepEqual(told, { low: [48], high: [{ memory: 101 }], even: [48] });
});

test('what is full soon after its start serves on for longer and longer', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const gate = new StartGate(() => {});
  const lives = [9000, 9000, 9000, 9000, 9000, 9000, 9000, 9000, 11_000, 9000];
  assert.deepEqual(
    lives.map((life) => gate.pauseOfFull(1_000_000 - life)),
    [0, 1, 2, 4, 8, 16, 30, 30, 0, 1],
  );
  assert.ok(gate.isOpen);
});
