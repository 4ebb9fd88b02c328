// How long unread bodies hold back the others of a connection over HTTP/2, and of how many connections at a time not for long.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

// The engine takes the clock as it is when it is loaded.
mock.timers.enable({ apis: ['setTimeout'] });
const { ReadingPatience } = await import('../../../dist/server/http2/reading-patience.js');
const { MAX_WIDE_CONNECTIONS, READING_PATIENCE } = await import('../../../dist/server/limits.js');

/** A connection whose bodies are held back until the engine or their readers let others come. */
function heldBack() {
  const engine = {
    bodiesHeldBack: true,
    timesWidened: 0,
    letBodiesCome() {
      this.bodiesHeldBack = false;
      this.timesWidened++;
    },
  };
  const patience = new ReadingPatience(engine as never, () => {});
  patience.look();
  return { engine, patience };
}

test('a window that is closed for long is widened, and one that is opened before is not', () => {
  const [closed, opened] = [heldBack(), heldBack()];
  opened.engine.bodiesHeldBack = false;
  mock.timers.tick(READING_PATIENCE - 1);
  assert.equal(closed.engine.timesWidened, 0);
  mock.timers.tick(1);
  assert.deepEqual([closed.engine.timesWidened, opened.engine.timesWidened], [1, 0]);
  for (const { patience } of [closed, opened]) patience.stop();
});

test('few connections have a wide window at a time, and the next one has it when one of them closes', () => {
  const all = Array.from({ length: MAX_WIDE_CONNECTIONS + 2 }, heldBack);
  const widened = () => all.map(({ engine }) => engine.timesWidened);
  mock.timers.tick(READING_PATIENCE);
  assert.deepEqual(widened(), [...Array(MAX_WIDE_CONNECTIONS).fill(1), 0, 0]);
  mock.timers.tick(READING_PATIENCE);
  assert.deepEqual(widened(), [...Array(MAX_WIDE_CONNECTIONS).fill(1), 0, 0]);
  all[0]?.patience.stop();
  all[0]?.patience.stop();
  mock.timers.tick(READING_PATIENCE);
  assert.deepEqual(widened(), [...Array(MAX_WIDE_CONNECTIONS).fill(1), 1, 0]);
  for (const { patience } of all) patience.stop();
});

test('a connection that has closed waits for nothing', () => {
  const { engine, patience } = heldBack();
  patience.stop();
  mock.timers.tick(2 * READING_PATIENCE);
  assert.equal(engine.timesWidened, 0);
});
