// Each stream has an async context of its own, also for what it is told when many leave in one write.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { until } from '../../subjects.js';
import { serve, test } from './client.js';

type Ending = (res: ServerResponse) => void;

const endings: [sentence: string, end: Ending][] = [
  ['at once', (res) => res.end('answered')],
  ['in a later turn', (res) => setImmediate(() => res.end('answered'))],
  ['with memory of its own', (res) => setImmediate(() => res.end(Buffer.alloc(100_000)))],
  ['after a piece', (res) => res.write('a piece', () => res.end())],
];

const methods: [sentence: string, headers: Record<string, string>, body: string | undefined][] = [
  ['no body', {}, undefined],
  ['a body that nobody reads', { ':method': 'POST' }, 'unread'],
];

for (const [how, end] of endings) {
  for (const [what, headers, body] of methods) {
    test(`no stream hears in the context of another, with ${what}, answered ${how}`, async (context) => {
      const storage = new AsyncLocalStorage<string>();
      const heard: Record<string, string[]> = {};
      const listen = (req: IncomingMessage, res: ServerResponse) => {
        const url = req.url as string;
        heard[url] = [];
        const listenFor = (name: string, emitter: IncomingMessage | ServerResponse, events: string[]) => {
          for (const event of events)
            emitter.on(event, () => heard[url].push(`${name} ${event} ${storage.getStore()}`));
        };
        listenFor('request', req, ['end', 'close', 'aborted']);
        listenFor('response', res, ['finish', 'close']);
        end(res);
      };
      const { ask } = await serve(context, (req, res) => {
        storage.run(req.url as string, listen, req, res);
      });
      const urls = ['/1', '/2', '/3', '/4'];
      await Promise.all(urls.map((url) => ask({ ':path': url, ...headers }, body)));
      await until(() => urls.every((url) => heard[url].length >= 4));
      await nextTurn();
      for (const url of urls) {
        // What comes of a body has the context of the connection, where the handler has entered none.
        const told = heard[url].map((line) => (body === undefined ? line : line.replace('undefined', url)));
        const expected = ['request close', 'request end', 'response close', 'response finish'];
        assert.deepEqual(
          told.sort(),
          expected.map((event) => `${event} ${url}`),
        );
      }
    });
  }
}
