// Express 5 and 4 over HTTP/2, as they are over HTTP/1.1 on the same port.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { serve, test } from '../server/http2/client.js';
import type { Listener } from '../subjects.js';
import { missing } from './program.js';

const require = createRequire(new URL('../../test/apps/package.json', import.meta.url));

for (const name of missing ? [] : ['express', 'express4']) {
  /** An app that uses what middleware usually touches. */
  const app = () => {
    const express = require(name);
    const site = express();
    site.set('env', 'test');
    site.use(express.json());
    site.get(
      '/',
      (req: { httpVersion: string; protocol: string; hostname: string }, res: { send(text: string): void }) =>
        res.send(`${req.httpVersion} ${req.protocol} ${req.hostname}`),
    );
    site.post('/json', (req: { body: object }, res: { json(value: object): void }) => res.json(req.body));
    site.get('/redirect', (_req: unknown, res: { redirect(to: string): void }) => res.redirect('/'));
    site.get('/throws', () => {
      throw new Error('mine');
    });
    return site as Listener;
  };

  test(`${name} answers over HTTP/2 and over HTTP/1.1`, async (context) => {
    const { ask, askHttp1 } = await serve(context, app());
    for (let i = 0; i < 3; i++) {
      const { status, body, headers } = await ask();
      assert.deepEqual([status, body], [200, '2.0 https localhost']);
      assert.equal(headers['x-powered-by'], 'Express');
      assert.equal((await askHttp1()).body, '1.1 https 127.0.0.1');
    }
    const missingPage = await ask('/missing');
    assert.equal(missingPage.status, 404);
    assert.equal((await ask('/throws')).status, 500);
    assert.equal((await ask('/redirect')).headers.location, '/');
  });

  test(`${name} reads JSON over HTTP/2, with a length and without`, async (context) => {
    const { ask } = await serve(context, app());
    const headers = { ':method': 'POST', ':path': '/json', 'content-type': 'application/json' };
    assert.equal((await ask(headers, '{"a":1}')).body, '{"a":1}');
    assert.equal((await ask({ ...headers, 'content-length': '7' }, '{"a":2}')).body, '{"a":2}');
    assert.equal((await ask(headers, '{"a":')).status, 400);
  });
}
