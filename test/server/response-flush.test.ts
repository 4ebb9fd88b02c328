// When the head of an answer leaves.
import assert from 'node:assert/strict';
import { behaviour, get, type Response, until } from '../subjects.js';

behaviour('the head leaves with flushHeaders, before any body', async ({ serve }) => {
  let go = () => {};
  const { connect } = await serve((_req, res) => {
    res.setHeader('X-A', 'b');
    res.flushHeaders();
    assert.equal(res.headersSent, true);
    go = () => res.end('late');
  });
  const client = connect().send(get());
  await client.sees('X-A: b\r\n');
  await client.sees('\r\n\r\n');
  go();
  const response = await client.response();
  assert.equal(response.body, 'late');
});

behaviour('the head does not leave with writeHead', async ({ serve }) => {
  let response: Response | undefined;
  const { connect, ask } = await serve((req, res) => {
    if (req.url === '/other') res.end();
    else response = res.writeHead(200);
  });
  const client = connect().send(get());
  await until(() => response !== undefined, 'the request');
  // What had left before would have come before the answers to others.
  for (let round = 0; round < 2; round++) await ask(get('/other'));
  assert.equal(client.pending, '');
  response?.end();
  assert.equal((await client.response()).status, 200);
});

behaviour('flushHeaders twice does no harm', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    res.flushHeaders();
    res.flushHeaders();
    res.end('ok');
  });
  assert.equal((await ask(get())).body, 'ok');
});

const flushed: [what: string, act: (res: Response) => unknown, sent: RegExp][] = [
  ['flushHeaders alone has left', (res) => res.flushHeaders(), /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)+\r\n$/],
  [
    'a write has not, with or without flushHeaders after it',
    (res) => {
      res.write('x');
      res.flushHeaders();
    },
    /^$/,
  ],
  [
    'a write after flushHeaders has not',
    (res) => {
      res.flushHeaders();
      res.write('x');
    },
    /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)+\r\n$/,
  ],
];

for (const [what, act, sent] of flushed) {
  behaviour(
    `where a response is destroyed in the same turn, ${what}`,
    async ({ serve }) => {
      const { connect } = await serve((_req, res) => {
        act(res);
        res.destroy();
      });
      assert.match(await connect().send(get()).rest(), sent);
    },
    // Node 26 keeps a piece of a body apart from the head.
    { until: 24 },
  );
}
