// Who listens for 'finish' before the server does finds the socket on the response; who listens after it doesn't.
import assert from 'node:assert/strict';
import { behaviour, get, until } from '../subjects.js';

for (const add of ['prependListener', 'prependOnceListener'] as const) {
  behaviour(
    `${add} of 'finish' finds the socket, a listener that was added otherwise doesn't`,
    async ({ serve }) => {
      const seen: string[] = [];
      const { connect } = await serve((req, res) => {
        const { socket } = res;
        const note = (name: string) => () =>
          seen.push(`${name} ${res.socket === null ? 'none' : res.socket === socket}`);
        res.on('finish', note('after'));
        res[add]('finish', note('before'));
        res[add]('finish', note('first'));
        res.end(req.url);
      });
      const client = connect();
      for (const target of ['/1', '/2']) {
        seen.length = 0;
        assert.equal((await client.send(get(target)).response()).body, target);
        await until(() => seen.length === 3);
        assert.deepEqual(seen, ['first true', 'before true', 'after none']);
      }
    },
  );
}

behaviour("a prepended 'finish' listener keeps no other answer of the connection back", async ({ serve }) => {
  const { connect } = await serve((req, res) => {
    res.prependListener('finish', () => {});
    res.end(req.url);
  });
  const client = connect().send(get('/1') + get('/2') + get('/3'));
  for (const target of ['/1', '/2', '/3']) assert.equal((await client.response()).body, target);
});
