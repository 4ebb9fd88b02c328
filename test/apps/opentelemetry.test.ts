// @opentelemetry/instrumentation-http: the same spans for the same requests, whatever the server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, test } from 'node:test';
import { type Both, onBoth } from './both.js';
import type { Asked } from './exchange.js';
import { missing } from './program.js';

interface Span {
  name: string;
  kind: string;
  status: string;
  parent: string;
  traced?: string;
  attributes: Record<string, unknown>;
}

for (const way of ['require', 'import']) {
  describe(`OpenTelemetry, with node:http by ${way}`, { skip: missing }, () => {
    spans(onBoth('traced.mjs', { args: () => [way] }));
  });
}

function spans(app: Both): void {
  /** The spans of one exchange, with those of the program itself. */
  const traced = async (path: string, asked?: Asked): Promise<Span[]> => {
    await app.exchange(path, asked);
    return JSON.parse((await app.exchange('/spans')).body);
  };

  test('a request is a server span with its method, target, status and peer', async () => {
    const [span, ...others] = await traced('/ok?a=1');
    assert.deepEqual(others, []);
    const { attributes, ...rest } = span as Span;
    assert.deepEqual(rest, { name: 'GET', kind: 'SERVER', status: 'UNSET', parent: 'none', events: [] });
    const { 'http.method': method, 'http.target': target, 'http.status_code': status } = attributes;
    assert.deepEqual({ method, target, status }, { method: 'GET', target: '/ok?a=1', status: 200 });
    assert.deepEqual([attributes['http.flavor'], attributes['net.peer.ip']], ['1.1', '127.0.0.1']);
    assert.deepEqual([attributes['http.request.method'], attributes['url.path']], ['GET', '/ok']);
    assert.equal(attributes['hook.request'], 'IncomingMessage');
    assert.equal(attributes['hook.response'], 'ServerResponse');
  });
  test('fields that were asked for become attributes', async () => {
    const [span] = await traced('/told', { headers: { 'x-asked': 'that' } });
    assert.deepEqual(span?.attributes['http.request.header.x-asked'], ['that']);
    assert.deepEqual(span?.attributes['http.response.header.x-told'], ['this']);
    assert.equal(span?.attributes['http.status_code'], 201);
  });
  test('errors of the server are errors, and those of the client are not', async () => {
    const [error] = await traced('/error');
    assert.deepEqual([error?.status, error?.attributes['http.status_code']], ['ERROR', 503]);
    const [none] = await traced('/none');
    assert.deepEqual([none?.status, none?.attributes['http.status_code']], ['UNSET', 404]);
  });
  test('what is done for a request, once its body is read, belongs to its span', async () => {
    const echo = await traced('/echo', { method: 'POST', body: ['in ', 'two chunks'] });
    assert.deepEqual(parents(echo), { inside: 'POST', POST: 'none' });
    const later = await traced('/later', { method: 'PUT', body: 'x'.repeat(100_000) });
    assert.deepEqual(parents(later), { 'in a listener': 'PUT', PUT: 'none' });
  });
  test('an outgoing request is a client span within, and the parent of the next server span', async () => {
    const kinds = (await traced('/outgoing')).map(({ kind, parent }) => `${kind} of ${parent}`);
    assert.deepEqual(kinds.sort(), ['CLIENT of GET', 'SERVER of GET', 'SERVER of none']);
  });
  test('a trace that began elsewhere goes on', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
    const [span] = await traced('/ok', { headers });
    assert.deepEqual([span?.parent, span?.traced], ['remote', trace]);
  });
  test('the span of a client that leaves ends', async () => {
    const [span] = await app.each(async (origin) => {
      const socket = net.connect(Number(new URL(origin).port), '127.0.0.1');
      socket.write('GET /for-ever HTTP/1.1\r\nHost: a\r\n\r\n');
      await once(socket, 'data');
      socket.destroy();
      const answer = await fetch(`${origin}/spans`);
      return JSON.parse(await answer.text()) as Span[];
    });
    assert.deepEqual([span?.name, span?.kind], ['GET', 'SERVER']);
  });
}

const parents = (list: Span[]) => Object.fromEntries(list.map(({ name, parent }) => [name, parent]));
