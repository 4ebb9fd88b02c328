// Metrics: what is counted of servers, how processes are added up, and the text of a scrape in both formats.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createServer } from 'premier';
import { observe } from '../../dist/observe.js';
import { contentTypes, formatFor } from '../../dist/operation/metrics/exposition.js';
import { families } from '../../dist/operation/metrics/families.js';
import { CountingCells, KeptCounts } from '../../dist/operation/metrics/kept-counts.js';
import { CountedMetrics, MetricTotals } from '../../dist/operation/metrics/metrics.js';
import { ServerMetrics } from '../../dist/operation/metrics/server-metrics.js';
import { label, observeValue, Tally } from '../../dist/operation/metrics/tally.js';
import { RawClient } from '../server/raw-client.js';
import { get, type Listener, until } from '../subjects.js';
import { parse } from './exposition-parser.js';

/** A server that is counted, and what its totals say. */
async function counted(context: TestContext, listener: Listener) {
  const tally = new Tally();
  const metrics = new ServerMetrics(tally);
  const totals = new MetricTotals();
  const server = createServer(listener as never);
  observe(server, metrics);
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const scrape = () => {
    metrics.countOpen();
    const gauges = {
      http_server_active_requests: metrics.activeRequests,
      http_server_active_connections: metrics.activeConnections,
    };
    totals.add('1', { added: tally.take(), gauges });
    return parse(totals.text('openmetrics'), 'openmetrics');
  };
  /** The value of the sample of a name that has these labels; 0 where there is none. */
  const sumOf = (family: string, labels: Record<string, string> = {}, suffix = '') => {
    const found = scrape()
      .get(family)
      ?.samples.filter(
        (sample) =>
          sample.name === family + suffix &&
          Object.entries(labels).every(([name, value]) => sample.labels[name] === value),
      );
    return found?.reduce((sum, { value }) => sum + value, 0) ?? 0;
  };
  const connect = () => new RawClient(net.connect(port, '127.0.0.1'));
  return { connect, scrape, sumOf };
}

const duration = 'http_server_request_duration_seconds';

test('requests are counted by method, route and class of status', async (context) => {
  const { connect, sumOf } = await counted(context, (req, res) => {
    if (req.url === '/users/1') Object.assign(req, { baseUrl: '/users', route: { path: '/:id' } });
    res.statusCode = req.url === '/missing' ? 404 : 200;
    res.end();
  });
  const client = connect();
  for (const target of ['/', '/missing', '/users/1', '/']) await client.send(get(target)).response();
  await client.send(`BREW${get('/').slice(3)}`).sees('HTTP');
  await until(() => sumOf(duration, {}, '_count') === 4);
  const count = (labels: Record<string, string>) => sumOf(duration, labels, '_count');
  assert.equal(count({ http_request_method: 'GET', http_response_status_class: '2xx' }), 3);
  assert.equal(count({ http_response_status_class: '4xx' }), 1);
  assert.equal(count({ http_route: '/users/:id' }), 1);
  assert.equal(sumOf('http_server_refused_requests', { error_type: 'HPE_INVALID_METHOD' }, '_total'), 1);
});

test('bytes are counted both ways, on the wire and of bodies, also of connections that are open', async (context) => {
  const { connect, sumOf } = await counted(context, (req, res) =>
    req.resume().on('end', () => res.end('hello')),
  );
  const client = connect();
  const request = `${get('/', 'Content-Length: 3')}abc`;
  client.send(request);
  await client.response();
  await until(() => sumOf(duration, {}, '_count') === 1);
  assert.equal(sumOf('http_server_io_bytes', { network_io_direction: 'receive' }, '_total'), request.length);
  assert.equal(sumOf('http_server_request_body_bytes', {}, '_total'), 3);
  assert.equal(sumOf('http_server_response_body_bytes', {}, '_total'), 5);
  assert.ok(sumOf('http_server_io_bytes', { network_io_direction: 'transmit' }, '_total') > 100);
  assert.equal(sumOf('http_server_active_connections'), 1);
  client.socket.destroy();
  await until(() => sumOf('http_server_active_connections') === 0);
  assert.equal(sumOf('http_server_io_bytes', { network_io_direction: 'receive' }, '_total'), request.length);
});

test('requests under way are counted while they are, and those given up as such', async (context) => {
  const { connect, sumOf } = await counted(context, (_req, res) => res.write('a'));
  const client = connect().send(get());
  await client.sees('a');
  assert.equal(sumOf('http_server_active_requests'), 1);
  client.socket.destroy();
  await until(() => sumOf('http_server_active_requests') === 0);
  assert.equal(sumOf('http_server_aborted_requests', {}, '_total'), 1);
});

test('connections that do not get as far as HTTP are counted by what they failed at', () => {
  const tally = new Tally();
  const metrics = new ServerMetrics(tally);
  const fail = (code: string) => metrics.handshakeFailed({}, Object.assign(new Error(code), { code }));
  for (const code of ['ERR_SSL_WRONG_VERSION_NUMBER', 'ECONNRESET', 'ERR_PROXY_PROTOCOL']) fail(code);
  assert.equal(tally.cells('tls_server_handshakes', label('result', 'failure'))[0], 2);
  const refused = label('error_type', 'ERR_PROXY_PROTOCOL');
  assert.equal(tally.cells('http_server_refused_requests', refused)[0], 1);
});

test('routes and methods that clients could make up have one series together', async (context) => {
  const { connect, scrape } = await counted(context, (req, res) => {
    Object.assign(req, { route: req.url });
    res.end();
  });
  const client = connect();
  for (let i = 0; i < 250; i++) await client.send(get(`/${i}`)).response();
  await until(() => (scrape().get(duration)?.samples.length ?? 0) > 0);
  const routes = new Set(
    scrape()
      .get(duration)
      ?.samples.map(({ labels }) => labels.http_route),
  );
  assert.ok(routes.size <= 202, `${routes.size}`);
  assert.ok(routes.has('_OTHER'));
});

test('a total never falls: what a process counted stays when it ends, and starts from nothing when it begins', () => {
  const totals = new MetricTotals();
  const one = new Tally();
  const cells = one.cells('http_server_upgrades');
  const value = () =>
    parse(totals.text('prometheus'), 'prometheus').get('http_server_upgrades_total')?.samples[0]?.value;
  cells[0] = 3;
  totals.add('1', { added: one.take(), gauges: { http_server_active_requests: 2 } });
  totals.add('1', { added: one.take(), gauges: { http_server_active_requests: 2 } });
  assert.equal(value(), 3);
  cells[0] = 5;
  totals.add('1', { added: one.take(), gauges: {} });
  totals.forget('1');
  assert.equal(value(), 5);
  const next = new Tally();
  next.cells('http_server_upgrades')[0] = 1;
  totals.add('1', { added: JSON.parse(JSON.stringify(next.take())), gauges: {} });
  assert.equal(value(), 6);
});

/** Arrays as a worker has them, and what its parent reads of them. */
function kept(context: TestContext) {
  const file = KeptCounts.open();
  assert.ok(file);
  context.after(() => file.close());
  const environment: NodeJS.ProcessEnv = { PREMIER_COUNTS: String(file.stdio[4]) };
  const cells = new CountingCells(environment);
  assert.deepEqual(environment, {});
  return { cells, read: () => file.read(), tally: new Tally((...series) => cells.allocate(...series)) };
}

const noFile = { skip: process.platform === 'win32' };

test('what a process counted after its last report is added once it is gone', noFile, async (context) => {
  const { cells, read, tally } = kept(context);
  const totals = new MetricTotals();
  const value = (name: string) =>
    parse(totals.text('prometheus'), 'prometheus')
      .get(name)
      ?.samples.map((sample) => sample.value);
  const upgrades = tally.cells('http_server_upgrades');
  upgrades[0] = 3;
  totals.add('1', { added: tally.take(), gauges: {} });
  upgrades[0] = 4;
  tally.cells('http_server_aborted_requests')[0] = 2;
  observeValue(tally.cells(duration, label('a', 'é"')), families[duration].bounds, 0.02);
  cells.changed();
  assert.deepEqual(read()[0], ['http_server_upgrades', '', [0]]);
  await new Promise(setImmediate);
  assert.deepEqual(read()[0], ['http_server_upgrades', '', [4]]);
  totals.forget('1', read());
  assert.deepEqual(value('http_server_upgrades_total'), [4]);
  assert.deepEqual(value('http_server_aborted_requests_total'), [2]);
  assert.equal(value(duration)?.at(-1), 1);
  // The next one of that name begins from nothing.
  totals.forget('1', [['http_server_upgrades', '', [1]]]);
  assert.deepEqual(value('http_server_upgrades_total'), [5]);
});

test('more series than are kept are counted all the same', noFile, async (context) => {
  const { cells, read } = kept(context);
  const all = Array.from({ length: 40_000 }, (_, index) => cells.allocate('x', String(index), 1));
  for (const array of all) array[0] = 1;
  assert.ok(all.every(([value]) => value === 1));
  cells.changed();
  await new Promise(setImmediate);
  const known = read();
  assert.ok(known.length > 1000 && known.length < all.length);
  assert.ok(known.every(([, , [value]]) => value === 1));
});

test('where nothing can be kept, it is counted all the same', async () => {
  for (const environment of [{}, { PREMIER_COUNTS: '999999' }, { PREMIER_COUNTS: 'x' }]) {
    const cells = new CountingCells(environment);
    const array = cells.allocate('x', '', 1);
    array[0] = 1;
    cells.changed();
    await new Promise(setImmediate);
    assert.deepEqual([...array], [1]);
    assert.equal(cells.isKept, false);
  }
});

const nonsense: [what: string, delta: unknown][] = [
  ['a family that is none', [['toString', '', [1]]]],
  ['a number that is negative', [['http_server_upgrades', '', [-1]]]],
  ['what is no number', [['http_server_upgrades', '', ['1']]]],
  ['what is infinite', [['http_server_upgrades', '', [Number.POSITIVE_INFINITY]]]],
  ['cells that are too few', [[duration, '', [1]]]],
];
for (const [what, added] of nonsense) {
  test(`${what} adds nothing`, () => {
    const totals = new MetricTotals();
    totals.add('1', { added: added as never, gauges: {} });
    for (const [, { samples }] of parse(totals.text('openmetrics'), 'openmetrics'))
      for (const { value } of samples) assert.equal(value, 0);
  });
}

test('gauges of each process have its name, those of all are added up', () => {
  const totals = new MetricTotals();
  for (const worker of ['1', '2'])
    totals.add(worker, {
      added: [],
      gauges: { http_server_active_requests: 2, process_memory_usage_bytes: Number(worker) },
    });
  totals.countRestart('died');
  const parsed = parse(totals.text('openmetrics'), 'openmetrics');
  assert.deepEqual(
    parsed.get('http_server_active_requests')?.samples.map(({ value }) => value),
    [4],
  );
  assert.deepEqual(
    parsed.get('process_memory_usage_bytes')?.samples.map(({ labels, value }) => [labels.worker, value]),
    [
      ['1', 1],
      ['2', 2],
    ],
  );
  assert.deepEqual(parsed.get('premier_worker_restarts')?.samples[0]?.labels, { reason: 'died' });
});

for (const format of ['prometheus', 'openmetrics'] as const) {
  test(`all that a process knows is text of ${format}`, () => {
    const metrics = new CountedMetrics(new CountingCells({}));
    const totals = new MetricTotals();
    totals.add('1', metrics.take());
    metrics.stop();
    const parsed = parse(totals.text(format), format);
    assert.ok((parsed.get('process_memory_usage_bytes')?.samples[0]?.value ?? 0) > 1e6);
    assert.ok((parsed.get('v8js_memory_heap_used_bytes')?.samples[0]?.value ?? 0) > 1e6);
  });
}

test('what is in a label cannot end it', () => {
  const tally = new Tally();
  const value = 'a"b\\c\nd} 1';
  tally.cells('http_server_refused_requests', label('error_type', value))[0] = 1;
  const totals = new MetricTotals();
  totals.add('1', { added: tally.take(), gauges: {} });
  const [sample] =
    parse(totals.text('prometheus'), 'prometheus').get('http_server_refused_requests_total')?.samples ?? [];
  assert.equal(sample?.labels.error_type, value);
});

const accepts: [accept: string | undefined, format: string][] = [
  [undefined, 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/plain;version=0.0.4;q=0.5,*/*;q=0.1', 'prometheus'],
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75',
    'openmetrics',
  ],
  ['text/html, application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text;q=0', 'prometheus'],
  ['application/openmetrics-text; q=0.000, text/plain', 'prometheus'],
  ['application/openmetrics-text; q=0.5', 'openmetrics'],
  ['application/openmetrics-text;q=0.5, text/plain;version=0.0.4;q=0.3, */*;q=0.1', 'openmetrics'],
  ['text/plain;version=0.0.4;q=0.9, application/openmetrics-text;q=0.1', 'prometheus'],
  ['application/openmetrics-text, application/openmetrics-text;q=0, text/plain;q=0.5', 'openmetrics'],
  ['Application/OpenMetrics-Text;Q=1', 'openmetrics'],
  ['application/openmetrics-text;q=1.2.3', 'prometheus'],
  [';;;,,q=1', 'prometheus'],
];
for (const [accept, format] of accepts) {
  test(`to ${accept} the answer is ${format}`, () => {
    assert.equal(formatFor(accept), format);
    assert.match(contentTypes[formatFor(accept)], format === 'openmetrics' ? /openmetrics/ : /^text\/plain/);
  });
}

test('the page on metrics names each, with its type', () => {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  for (const [name, { type }] of Object.entries(families)) {
    const shown = type === 'counter' ? `${name}_total` : name;
    // Several that differ in their last words only share a row.
    const row = rows.find((line) => line.includes(`\`${shown}\``) || isShortened(line, shown));
    assert.ok(row?.split(' | ')[1]?.startsWith(type), `${shown}: ${row}`);
  }
});

const isShortened = (row: string, name: string) =>
  [...row.matchAll(/`…(\w+)`/g)].some(([, end]) => name.endsWith(`${end}`)) &&
  row.includes(name.split('_').slice(0, 3).join('_'));
