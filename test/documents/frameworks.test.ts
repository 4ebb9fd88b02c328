// The same handler under premier, node:http, Express and Connect.
import assert from 'node:assert/strict';
import nodeHttp, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import premier from 'premier';
import { documents } from 'premier/documents';
import { folderWith, serving } from './shelf.js';

const files = {
  'index.html': 'home',
  'sub/index.html': 'sub',
  'a.txt': 'a',
  'large.bin': Buffer.alloc(2_000_000),
};

for (const { name, createServer } of [
  { name: 'premier', createServer: premier.createServer },
  { name: 'node:http', createServer: nodeHttp.createServer },
]) {
  test(`as a listener of ${name}`, async (t) => {
    const { ask } = await serving(t, documents(folderWith(t, files)), createServer);
    assert.equal((await ask('/')).body, 'home');
    assert.equal((await ask('/large.bin')).body.length, 2_000_000);
    assert.equal((await ask('/missing')).status, 404);
    assert.equal((await ask('/sub')).field('location'), '/sub/');
  });
}

/** Does what Express and Connect do for a handler mounted at `/static`. */
function mounted(handler: ReturnType<typeof documents>): RequestListener {
  return (req: IncomingMessage & { originalUrl?: string }, res: ServerResponse) => {
    req.originalUrl = req.url as string;
    const rest = /^\/static(?=[/?]|$)(.*)$/.exec(req.url as string)?.[1];
    const next = (error?: unknown) => res.writeHead(error ? 500 : 299).end('next');
    if (rest === undefined) return void next();
    req.url = rest.startsWith('/') ? rest : `/${rest}`;
    res.setHeader('Vary', 'Origin');
    res.setHeader('X-Powered-By', 'test');
    handler(req, res, next);
  };
}

test('mounted below a path, with a next handler', async (t) => {
  const { ask } = await serving(t, mounted(documents(folderWith(t, { ...files, '404.html': 'lost' }))));
  for (const [target, method, status, expected] of [
    ['/static/', 'GET', 200, 'home'],
    ['/static/a.txt', 'GET', 200, 'a'],
    ['/static', 'GET', 308, '/static/'],
    ['/static?x=1', 'GET', 308, '/static/?x=1'],
    ['/static/sub?x=1', 'GET', 308, '/static/sub/?x=1'],
    ['/static//sub', 'GET', 308, '/static/sub/'],
    ['/static/missing', 'GET', 299, 'next'],
    ['/static/.env', 'GET', 299, 'next'],
    ['/static/a.txt', 'POST', 299, 'next'],
    ['/static/a.txt', 'OPTIONS', 299, 'next'],
    ['/static/%zz', 'GET', 400, undefined],
    ['/other', 'GET', 299, 'next'],
  ] as const) {
    for (const time of ['first', 'again']) {
      const answer = await ask(target, {}, method);
      assert.equal(answer.status, status, `${method} ${target} ${time}`);
      if (expected === undefined) continue;
      assert.equal(status === 308 ? answer.field('location') : answer.body, expected, `${target} ${time}`);
    }
  }
});

test('the page of a single-page app goes before the next handler', async (t) => {
  const { ask } = await serving(t, mounted(documents(folderWith(t, files), { single: true })));
  assert.equal((await ask('/static/users/42')).body, 'home');
  assert.equal((await ask('/static/missing.js')).body, 'next');
});

test('what a middleware has set before is kept', async (t) => {
  const { ask } = await serving(t, mounted(documents(folderWith(t, { 'a.js': 'x'.repeat(900) }))));
  const answer = await ask('/static/a.js');
  assert.equal(answer.field('x-powered-by'), 'test');
  assert.equal(answer.field('vary'), 'Origin, Accept-Encoding');
});

const apps = createRequire(new URL('../../test/apps/package.json', import.meta.url));
const missing = (() => {
  try {
    apps.resolve('express');
    return false;
  } catch {
    return 'Express is not installed (npm ci in test/apps)';
  }
})();

test('in an Express app', { skip: missing }, async (t) => {
  const express = apps('express');
  const app = express();
  app.use('/static', documents(folderWith(t, files)));
  app.use(documents(folderWith(t, { 'front.txt': 'front' }), { listing: false }));
  app.use((_req: unknown, res: { status: (code: number) => { send: (body: string) => void } }) => {
    res.status(404).send('the end');
  });
  const { ask } = await serving(t, app);
  assert.equal((await ask('/static/')).body, 'home');
  assert.equal((await ask('/static')).field('location'), '/static/');
  assert.equal((await ask('/static/sub')).field('location'), '/static/sub/');
  assert.equal((await ask('/front.txt')).body, 'front');
  assert.equal((await ask('/front.txt', { 'If-None-Match': '*' })).status, 304);
  assert.equal((await ask('/static/large.bin', { Range: 'bytes=0-9' })).body.length, 10);
  assert.equal((await ask('/nothing')).body, 'the end');
});
