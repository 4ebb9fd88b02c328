// What is measured: one row for each kind of work, the ratio it must reach, and against whom.
// Data only: how a server is started is in contenders.mjs, how each kind of load is made in load/.
import { browser, get, ofTenOneCloses, pipelined, post } from './load/requests.mjs';

/** Servers of other makes that answer hello.mjs's response; they measure the field and have no target. */
const field = ['uwebsockets', 'bun', 'deno'];

/** Closed-loop load: each of 64 connections sends its next request when the last one is answered. */
const flood = (requests, options) => ({ kind: 'flood', requests, connections: 64, ...options });

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
