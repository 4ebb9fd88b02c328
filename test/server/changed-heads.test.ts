// A program that takes a head back, or whose head was refused, and changes its fields: what leaves is what is set in
// the end, and the next response with fields of either kind has its own.
import assert from 'node:assert/strict';
import { behaviour, get, type RawResponse, type Response } from '../subjects.js';

const takeBack = (res: Response) => void Object.assign(res, { _header: null });

interface Case {
  sentence: string;
  act: (res: Response, http: { OutgoingMessage: { prototype: object } }) => void;
  /** The values of X-A that leave. */
  values: string[];
}

const CASES: Case[] = [
  { sentence: 'it is set again', act: (res) => void res.setHeader('X-A', '2'), values: ['2'] },
  { sentence: 'it is removed', act: (res) => res.removeHeader('X-A'), values: [] },
  { sentence: 'it is appended to', act: (res) => void res.appendHeader('X-A', '2'), values: ['1', '2'] },
  { sentence: 'it becomes a list', act: (res) => void res.setHeader('X-A', ['3', '4']), values: ['3', '4'] },
  { sentence: 'it becomes a number', act: (res) => void res.setHeader('X-A', 5), values: ['5'] },
  {
    sentence: 'it is set by a method of http.OutgoingMessage',
    act(res, { OutgoingMessage }) {
      (OutgoingMessage.prototype as Response).setHeader.call(res, 'X-A', '2');
    },
    values: ['2'],
  },
  {
    sentence: 'it is given to writeHead',
    act: (res) => void res.writeHead(200, { 'X-A': '2' }),
    values: ['2'],
  },
];

/** The values of a list may arrive in one line over HTTP/2. */
const valuesOf = ({ field }: RawResponse): string[] => field('x-a')?.split(', ') ?? [];

for (const { sentence, act, values } of CASES) {
  behaviour(`a head that was taken back leaves as it is set in the end: ${sentence}`, async (stage) => {
    const { connect } = await stage.serve((req, res) => {
      res.setHeader('Content-Length', '2');
      if (req.url === '/changed') {
        res.setHeader('X-A', '1');
        res.writeHead(200);
        takeBack(res);
        act(res, stage.http as never);
      } else if (values.length > 0) {
        res.setHeader('X-A', req.url === '/before' ? '1' : values.length > 1 ? values : String(values));
      }
      res.end('ok');
    });
    const client = connect();
    const expected = { '/changed': values, '/before': values.length > 0 ? ['1'] : [], '/after': values };
    for (const path of [
      '/changed',
      '/after',
      '/before',
      '/before',
      '/changed',
      '/before',
      '/after',
      '/after',
    ])
      assert.deepEqual(
        valuesOf(await client.send(get(path)).response()),
        expected[path as keyof typeof expected],
        path,
      );
  });
}

behaviour(
  'a Trailer that refused its head is gone, and fields leave as they are set after that',
  async ({ serve }) => {
    const { connect } = await serve((req, res) => {
      res.setHeader('Content-Length', '2');
      if (req.url === '/refused') {
        res.setHeader('Trailer', 'X-End');
        res.setHeader('X-A', '1');
        assert.throws(() => res.writeHead(200), { code: 'ERR_HTTP_TRAILER_INVALID' });
        res.removeHeader('Trailer');
      }
      res.setHeader('X-A', '2');
      res.end('ok');
    });
    const client = connect();
    for (const path of ['/refused', '/', '/refused', '/', '/']) {
      const answer = await client.send(get(path)).response();
      assert.deepEqual([valuesOf(answer), answer.body], [['2'], 'ok'], path);
    }
  },
);
