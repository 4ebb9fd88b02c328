// The diagnostics channels that tracing tools listen to, with what they carry and when.
import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import {
  behaviour,
  get,
  outcome,
  type Request,
  type Response,
  type Server,
  type Stage,
  turns,
  until,
} from '../subjects.js';

interface Message {
  request: Request;
  response: Response;
  socket?: unknown;
  server?: Server;
}

/** Listens to the channels until the test is over. */
function listen(
  context: Stage['context'],
  names: string[],
  record: (name: string, message: Message) => void,
): void {
  for (const name of names) {
    const listener = (message: unknown) => record(name, message as Message);
    channel(name).subscribe(listener);
    context.after(() => channel(name).unsubscribe(listener));
  }
}

const start = 'http.server.request.start';
const created = 'http.server.response.created';
const finish = 'http.server.response.finish';

behaviour(
  'start comes before the handler and finish after the answer, with all that belongs to them',
  async (stage) => {
    const events: string[] = [];
    const messages: Message[] = [];
    let server: Server | undefined;
    listen(stage.context, [start, finish], (name, message) => {
      if (message.server !== server) return;
      events.push(name);
      messages.push(message);
      assert.ok(message.request.headers.host);
      assert.equal(message.response.req, message.request);
      assert.equal(message.socket, message.request.socket);
      if (name === start) assert.equal(message.response.headersSent, false);
      else assert.equal(message.response.statusCode, 201);
    });
    const served = await stage.serve((req, res) => {
      events.push('request');
      assert.equal(messages.at(-1)?.request, req);
      assert.equal(messages.at(-1)?.response, res);
      res.statusCode = 201;
      res.on('finish', () => events.push('finish'));
      res.end('ok');
    });
    server = served.server;
    const client = served.connect();
    for (const count of [4, 8]) {
      await client.send(get()).response();
      await until(() => events.length >= count, "'finish' on both");
    }
    const round = [start, 'request', finish, 'finish'];
    assert.deepEqual(events, [...round, ...round]);
  },
);

behaviour(
  'response.created carries request and response, before start',
  async (stage) => {
    const events: string[] = [];
    listen(stage.context, [created, start], (name, { request, response }) => {
      if (request.url !== '/created') return;
      events.push(name);
      assert.ok(request instanceof stage.http.IncomingMessage);
      assert.ok(response instanceof stage.http.ServerResponse);
    });
    const { ask } = await stage.serve((_req, res) => res.end('ok'));
    await ask(get('/created'));
    assert.deepEqual(events, [created, start]);
  },
  { since: 22 },
);

behaviour('start sets the context of the handler when a store is bound to the channel', async (stage) => {
  const { AsyncLocalStorage } = await import('node:async_hooks');
  const storage = new AsyncLocalStorage<string>();
  listen(stage.context, [start], (_name, { request }) => storage.enterWith(`traced ${request.url}`));
  const { connect } = await stage.serve((_req, res) => {
    setImmediate(() => res.end(storage.getStore()));
  });
  const client = connect().send(get('/1') + get('/2'));
  assert.equal((await client.response()).body, 'traced /1');
  assert.equal((await client.response()).body, 'traced /2');
});

behaviour('an answer that is cut off has no finish', async (stage) => {
  const events: string[] = [];
  let server: Server | undefined;
  listen(stage.context, [start, finish], (name, message) => {
    if (message.server === server) events.push(name);
  });
  const closed = outcome();
  const served = await stage.serve((_req, res) => {
    res.on('close', () => closed.resolve(null));
    res.write('half');
    setImmediate(() => res.destroy());
  });
  server = served.server;
  await served.connect().send(get()).rest();
  await closed.promise;
  await turns(5);
  assert.deepEqual(events, [start]);
});

behaviour('a PerformanceObserver of type http gets an entry for each request', async ({ serve, context }) => {
  const entries: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntriesByName('HttpRequest')));
  observer.observe({ type: 'http' });
  context.after(() => observer.disconnect());
  const { ask } = await serve((_req, res) => {
    res.statusCode = 201;
    res.setHeader('X', 'y');
    res.end();
  });
  await ask(get('/observed'));
  await until(() => entries.length > 0, 'the entry');
  const { req, res } = (entries[0] as unknown as { detail: Record<string, Record<string, unknown>> }).detail;
  assert.deepEqual([req?.method, req?.url], ['GET', '/observed']);
  assert.deepEqual(
    [res?.statusCode, res?.statusMessage, { ...(res?.headers as object) }],
    [201, 'Created', { x: 'y' }],
  );
  assert.equal(entries.length, 1);
});

const client = ['http.client.request.start', 'http.client.request.error', 'http.client.response.finish'];
for (const [who, observes] of [
  ['nobody', false],
  ['somebody', true],
] as const) {
  for (const channels of [client, [created], [...client, created, start, finish]]) {
    behaviour(
      `where ${who} observes performance, who listens to ${channels.length} channels hears of the program's exchanges alone`,
      async ({ serve, context }) => {
        const told: string[] = [];
        const entries: string[] = [];
        const observer = new PerformanceObserver((list) => {
          for (const { name } of list.getEntries()) entries.push(name);
        });
        if (observes) observer.observe({ type: 'http' });
        context.after(() => observer.disconnect());
        listen(context, channels, (name, { request }) => told.push(`${name} ${request.url}`));
        const { connect } = await serve((_req, res) => res.end('ok'));
        const raw = connect();
        for (const target of ['/1', '/2']) {
          await raw.send(get(target)).response();
          await turns();
        }
        // Not on Node 20, whose own server doesn't tell of them.
        const expected = channels.includes(start) ? [start, finish] : [];
        for (const name of expected)
          assert.deepEqual(
            told.filter((line) => line.startsWith(name)),
            [`${name} /1`, `${name} /2`],
          );
        const others = told.filter((line) => !expected.some((name) => line.startsWith(name)));
        assert.ok(
          others.every((line) => [`${created} /1`, `${created} /2`].includes(line)),
          others.join(),
        );
        if (observes) await until(() => entries.length >= 2, 'an entry for each');
        assert.equal(entries.length, observes ? 2 : 0);
      },
      { only: 'plain' },
    );
  }
}

behaviour(
  'created is told of responses that a program makes by itself, with the request they answer',
  ({ http, context }) => {
    const told: Message[] = [];
    listen(context, [created], (_name, message) => told.push(message));
    const request = { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 } as Request;
    class Own extends http.ServerResponse {}
    const made = [new http.ServerResponse(request), new Own(request), Object.create(Own.prototype)];
    Reflect.apply(http.ServerResponse, made[2] as object, [request]);
    assert.equal(told.length, 3);
    for (const [index, message] of told.entries()) {
      assert.equal(message.response, made[index]);
      assert.equal(message.request, request);
    }
  },
  { only: 'plain', since: 22 },
);
