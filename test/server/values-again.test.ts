// Fields that come again and again under one name, with the same value, another, or one that is refused.
import assert from 'node:assert/strict';
import { behaviour, get, type Response } from '../subjects.js';

const long = 'x'.repeat(300);

/** One answer each, on one connection; null where the value is refused. */
const values: [value: unknown, arrives: string | null][] = [
  ['', ''],
  ['a', 'a'],
  ['a', 'a'],
  ['é', 'é'],
  ['é', 'é'],
  ['a', 'a'],
  ['b\r\nc: d', null],
  ['b\r\nc: d', null],
  ['b', 'b'],
  ['b\u{100}', null],
  ['b', 'b'],
  [7, '7'],
  ['7', '7'],
  [['a', 'é'], 'a, é'],
  ['é', 'é'],
  [long, long],
  [long, long],
  [`${long}é`, `${long}é`],
  [`${long}\n`, null],
  [`${long}é`, `${long}é`],
];

const ways: [sentence: string, set: (res: Response, name: string, value: never) => void][] = [
  ['set', (res, name, value) => void res.setHeader(name, value)],
  ['appended', (res, name, value) => void res.appendHeader(name, value)],
  ['given to writeHead', (res, name, value) => void res.writeHead(200, { [name]: value })],
  ['given to writeHead as a list', (res, name, value) => void res.writeHead(200, [name, value])],
];

for (const [sentence, set] of ways) {
  behaviour(
    `each value ${sentence} under the name of the one before is looked at`,
    async ({ serve }) => {
      let value: unknown;
      const { connect } = await serve((_req, res) => {
        try {
          set(res, 'X-Same', value as never);
        } catch {
          res.setHeader('X-Refused', 'yes');
        }
        res.end('e\u0301');
      });
      const client = connect();
      for (const [given, arrives] of values) {
        value = given;
        const response = await client.send(get()).response();
        assert.equal(response.field('x-refused'), arrives === null ? 'yes' : undefined, `${given}`);
        assert.equal(response.field('x-same'), arrives ?? undefined, `${given}`);
        assert.equal(response.body, Buffer.from('e\u0301').toString('latin1'));
      }
    },
    { notNode: 'fields leave in the encoding of the text after them' },
  );
}

behaviour(
  'a Content-Length leaves as the number it is, wherever it stands and however it is written',
  async ({ serve }) => {
    let value: unknown;
    const { connect } = await serve((_req, res) => {
      res.setHeader('X-Before', 'a');
      res.setHeader('Content-Length', value as string);
      res.setHeader('X-After', 'b');
      res.end('seven..');
    });
    const client = connect();
    for (const given of [7, '7', '7', ['7'], 7]) {
      value = given;
      const response = await client.send(get()).response();
      const names = response.fields.map(([name]) => name.toLowerCase()).filter((name) => name !== 'date');
      assert.deepEqual(names.slice(0, 3), ['x-before', 'content-length', 'x-after']);
      assert.equal(response.field('content-length'), '7');
      assert.equal(response.body, 'seven..');
    }
  },
);
