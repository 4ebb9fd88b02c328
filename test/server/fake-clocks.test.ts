// What a program under test does to the clocks: nothing that is delivered hangs on those.
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { behaviour, get } from '../subjects.js';

const apis = ['setTimeout', 'setInterval', 'setImmediate', 'Date'] as const;

for (const stopped of [[...apis], ['setImmediate'], ['setTimeout'], ['Date']] as (typeof apis)[number][][]) {
  behaviour(`answers leave while ${stopped.join(', ')} stand still`, async ({ serve, context }) => {
    const { ask, connect } = await serve(async (req, res) => {
      await null;
      res.write('first ');
      await new Promise((resolve) => process.nextTick(resolve));
      res.write('second ');
      req.resume();
      res.end('last');
    });
    await ask(get());
    mock.timers.enable({ apis: stopped, now: 1000 });
    context.after(() => mock.timers.reset());
    try {
      const client = connect().send(get());
      const { body, field } = await client.response();
      assert.equal(body, 'first second last');
      assert.ok(Date.parse(field('date') ?? '') > 1_000_000_000_000, 'a date of 1970');
      assert.equal((await client.send(get()).response()).body, 'first second last');
    } finally {
      mock.timers.reset();
    }
  });
}
