// What a program writes after its own end of the socket goes nowhere, and makes no noise.
import assert from 'node:assert/strict';
import { behaviour, get } from '../subjects.js';

behaviour('a response after the end of its socket is dropped without an error', async ({ serve }) => {
  const events: string[] = [];
  let told = () => {};
  const over = new Promise<void>((resolve) => {
    told = resolve;
  });
  const { connect, server } = await serve((req, res) => {
    res.on('close', () => {
      events.push('close');
      told();
    });
    req.socket.end();
    res.end('nobody reads this');
  });
  server.on('clientError', (error: NodeJS.ErrnoException) => events.push(`clientError ${error.code}`));
  const client = connect().send(get());
  assert.equal(await client.rest(), '');
  client.socket.destroy();
  await over;
  assert.deepEqual(events, ['close']);
});
