// Several requests on one connection before an answer: answered in the order they came (RFC 9112, section 9.3.2).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { behaviour, get, type Listener, turns, until } from '../subjects.js';
import { RawClient } from './raw-client.js';

/** How the handler answers each target. */
const ways: Record<string, Listener> = {
  sync: (req, res) => res.end(req.url),
  microtask: (req, res) => queueMicrotask(() => res.end(req.url)),
  immediate: (req, res) => setImmediate(() => res.end(req.url)),
  timer: (req, res) => setTimeout(() => res.end(req.url), 5),
  pieces: (req, res) => {
    res.write(`${req.url}`.slice(0, 1));
    setImmediate(() => res.end(`${req.url}`.slice(1)));
  },
};
const answer: Listener = (req, res) => ways[`${req.url?.split('/')[1]}`]?.(req, res);

const orders: [sentence: string, targets: string[]][] = [
  ['answered at once', ['/sync/1', '/sync/2', '/sync/3']],
  ['answered later', ['/immediate/1', '/timer/2', '/microtask/3']],
  ['answered late first, then at once', ['/timer/1', '/sync/2', '/sync/3', '/immediate/4', '/sync/5']],
  ['answered in pieces', ['/pieces/1', '/sync/2', '/pieces/3', '/timer/4', '/pieces/5']],
];

for (const [sentence, targets] of orders) {
  behaviour(`pipelined requests ${sentence} are answered in order`, async ({ serve }) => {
    const { connect } = await serve(answer);
    const client = connect().send(targets.map((target) => get(target)).join(''));
    for (const target of targets) assert.equal((await client.response()).body, target);
  });
}

behaviour('pipelined requests split anywhere are answered in order', async ({ serve }) => {
  const { connect } = await serve(answer);
  const bytes = get('/sync/1') + get('/timer/2') + get('/sync/3');
  const client = connect();
  for (let at = 0; at < bytes.length; at += 7) {
    client.send(bytes.slice(at, at + 7));
    await turns(1);
  }
  for (const target of ['/sync/1', '/timer/2', '/sync/3'])
    assert.equal((await client.response()).body, target);
});

behaviour('100 pipelined requests are all answered', async ({ serve }) => {
  const { connect } = await serve((req, res) => res.end(req.url));
  const targets = Array.from({ length: 100 }, (_, index) => `/${index}`);
  const client = connect().send(targets.map((target) => get(target)).join(''));
  for (const target of targets) assert.equal((await client.response()).body, target);
});

behaviour('answers given in reverse leave in the order of the requests', async ({ serve }) => {
  const waiting: (() => void)[] = [];
  const { connect } = await serve((req, res) => {
    waiting.push(() => {
      res.setHeader('X-Target', req.url as string);
      res.write('a');
      res.end('b');
    });
    if (waiting.length === 3) for (const go of waiting.reverse()) go();
  });
  const client = connect().send(get('/1') + get('/2') + get('/3'));
  for (const target of ['/1', '/2', '/3']) {
    const response = await client.response();
    assert.equal(response.field('x-target'), target);
    assert.equal(response.body, 'ab');
  }
});

behaviour('a waiting answer takes as much before it says stop as one with its turn', async ({ serve }) => {
  const marks: unknown[] = [];
  const { connect } = await serve((req, res) => {
    marks.push(res.writableHighWaterMark === req.socket.writableHighWaterMark);
    if (req.url === '/1') setImmediate(() => res.end());
    else res.end();
  });
  const client = connect().send(get('/1') + get('/2'));
  await client.response();
  await client.response();
  assert.deepEqual(marks, [true, true]);
});

for (const [what, requests] of [
  ['without bodies', get('/1') + get('/2')],
  ['with a body', `POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${get('/2')}`],
] as const) {
  for (const size of [20_000, 70_000]) {
    behaviour(
      `a client that ends while two answers of ${size} bytes go on is heard, after requests ${what}`,
      async ({ serve }) => {
        const { connect } = await serve((_req, res) => res.write('a'.repeat(size)));
        const client = connect().send(requests);
        await client.sees('a'.repeat(size));
        client.finish();
        assert.match(await client.rest(), /^HTTP\/1\.1 200 OK\r\n/);
      },
      { only: 'plain' },
    );
  }
}

behaviour('only the first of the waiting answers has the socket', async ({ serve }) => {
  const sockets: boolean[] = [];
  const { connect } = await serve((req, res) => {
    sockets.push(res.socket === req.socket);
    if (req.url === '/1') setImmediate(() => res.end());
    else res.end();
  });
  const client = connect().send(get('/1') + get('/2'));
  await client.response();
  await client.response();
  assert.deepEqual(sockets, [true, false]);
});

behaviour('bodies of pipelined requests stay with their requests', async ({ serve }) => {
  const { connect } = await serve((req, res) => {
    let body = '';
    req.setEncoding('latin1');
    req.on('data', (text) => {
      body += text;
    });
    req.on('end', () => res.end(`${req.url}=${body}`));
  });
  const client = connect().send(
    'POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none' +
      'POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nt\r\n2\r\nwo\r\n0\r\n\r\n' +
      get('/3') +
      'POST /4 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfour',
  );
  for (const body of ['/1=one', '/2=two', '/3=', '/4=four'])
    assert.equal((await client.response()).body, body);
});

behaviour('a request after a body that nobody reads is answered', async ({ serve }) => {
  const { connect } = await serve((req, res) => res.end(req.url));
  const size = 300_000;
  const client = connect().send(
    `POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}${get('/2')}`,
  );
  assert.equal((await client.response()).body, '/1');
  assert.equal((await client.response()).body, '/2');
});

behaviour('a request is not handled before the body ahead of it has ended', async ({ serve }) => {
  const seen: string[] = [];
  let half = false;
  const { connect } = await serve((req, res) => {
    seen.push(`start ${req.url}`);
    req.on('data', () => {
      half = true;
    });
    req.on('end', () => {
      seen.push(`end ${req.url}`);
      res.end();
    });
  });
  const client = connect().send('POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab');
  await until(() => half, 'half of the body');
  client.send(`cd${get('/2')}`);
  await client.response();
  await client.response();
  assert.equal(seen.indexOf('start /1'), 0);
  assert.ok(seen.indexOf('start /2') > 0);
  assert.deepEqual([...seen].sort(), ['end /1', 'end /2', 'start /1', 'start /2']);
});

behaviour('answers ready together leave before an answer that is late', async ({ serve }) => {
  let go = () => {};
  const { connect } = await serve((req, res) => {
    if (req.url === '/3') go = () => res.end('3');
    else res.end('x');
  });
  const client = connect().send(get('/1') + get('/2') + get('/3'));
  assert.equal((await client.response()).body, 'x');
  assert.equal((await client.response()).body, 'x');
  go();
  assert.equal((await client.response()).body, '3');
});

behaviour(
  'when the client goes away, every waiting answer is closed once',
  async ({ serve }) => {
    const closed: string[] = [];
    let all = () => {};
    const done = new Promise<void>((resolve) => {
      all = resolve;
    });
    const arrived: string[] = [];
    const { connect } = await serve((req, res) => {
      arrived.push(req.url as string);
      res.on('close', () => {
        closed.push(req.url as string);
        if (closed.length === 3) all();
      });
      if (req.url === '/3') client.socket.destroy();
    });
    const client = connect().send(get('/1') + get('/2') + get('/3'));
    await done;
    await turns();
    assert.deepEqual(closed.sort(), ['/1', '/2', '/3']);
  },
  { since: 24 },
);

behaviour('a malformed request after an answer is refused', async ({ serve }) => {
  const { connect } = await serve((_req, res) => res.end('fine'));
  const client = connect().send(get('/1'));
  assert.equal((await client.response()).body, 'fine');
  client.send('GET / HTTP/x\r\n\r\n');
  assert.equal((await client.response()).status, 400);
  await client.nothingMore();
});

behaviour('a malformed request in the same packet does not spoil the answer before it', async ({ serve }) => {
  const { connect } = await serve((_req, res) => res.end('fine'));
  const client = connect().send(`${get('/1')}GET / HTTP/x\r\n\r\n`);
  assert.equal((await client.response()).body, 'fine');
  assert.match(await client.rest(), /^(HTTP\/1\.1 400 |$)/);
});

const listeners: Record<string, 'nobody else' | 'the program'> = {
  'read by the server alone': 'nobody else',
  'that the program reads too': 'the program',
};
for (const [sentence, reader] of Object.entries(listeners)) {
  behaviour(
    `requests that came before the end of input are all answered, on a socket ${sentence}`,
    async ({ serve }) => {
      let came = 0;
      const { server, connect } = await serve((req, res) => {
        came++;
        setTimeout(() => res.end(req.url), 5);
      });
      (server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = true;
      server.on('connection', (socket: Socket) => {
        if (reader === 'the program') socket.on('data', () => {});
      });
      const client = connect();
      for (let from = 0; from < 100; from += 50) {
        const targets = Array.from({ length: 50 }, (_, index) => get(`/${from + index}`));
        client.send(targets.join(''));
        if (from === 0) await until(() => came === 50, 'half of the requests');
      }
      client.finish();
      for (let index = 0; index < 100; index++) assert.equal((await client.response()).body, `/${index}`);
    },
    { only: 'plain' },
  );
}

behaviour(
  'requests of a socket that another server accepted are answered before its end of input',
  async ({ http }) => {
    const server = http.createServer((_req, res) => void res.end('x'.repeat(40_000)));
    const other = net.createServer((socket) => void server.emit('connection', socket)).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const client = new RawClient(net.connect((other.address() as AddressInfo).port, '127.0.0.1'));
    client.socket.setNoDelay(true);
    for (let count = 0; count < 300; count++) client.send(get());
    client.finish();
    try {
      for (let count = 0; count < 300; count++) assert.equal((await client.response()).body.length, 40_000);
    } finally {
      client.socket.destroy();
      other.close();
    }
  },
  { only: 'plain' },
);
