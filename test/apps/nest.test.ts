// NestJS on its Express adapter: routes, pipes, guards, filters, events and files.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onBoth, startOnEach } from './both.js';
import { field } from './exchange.js';
import { missing } from './program.js';

describe('NestJS on Express', { skip: missing }, () => {
  const app = onBoth('nest.cjs');

  test('controllers answer with what services know', async () => {
    const all = await app.exchange('/cats?page=2');
    assert.deepEqual(JSON.parse(all.body), { cats: [{ id: 1, name: 'Félix' }], query: { page: '2' } });
    assert.equal(field(all, 'X-Middleware'), 'yes');
    assert.equal((await app.exchange('/cats/1')).body, '{"id":1,"name":"Félix"}');
    const later = await app.exchange('/cats/later');
    assert.deepEqual([later.body, field(later, 'X-Kind')], ['{"some":"observable"}', 'observable']);
  });
  test('a JSON body makes something new', async () => {
    const added = await app.exchange('/cats', { method: 'POST', json: { name: 'Tom' } });
    assert.deepEqual([added.status, added.body], [201, '{"id":2,"name":"Tom"}']);
    assert.equal((await app.exchange('/cats/2')).body, '{"id":2,"name":"Tom"}');
  });
  test('a guard lets in who has the key', async () => {
    assert.equal((await app.exchange('/cats/guarded')).status, 403);
    assert.equal((await app.exchange('/cats/guarded', { headers: { 'x-key': 'secret' } })).body, 'let in');
  });
  test('pipes, filters and the default layer answer errors', async () => {
    const pipe = await app.exchange('/cats/one');
    assert.equal(pipe.status, 400);
    assert.match(pipe.body, /numeric string is expected/);
    assert.match((await app.exchange('/cats/99')).body, /"message":"no cat 99"/);
    const filtered = await app.exchange('/cats/filtered');
    assert.deepEqual([filtered.status, filtered.body], [418, '{"from":"filter","message":"out of range"}']);
    const crash = await app.exchange('/cats/crash');
    assert.deepEqual([crash.status, JSON.parse(crash.body).message], [500, 'Internal server error']);
    assert.equal((await app.exchange('/dogs')).status, 404);
  });
  test('raw answers, events, files and CORS go out', async () => {
    const raw = await app.exchange('/cats/raw');
    assert.deepEqual([raw.body, field(raw, 'Set-Cookie')], ['GET by hand', 'raw=1; Path=/']);
    const events = await app.exchange('/cats/events');
    assert.equal(field(events, 'Content-Type'), 'text/event-stream');
    assert.match(events.body, /id: 1\ndata: un\n\nevent: tick\nid: 2\ndata: {"deux":2}\n\n/);
    const file = await app.exchange('/cats/file');
    assert.deepEqual([file.body, field(file, 'Content-Disposition')], ['un fichier', 'inline']);
    const preflight = await app.exchange('/cats', {
      method: 'OPTIONS',
      headers: { origin: 'https://a.test' },
    });
    assert.deepEqual(
      [preflight.status, field(preflight, 'Access-Control-Allow-Origin')],
      [204, 'https://example.com'],
    );
  });
  test('shutdown hooks close the app on SIGTERM', async () => {
    const signal = await startOnEach('nest.cjs', async (_origin, program) => {
      return (await program.end('SIGTERM')).signal;
    });
    assert.equal(signal, 'SIGTERM');
  });
});
