// A program that takes the listeners of its socket away: what the client sends is read all the same.
import assert from 'node:assert/strict';
import { behaviour, get } from '../subjects.js';

for (const [sentence, names] of [
  ['all listeners', [undefined]],
  ["the listeners for 'data'", ['data']],
  ["the listeners for 'data' and 'timeout'", ['data', 'timeout']],
] as const) {
  behaviour(
    `a handler that removes ${sentence} of its socket gets the rest of the body, and the next request`,
    async ({ serve }) => {
      const { connect } = await serve((req, res) => {
        for (const name of names) req.socket.removeAllListeners(name);
        let body = '';
        req.on('data', (chunk) => {
          body += chunk;
        });
        req.on('end', () => res.end(`${req.url} ${body}`));
      });
      const client = connect().send('POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst');
      setTimeout(() => client.send('other'), 20);
      assert.equal((await client.response()).body, '/1 firstother');
      client.send(get('/2'));
      assert.equal((await client.response()).body, '/2 ');
    },
    { only: 'plain' },
  );
}
