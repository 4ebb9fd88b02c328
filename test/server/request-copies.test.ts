// A copy of a request's properties on an object of its kind reads the request's body, as some middleware has it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { behaviour, type Request } from '../subjects.js';

const copyOf = (req: Request): Request => Object.assign(Object.create(Object.getPrototypeOf(req)), req);
const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n';

const WAYS: Record<string, (req: Request) => Promise<string>> = {
  'by events': async (req) => {
    const read: string[] = [];
    req.on('data', (chunk) => read.push(`${chunk}`));
    await once(req, 'end');
    return read.join('');
  },
  'by events, as text': async (req) => {
    let read = '';
    req.setEncoding('utf8').on('data', (text) => {
      read += text;
    });
    await once(req, 'end');
    return read;
  },
};

for (const [way, read] of Object.entries(WAYS)) {
  for (const [cut, pieces] of [
    ['in one segment', [`${head}abcdef`]],
    ['in several', [head, 'abc', 'def']],
  ] as const) {
    behaviour(
      `a copy of a request reads the body ${way}, where it comes ${cut}`,
      async ({ serve }) => {
        const { connect } = await serve(async (req, res) => {
          const copy = copyOf(req);
          assert.notEqual(copy, req);
          res.end(`${await read(copy)} ${copy.headers.host}`);
        });
        const client = connect();
        for (const piece of pieces) {
          client.send(piece);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        assert.equal((await client.response()).body, 'abcdef a');
        client.send(`${head}ghijkl`);
        assert.equal((await client.response()).body, 'ghijkl a');
      },
      { only: 'plain' },
    );
  }
}

behaviour(
  '_addHeaderLines adds fields to a request made by hand, then trailers',
  ({ http }) => {
    const req = new http.IncomingMessage(null as never) as Request & {
      _addHeaderLines(raw: string[], count: number): void;
    };
    req._addHeaderLines(['Host', 'a', 'X-A', '1', 'X-A', '2'], 6);
    assert.deepEqual({ ...req.headers }, { host: 'a', 'x-a': '1, 2' });
    assert.deepEqual(req.rawHeaders, ['Host', 'a', 'X-A', '1', 'X-A', '2']);
    req.complete = true;
    req._addHeaderLines(['X-T', '3'], 2);
    assert.deepEqual({ ...req.trailers }, { 'x-t': '3' });
  },
  { only: 'plain' },
);
