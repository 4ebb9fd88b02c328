// `server.close()` while clients are busy: what a handler was given is answered, nobody new gets in, and it ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setImmediate as nextRound } from 'node:timers/promises';
import { RawClient } from '../server/raw-client.js';
import { get, type Subject, subjects, until } from '../subjects.js';

const premiers = subjects.filter(({ oracle, http2 }) => !oracle && !http2);
const CLIENTS = 20;

/** Asks again and again on one connection until the server ends it; gives the number of answers. */
async function askUntilClosed(subject: Subject, port: number): Promise<number> {
  const client = new RawClient(subject.connect({ port }));
  for (let answers = 0; ; answers++) {
    client.send(get('/') + get('/'));
    try {
      await client.response();
      await client.response();
      answers++;
    } catch {
      assert.equal(client.pending, '', 'half an answer came');
      return answers;
    }
  }
}

for (const subject of premiers) {
  test(`server.close() under load loses nothing that a handler was given (${subject.name})`, async () => {
    let given = 0;
    let finished = 0;
    const server = subject.createServer({}, (_req, res) => {
      given++;
      res.on('finish', () => finished++);
      setTimeout(() => res.end('x'.repeat(10_000)), given % 5);
    });
    let accepted = 0;
    server.on('connection', () => accepted++);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const clients = Array.from({ length: CLIENTS }, () => askUntilClosed(subject, port));
    await until(() => given >= 10 * CLIENTS && accepted === CLIENTS, 'load');
    // In the round of the event loop that accepted somebody, and in the next, others may wait: they would be accepted first.
    for (let round = 0; round < 3; round++) await nextRound();
    const closed = once(server, 'close');
    server.close();
    const refused = net.connect(port, '127.0.0.1');
    const [error] = await once(refused, 'error');
    assert.equal(error.code, 'ECONNREFUSED');
    await closed;
    await Promise.all(clients);
    assert.equal(finished, given);
    assert.equal(server.listening, false);
  });
}
