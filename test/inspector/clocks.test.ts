// What the inspector does as time goes by, on clocks that the tests turn. In: an inspector, its feed. Out: when it tells and
// gives up. No test here may use fetch(): its own clocks are the same, and a connection of it that cannot stop them crashes
// after it is gone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import http from 'premier';
import type { BatchView, ExchangeDetail } from '../../dist/inspector/exchange-view.js';
import { Feed } from '../../dist/inspector/feed.js';
import { settingsFrom } from '../../dist/inspector/options.js';
import { Recorder } from '../../dist/inspector/recorder.js';
import type { ObservedExchange } from '../../dist/observe.js';
import { inspected } from './inspected.js';

test('of more than a page takes at once, no exchange stays under way for it', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const settings = settingsFrom();
  const recorder = new Recorder(settings);
  const told = new Map<number, string | null>();
  let missed = 0;
  const res = {
    writableLength: 0,
    writeHead: () => {},
    on: () => {},
    end: () => {},
    write: (text: string) => {
      const [, data] = /^event: batch\ndata: (.*)\n\n$/.exec(text) ?? [];
      if (data === undefined) return;
      const batch = JSON.parse(data) as BatchView;
      missed += batch.missed;
      for (const { id, outcome } of batch.exchanges) told.set(id, outcome);
    },
  };
  const feed = new Feed(res as unknown as ServerResponse, recorder, settings);
  const observed = { id: 1, server: http.createServer(), socket: new Socket(), protocol: 'http/1.1' };
  let begun = 0;
  const begin = () => {
    const facts = { startedAt: 0, rawHeaders: [], method: 'GET', target: '/' };
    const exchange = { id: ++begun, connection: observed, ...facts };
    recorder.requestHead(exchange as unknown as ObservedExchange, null, 0, 0);
    return exchange;
  };
  const close = (exchange: object) =>
    recorder.exchangeClosed(
      Object.assign(exchange, { outcome: 'complete', status: 200 }) as ObservedExchange,
    );
  const slow = begin();
  t.mock.timers.tick(100);
  assert.equal(told.get(1), null);
  const many = Array.from({ length: 600 }, begin);
  for (const exchange of many.slice(0, 400)) close(exchange);
  close(slow);
  t.mock.timers.tick(100);
  assert.equal(told.get(1), 'complete');
  assert.ok(![...told.values()].includes(null));
  assert.equal(told.size + missed, 601);
  for (const exchange of many.slice(400)) close(exchange);
  t.mock.timers.tick(100);
  assert.ok(![...told.values()].includes(null));
  assert.equal(told.size + missed, 601, 'what was missed and is told of after all is missed no more');
  feed.end();
});

/** What the inspector answers on a path, in JSON; with `body`, to a POST of that. */
async function asked(url: string, body?: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' };
  const sent = request(url, body ? { method: 'POST', headers } : {}).end(body && JSON.stringify(body));
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const piece of response) text += piece;
  return JSON.parse(text);
}

test('an answer without an end is not waited for when it is asked for again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { inspector } = await inspected(t, (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
  });
  let answer: unknown;
  const draft = { startLine: 'GET /events HTTP/1.1', fields: ['Host: a'] };
  const answered = asked(`${inspector.url}api/send`, draft).then((json) => {
    answer = json;
  });
  while (answer === undefined) {
    t.mock.timers.tick(10);
    await Promise.race([answered, new Promise(setImmediate)]);
  }
  assert.deepEqual(answer, { id: 1 });
  t.mock.timers.tick(60_000);
  for (;;) {
    const { outcome } = (await asked(`${inspector.url}api/exchange/1`)) as ExchangeDetail;
    if (outcome === null) continue;
    assert.equal(outcome, 'aborted');
    break;
  }
});
