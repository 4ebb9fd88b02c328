// A connection that its client opened and never used doesn't keep a closing server from ending.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { behaviour, get } from '../subjects.js';

behaviour(
  'server.close() ends although a client holds a connection on which it never sent anything',
  async ({ serve }) => {
    const { connect, server, ask } = await serve((_req, res) => res.end('answered'));
    const accepted = once(server, 'connection');
    const unused = connect();
    await accepted;
    assert.equal((await ask(get())).body, 'answered');
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await unused.rest(), '');
  },
  { notNode: 'it waits for as long as the client likes' },
);
