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
