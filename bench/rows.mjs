// What is measured: one row for each kind of work, the ratio it must reach, and against whom.
// Data only: how a server is started is in contenders.mjs, how each kind of load is made in load/.
import { body, browser, get, ofTenOneCloses, pipelined, post, upload } from './load/requests.mjs';

/** Servers of other makes that answer hello.mjs's response; they measure the field and have no target. */
const field = ['uwebsockets', 'bun', 'deno'];

/** Closed-loop load: each of 64 connections sends its next request when the last one is answered. */
const flood = (requests, options) => ({ kind: 'flood', requests, connections: 64, ...options });

/** The same over HTTP/2: each connection has so many streams at a time. */
const overHttp2 = (requests, connections, streams) => ({ kind: 'streams', requests, connections, streams });

/**
 * name        with the Node major it makes the row's id: `hello@24`
 * nodes       Node majors to measure on; what has no need of two is measured on the newest LTS
 * app         file in apps/
 * contenders  the first is what the others are compared with
 * atLeast     ratio of the main figure to the baseline's that premier must reach; `atMost` where less is better
 */
export const rows = [
  {
    name: 'hello',
    title: 'hello, keep-alive',
    nodes: [20, 24],
    app: 'hello',
    contenders: ['node', 'premier', ...field],
    load: flood(get),
    atLeast: 2.0,
  },
  {
    name: 'floor',
    title: 'hello against the floor',
    nodes: [24],
    app: 'hello',
    contenders: ['floor', 'premier'],
    load: flood(get),
    atLeast: 0.9,
  },
  {
    name: 'browser',
    title: 'browser-like headers, different in each request',
    nodes: [24],
    app: 'hello',
    contenders: ['node', 'premier', 'floor', ...field],
    load: flood(browser),
    atLeast: 1.8,
  },
  {
    name: 'post',
    title: "POST of 1 kB JSON, read with on('data'), parsed, answered",
    nodes: [24],
    app: 'post-json',
    contenders: ['node', 'premier'],
    load: flood(post),
    atLeast: 1.6,
  },
  {
    name: 'stream',
    title: '64 kB in 16 writes from a for await',
    nodes: [24],
    app: 'stream',
    contenders: ['node', 'premier'],
    load: flood(get),
    atLeast: 1.5,
  },
  {
    name: 'pipeline',
    title: '64 kB in 16 writes from a pipeline',
    nodes: [24],
    app: 'stream',
    contenders: ['node', 'premier'],
    load: flood(() => [{ path: '/pipeline' }]),
    atLeast: 1.5,
  },
  {
    name: 'pipelined',
    title: '16 requests pipelined',
    nodes: [24],
    app: 'hello',
    contenders: ['node', 'premier', ...field],
    load: flood(pipelined, { pipelining: 16 }),
    atLeast: 6,
  },
  {
    name: 'ten',
    title: '10 requests a connection, then close',
    nodes: [24],
    app: 'hello',
    contenders: ['node', 'premier', ...field],
    load: flood(ofTenOneCloses),
    atLeast: 1.6,
  },
  {
    name: 'buffer',
    title: '1 MB buffer in one end',
    nodes: [24],
    app: 'buffer',
    contenders: ['node', 'premier'],
    load: flood(get),
    atLeast: 1.0,
  },
  {
    name: 'upload',
    title: 'upload of 64 MB, piped to nowhere',
    nodes: [24],
    app: 'upload',
    contenders: ['node', 'premier'],
    load: {
      kind: 'upload',
      bytes: 64 * 1024 * 1024,
      sample: [{ method: 'POST', body: 'x'.repeat(200_000) }],
    },
    atLeast: 1.0,
  },
  {
    name: 'https',
    title: 'https hello, keep-alive',
    nodes: [24],
    app: 'https',
    secure: true,
    contenders: ['node', 'premier'],
    load: flood(get),
    atLeast: 1.5,
  },
  {
    name: 'express',
    title: 'Express 5',
    nodes: [24],
    app: 'express',
    contenders: ['node', 'premier'],
    load: flood(get),
    atLeast: 1.9,
  },
  {
    name: 'express',
    title: 'Express 5',
    nodes: [20],
    app: 'express',
    contenders: ['node', 'premier'],
    load: flood(get),
    atLeast: 8,
  },
  {
    name: 'fastify',
    title: 'Fastify 5',
    nodes: [24],
    app: 'fastify',
    contenders: ['node', 'premier'],
    load: flood(get),
    atLeast: 1.7,
  },
  {
    name: 'koa',
    title: 'Koa 3',
    nodes: [24],
    app: 'koa',
    contenders: ['node', 'premier'],
    load: flood(get),
    atLeast: 1.5,
  },
  {
    name: 'hono',
    title: "Hono's Node adapter",
    nodes: [24],
    app: 'hono',
    contenders: ['node', 'premier'],
    load: flood(get),
    atLeast: 1.4,
  },
  ...[
    ['h2', 'hello, 64 connections × 1 stream', 'hello', overHttp2(get, 64, 1), 3.5],
    ['h2-16', 'hello, 8 × 16 streams', 'hello', overHttp2(get, 8, 16), 7],
    ['h2-100', 'hello, 8 × 100 streams', 'hello', overHttp2(get, 8, 100), 14],
    ['h2-browser', 'browser-like fields, 8 × 16 streams', 'hello', overHttp2(browser, 8, 16), 7],
    ['h2-post', 'POST of 1 kB JSON, 8 × 16 streams', 'post', overHttp2(post, 8, 16), 2.5],
    ['h2-tls', 'hello over TLS, 64 × 1 stream', 'secure', overHttp2(get, 64, 1), 2.8],
    ['h2-tls-16', 'hello over TLS, 8 × 16 streams', 'secure', overHttp2(get, 8, 16), 6],
    ['h2-body', '100 kB in one end, 8 × 16 streams', 'bodies', overHttp2(body(100_000), 8, 16), 1.8],
    ['h2-large', '10 MB in one end', 'bodies', overHttp2(body(10_000_000), 2, 1), 1],
    ['h2-upload', 'upload of 10 MB', 'bodies', overHttp2(upload(10_000_000), 2, 1), 1],
  ].map(([name, title, app, load, atLeast]) => ({
    name,
    title: `HTTP/2: ${title}`,
    nodes: [24],
    app: `http2-${app}`,
    secure: app === 'secure',
    contenders: ['http2', 'premier'],
    load,
    atLeast,
  })),
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
    name: 'idle',
    title: 'memory of an idle keep-alive connection',
    nodes: [24],
    app: 'idle',
    contenders: ['node', 'premier'],
    load: { kind: 'idle', connections: 5000 },
    atMost: 0.8,
  },
];

/**
 * The rows to measure, one for each Node, each with its `id` and `major`.
 * `only` keeps the ids that begin with one of its words; `node` asks for one Node major in place of the row's own.
 */
export function selectRows({ only = [], node } = {}) {
  const wanted = rows
    .flatMap((row) => row.nodes.map((major) => ({ ...row, major, id: `${row.name}@${major}` })))
    .filter((row) => only.length === 0 || only.some((word) => row.id.startsWith(word)));
  if (node === undefined) return wanted;
  const ids = new Set();
  return wanted
    .sort((a, b) => Math.abs(a.major - node) - Math.abs(b.major - node))
    .map((row) => ({ ...row, major: node, id: `${row.name}@${node}` }))
    .filter(({ id }) => !ids.has(id) && ids.add(id));
}
