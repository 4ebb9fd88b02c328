// What is measured: one row for each kind of work, the ratio it must reach, and against whom.
// Data only: how a server is started is in contenders.mjs, how each kind of load is made in load/.
import { modified } from './documents.mjs';
import {
  browser,
  closing,
  get,
  ofTenOneCloses,
  path,
  pipelined,
  post,
  postTo,
  upload,
} from './load/requests.mjs';

/** Servers of other makes that answer hello.mjs's response; they measure the field and have no target. */
const field = ['uwebsockets', 'bun', 'deno'];

/** Closed-loop load: each of 64 connections sends its next request when the last one is answered. */
const flood = (requests, options) => ({ kind: 'flood', requests, connections: 64, ...options });

/** The same over HTTP/2: each connection has so many streams at a time. */
const overHttp2 = (requests, connections, streams) => ({ kind: 'streams', requests, connections, streams });

/** By the same generator as over HTTP/2: each connection has one request at a time. */
const overHttp1 = (requests, connections) => ({ ...overHttp2(requests, connections, 1), http1: true });

/** 64 MB in one request, on one connection. */
const large = {
  kind: 'upload',
  bytes: 64 * 1024 * 1024,
  sample: [{ method: 'POST', body: 'x'.repeat(200_000) }],
};

/** Documents of a folder, with this request's fields. */
const document = (name, headers = {}) => flood(() => [{ path: `/${name}`, headers }]);

/** The client has the document as it is. */
const known = { 'If-Modified-Since': modified.toUTCString() };

/** Rows that are alike but for what is here: name, title, app, load, what must be reached, loads of some contenders. */
const alike = (shared, list) =>
  list.map(([name, title, app, load, atLeast, loads]) => ({
    name,
    title,
    app,
    load,
    atLeast,
    loads,
    ...shared,
  }));

/** A row on node:http, on the newest LTS alone. */
const onNode = { nodes: [24], contenders: ['node', 'premier'] };

/**
 * name        with the Node major it makes the row's id: `hello@24`
 * nodes       Node majors to measure on; what has no need of two is measured on the newest LTS
 * app         file in apps/; none where a folder of documents is served
 * oracle      whose answers the others must give, where that is not node:http
 * fields      'their own': that status and body are the same is enough
 * loads       contender → its load, where that is not the row's `load`: in another protocol, as many requests under way
 * contenders  the first is what the others are compared with
 * atLeast     how many times less processor time than the baseline premier must take; `atMost`, where the figure is one
 *             of its own, how many times as much of it premier may have
 */
export const rows = [
  ...alike({ nodes: [20, 24], contenders: ['node', 'premier', ...field] }, [
    ['hello', 'hello, keep-alive', 'hello', flood(get), 2.5],
  ]),
  ...alike({ nodes: [24], contenders: ['floor', 'premier'] }, [
    ['floor', 'hello against the floor', 'hello', flood(get), 0.95],
  ]),
  ...alike({ nodes: [24], contenders: ['node', 'premier', 'floor', ...field] }, [
    ['browser', 'browser-like fields, different in each request', 'hello', flood(browser), 2.8],
  ]),
  ...alike({ nodes: [24], contenders: ['node', 'premier', ...field] }, [
    ['pipelined', '16 requests pipelined', 'hello', flood(pipelined, { pipelining: 16 }), 6],
    ['ten', '10 requests a connection, then close', 'hello', flood(ofTenOneCloses), 1.9],
    ['one', '1 request a connection', 'hello', flood(closing), 1.6],
  ]),
  ...alike(onNode, [
    ['post', "POST of 1 kB JSON, on('data')", 'post-json', flood(post), 1.6],
    ['post-await', 'POST of 1 kB JSON, for await', 'post-json', flood(postTo('/await')), 1.6],
    ['post-express', 'POST of 1 kB JSON, express.json()', 'express', flood(post), 1.5],
    ['upload', 'upload of 64 MB, read and dropped', 'upload', large, 1.1],
    ['upload-file', 'upload of 64 MB, piped to a file', 'upload-file', large, 1],
    ['writes', '64 kB in 16 writes', 'writes', flood(get), 1.6],
    ['stream', '64 kB in 16 writes from a for await', 'stream', flood(get), 1.6],
    ['pipeline', '64 kB in 16 writes from a pipeline', 'stream', flood(path('pipeline')), 1.3],
    ['file', '64 kB of a file from a pipeline', 'file', flood(get), 1.3],
    ['string', '100 kB string in one end', 'bodies', flood(path('string')), 1.2],
    ['buffer', '1 MB buffer in one end', 'bodies', flood(path('buffer')), 1.05],
  ]),
  ...alike({ ...onNode, secure: true }, [
    ['https', 'https hello, keep-alive', 'https', flood(get), 1.8],
    ['https-one', 'https hello, 1 request a connection', 'https', flood(closing), 1.05],
  ]),
  ...alike(onNode, [['express', 'Express 5', 'express', flood(get), 2.2]]),
  ...alike({ ...onNode, nodes: [20] }, [['express', 'Express 5', 'express', flood(get), 9]]),
  ...alike(onNode, [
    ['fastify', 'Fastify 5', 'fastify', flood(get), 1.6],
    ['koa', 'Koa 3', 'koa', flood(get), 1.5],
    ['hono', "Hono's Node adapter", 'hono', flood(get), 1.8],
  ]),
  ...alike({ nodes: [24], contenders: ['http2', 'premier'] }, [
    ['h2', 'HTTP/2: hello, 64 connections × 1 stream', 'http2-hello', overHttp2(get, 64, 1), 3.5],
    ['h2-16', 'HTTP/2: hello, 8 × 16 streams', 'http2-hello', overHttp2(get, 8, 16), 7],
    ['h2-100', 'HTTP/2: hello, 8 × 100 streams', 'http2-hello', overHttp2(get, 8, 100), 14],
    [
      'h2-browser',
      'HTTP/2: browser-like fields, 8 × 16 streams',
      'http2-hello',
      overHttp2(browser, 8, 16),
      7,
    ],
    ['h2-post', 'HTTP/2: POST of 1 kB JSON, 8 × 16 streams', 'http2-post', overHttp2(post, 8, 16), 2.5],
    [
      'h2-body',
      'HTTP/2: 100 kB in one end, 8 × 16 streams',
      'http2-bodies',
      overHttp2(path(100_000), 8, 16),
      1.8,
    ],
    ['h2-large', 'HTTP/2: 10 MB in one end', 'http2-bodies', overHttp2(path(10_000_000), 2, 1), 1],
    ['h2-upload', 'HTTP/2: upload of 10 MB', 'http2-bodies', overHttp2(upload(10_000_000), 2, 1), 1],
  ]),
  ...alike({ nodes: [24], contenders: ['http2', 'premier'], secure: true }, [
    ['h2-tls', 'HTTP/2: hello over TLS, 64 × 1 stream', 'http2-secure', overHttp2(get, 64, 1), 2.8],
    ['h2-tls-16', 'HTTP/2: hello over TLS, 8 × 16 streams', 'http2-secure', overHttp2(get, 8, 16), 6],
  ]),
  ...alike({ nodes: [24], contenders: ['premier over HTTP/1.1', 'premier'] }, [
    [
      'h2-http1',
      'HTTP/2: hello, 64 × 1 stream, against own HTTP/1.1',
      'http2-hello',
      overHttp2(get, 64, 1),
      0.87,
      { 'premier over HTTP/1.1': overHttp1(get, 64) },
    ],
  ]),
  ...alike({ nodes: [24], contenders: ['nginx', 'premier'] }, [
    ['h2-nginx-16', 'HTTP/2: hello, 8 × 16 streams, against nginx', 'http2-hello', overHttp2(get, 8, 16), 2],
    [
      'h2-nginx-100',
      'HTTP/2: hello, 8 × 100 streams, against nginx',
      'http2-hello',
      overHttp2(get, 8, 100),
      4,
    ],
  ]),
  ...alike({ ...onNode, oracle: 'node' }, [
    [
      'h2-express',
      'HTTP/2: Express 5, 8 × 16 streams, against HTTP/1.1',
      'http2-express',
      overHttp2(get, 8, 16),
      3,
      { node: overHttp1(get, 8 * 16) },
    ],
  ]),
  ...alike({ nodes: [24], contenders: ['nginx', 'premier'], oracle: 'nginx', fields: 'their own' }, [
    ['document', 'document of 1 kB, against nginx', undefined, document('small.txt'), 1],
    ['page', 'page of 20 kB, against nginx', undefined, document(''), 0.85],
    ['large', 'document of 10 MB, against nginx', undefined, document('large.bin'), 0.25],
    ['unchanged', 'document that has not changed, against nginx', undefined, document('small.txt', known), 1],
  ]),
  ...alike({ nodes: [24], contenders: ['sirv', 'premier'], oracle: 'sirv', fields: 'their own' }, [
    ['document-sirv', 'document of 1 kB, against sirv', undefined, document('small.txt'), 8],
    ['page-sirv', 'page of 20 kB, against sirv', undefined, document(''), 8],
  ]),
  ...alike({ nodes: [24], contenders: ['serve', 'premier'], oracle: 'serve', fields: 'their own' }, [
    ['document-serve', 'document of 1 kB, against serve', undefined, document('small.txt'), 10],
    ['page-serve', 'page of 20 kB, against serve', undefined, document(''), 10],
  ]),
  ...alike(onNode, [
    [
      'websocket',
      'WebSocket echo by ws, 1,000 connections',
      'websocket',
      { kind: 'websocket', connections: 1000, sample: [] },
      1,
    ],
    [
      'events',
      'event stream to 1,000 clients, an event a second each',
      'events',
      { kind: 'events', clients: 1000, sample: [] },
      1.3,
    ],
  ]),
  {
    name: 'latency',
    title: "p99 latency at 70 % of node:http's maximum",
    nodes: [24],
    app: 'hello',
    contenders: ['node', 'premier', 'floor'],
    load: { kind: 'paced', requests: get, connections: 64, share: 0.7 },
    atMost: 1.0,
  },
  {
    name: 'blocked',
    title: "p99 latency at 70 % of node:http's maximum while one handler in 1,000 blocks 20 ms",
    nodes: [24],
    app: 'blocking',
    contenders: ['node', 'premier'],
    load: { kind: 'paced', requests: get, connections: 64, share: 0.7 },
    atMost: 1.0,
  },
  {
    name: 'idle',
    title: 'memory of an idle keep-alive connection',
    ...onNode,
    app: 'idle',
    load: { kind: 'idle', what: 'idle', connections: 5000 },
    atMost: 0.5,
  },
  {
    name: 'idle-https',
    title: 'memory of an idle keep-alive connection over TLS',
    ...onNode,
    app: 'idle-https',
    secure: true,
    load: { kind: 'idle', what: 'idle', connections: 2000 },
    atMost: 0.8,
  },
  {
    name: 'slow-uploads',
    title: 'memory of a slow upload, of 10,000',
    ...onNode,
    app: 'slow-uploads',
    load: { kind: 'idle', what: 'slow upload', connections: 10_000, sample: [] },
    atMost: 0.7,
  },
];

/** A row as it is for one of its contenders, loaded in its own way. */
export const loadedAs = (row, name) => ({ ...row, load: row.loads?.[name] ?? row.load });

/** Whether the requests of a load are sent over HTTP/2. */
export const isHttp2 = ({ kind, http1 = false }) => kind === 'streams' && !http1;

/** What a commit may lose against another one: 2 %. */
const kept = 0.98;

/**
 * The rows to measure, one for each Node, each with its `id` and `major`.
 * `only` keeps the ids that begin with one of its words; `node` asks for one Node major in place of the row's own;
 * `former` compares premier with the contender of that name, and with nobody else.
 */
export function selectRows({ only = [], node, former } = {}) {
  const wanted = rows
    .flatMap((row) => row.nodes.map((major) => ({ ...row, major, id: `${row.name}@${major}` })))
    .filter((row) => only.length === 0 || only.some((word) => row.id.startsWith(word)))
    .map((row) => (former === undefined ? row : { ...row, contenders: [former, 'premier'], ...bounds(row) }));
  if (node === undefined) return wanted;
  const ids = new Set();
  return wanted
    .sort((a, b) => Math.abs(a.major - node) - Math.abs(b.major - node))
    .map((row) => ({ ...row, major: node, id: `${row.name}@${node}` }))
    .filter(({ id }) => !ids.has(id) && ids.add(id));
}

const bounds = ({ atLeast }) => (atLeast === undefined ? { atMost: 1 / kept } : { atLeast: kept });
