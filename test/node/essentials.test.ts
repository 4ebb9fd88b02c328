// What must hold on whatever Node: an exchange of each kind, from the first byte to the last event. It is run again on
// Nodes that were changed (fallbacks.test.ts).
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'node:net';
import { behaviour, get, outcome, type Request, type Response, turns, until } from '../subjects.js';

const post = (body: string) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const chunks = (...texts: string[]) =>
  `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${texts
    .map((text) => `${text.length.toString(16)}\r\n${text}\r\n`)
    .join('')}0\r\n\r\n`;

async function echo(req: Request, res: Response): Promise<void> {
  const read: Buffer[] = [];
  for await (const chunk of req) read.push(chunk);
  res.end(Buffer.concat(read));
}

behaviour('requests on one connection are answered in turn, sent apart or together', async ({ serve }) => {
  const { connect } = await serve((req, res) => {
    if (req.url === '/late') setImmediate(() => res.end('late'));
    else res.end(`at ${req.url}`);
  });
  const client = connect().send(get('/a'));
  assert.equal((await client.response()).body, 'at /a');
  client.send(get('/late') + get('/b') + get('/c'));
  for (const body of ['late', 'at /b', 'at /c']) assert.equal((await client.response()).body, body);
});

behaviour('a body arrives whole, with a length or in chunks, and goes back', async ({ serve }) => {
  const { connect } = await serve(echo);
  const client = connect();
  const large = 'x'.repeat(200_000);
  assert.equal((await client.send(post(large)).response()).body, large);
  assert.equal((await client.send(chunks('ab', 'c', 'defg')).response()).body, 'abcdefg');
  assert.equal((await client.send(post('')).response()).body, '');
});

behaviour('a body that is read late, or paused, or by events, arrives as well', async ({ serve }) => {
  const { connect } = await serve((req, res) => {
    const read: string[] = [];
    req.setEncoding('utf8');
    setImmediate(() => {
      req.on('data', (text) => {
        read.push(text);
        req.pause();
        setImmediate(() => req.resume());
      });
      req.on('end', () => res.end(read.join('')));
    });
  });
  const large = 'y'.repeat(150_000);
  assert.equal((await connect().send(post(large)).response()).body, large);
});

behaviour('text of each encoding and bytes leave in the order they were written', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    res.write('\u00e9', 'latin1');
    res.write('\u00e9', 'utf8');
    res.write(Buffer.alloc(3000, 'b'));
    res.write('7a', 'hex');
    setImmediate(() => res.end('\u00e9'.repeat(2), 'latin1'));
  });
  const { body } = await ask(get());
  assert.equal(body, `\u00e9\u00c3\u00a9${'b'.repeat(3000)}z\u00e9\u00e9`);
});

behaviour('a large answer waits for its client, and says when it goes on', async ({ serve }) => {
  let drained = 0;
  const { ask } = await serve(async (_req, res) => {
    for (let i = 0; i < 40; i++) {
      if (res.write(Buffer.alloc(64 * 1024, 'z'))) continue;
      await new Promise((go) => res.once('drain', go));
      drained++;
    }
    res.end();
  });
  assert.equal((await ask(get())).body.length, 40 * 64 * 1024);
  assert.ok(drained > 0);
});

behaviour('the events of an exchange come in their order', async ({ serve }) => {
  const events: string[] = [];
  const { ask } = await serve((req, res) => {
    req.on('end', () => events.push('request end')).resume();
    for (const name of ['prefinish', 'finish', 'close']) res.on(name, () => events.push(name));
    req.once('end', () => res.end('ok'));
  });
  assert.equal((await ask(post('abc'))).body, 'ok');
  await until(() => events.includes('close'));
  assert.deepEqual(events, ['request end', 'prefinish', 'finish', 'close']);
});

behaviour('a client that leaves aborts the request, and is no error of the program', async ({ serve }) => {
  const events: string[] = [];
  const begun = outcome();
  const closed = outcome();
  const { connect } = await serve((req, res) => {
    begun.resolve(null);
    req.on('aborted', () => events.push('aborted'));
    res.on('close', () => closed.resolve(null));
    req.resume();
  });
  const client = connect().send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
  await begun.promise;
  client.socket.destroy();
  await closed.promise;
  assert.deepEqual(events, ['aborted']);
});

behaviour(
  'an upgrade gets what was received, and what comes later when it listens later',
  async ({ serve }) => {
    const { server, connect } = await serve(() => assert.fail('a request'));
    server.on('upgrade', async (_req, socket: Socket, head: Buffer) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      await turns(10);
      socket.on('data', (data) => socket.end(`${head} ${data}`));
    });
    const client = connect().send(get('/', 'Connection: Upgrade', 'Upgrade: echo'));
    assert.equal((await client.response()).status, 101);
    client.send('later');
    assert.equal(await client.rest(), ' later');
  },
);

behaviour('a field that could end its line is refused', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    const codes = [
      () => res.setHeader('X-A', 'b\r\nX-C: d'),
      () => res.setHeader('X-A\r\n', 'b'),
      () => res.setHeader('X-A', undefined as never),
      () => res.setHeader('X-A', ['a', '\n']),
      () => res.writeHead(200, { 'X-A': '\r' }),
    ].map((attempt) => {
      try {
        attempt();
        return 'passed';
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    });
    res.end(codes.join(' '));
  });
  assert.equal(
    (await ask(get())).body,
    'ERR_INVALID_CHAR ERR_INVALID_HTTP_TOKEN ERR_HTTP_INVALID_HEADER_VALUE ERR_INVALID_CHAR ERR_INVALID_CHAR',
  );
});

behaviour('what one request stores, another does not see', async ({ serve }) => {
  const storage = new AsyncLocalStorage<string>();
  const { connect } = await serve((req, res) => {
    storage.run(req.url ?? '', () => setImmediate(() => res.end(`${req.url} ${storage.getStore()}`)));
  });
  const client = connect().send(get('/a') + get('/b'));
  assert.equal((await client.response()).body, '/a /a');
  assert.equal((await client.response()).body, '/b /b');
});

behaviour('whoever listens to the socket too hears all that comes', async ({ serve }) => {
  let heard = '';
  const { connect } = await serve((req, res) => {
    if (req.url === '/first') req.socket.on('data', (data) => (heard += data));
    res.end('ok');
  });
  const client = connect().send(get('/first'));
  await client.response();
  await client.send(get('/second')).response();
  assert.equal(heard, get('/second'));
});

behaviour('a server that closes says so once its connections are gone', async ({ serve }) => {
  const { server, connect } = await serve((_req, res) => {
    res.setHeader('Connection', 'close').end('bye');
  });
  const closed = outcome();
  const client = connect().send(get());
  assert.equal((await client.response()).body, 'bye');
  server.close(() => closed.resolve(null));
  await closed.promise;
});
