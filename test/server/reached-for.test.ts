// What widely used packages reach for beyond the documentation: underscored members, wrappers, patched methods.
import assert from 'node:assert/strict';
import { behaviour, get, outcome, type Request, type Response } from '../subjects.js';

type Inner = Response & {
  _header: string | null;
  _headerSent: boolean;
  _hasBody: boolean;
  _implicitHeader(): void;
  _contentLength: number | null;
};

behaviour('_header is null, and then the head that was sent', async ({ serve }) => {
  const { ask } = await serve((_req, response) => {
    const res = response as Inner;
    assert.ok(!res._header);
    assert.ok(!res._headerSent);
    res.setHeader('X-A', 'b');
    res.writeHead(200);
    assert.match(res._header as string, /^HTTP\/1\.1 200 OK\r\nX-A: b\r\n[\s\S]*\r\n\r\n$/);
    res.end('ok');
  });
  assert.equal((await ask(get())).body, 'ok');
});

behaviour('_implicitHeader writes the head, through a replaced writeHead', async ({ serve }) => {
  const { ask } = await serve((_req, response) => {
    const res = response as Inner;
    const { writeHead } = res;
    res.writeHead = function (this: Response, ...args: never[]) {
      this.setHeader('X-Replaced', 'yes');
      return Reflect.apply(writeHead, this, args) as never;
    } as never;
    res._implicitHeader();
    assert.equal(res.headersSent, true);
    res.end('ok');
  });
  assert.equal((await ask(get())).field('x-replaced'), 'yes');
});

behaviour('_hasBody is false for an answer that has none', async ({ serve }) => {
  const seen: boolean[] = [];
  const { connect } = await serve((_req, res) => {
    seen.push((res as Inner)._hasBody);
    res.end();
  });
  const client = connect();
  await client.send(get()).response();
  await client.send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n').response('HEAD');
  assert.deepEqual(seen, [true, false]);
});

behaviour("the socket's _httpMessage is the answer under way", async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    assert.equal((req.socket as unknown as { _httpMessage: unknown })._httpMessage, res);
    res.end('ok');
  });
  assert.equal((await ask(get())).body, 'ok');
});

const wrappers = { notNode: 'it sends nothing that is written through a wrapper' };

behaviour(
  'an answer works after Object.create',
  async ({ serve }) => {
    const { connect } = await serve((_req, res) => {
      const wrapped = Object.create(res) as Response;
      wrapped.statusCode = 201;
      wrapped.setHeader('X-A', 'b');
      wrapped.write('a');
      wrapped.end('b');
    });
    const client = connect();
    for (let round = 0; round < 2; round++) {
      const response = await client.send(get()).response();
      assert.deepEqual([response.status, response.field('x-a'), response.body], [201, 'b', 'ab']);
    }
  },
  wrappers,
);

behaviour(
  'a request and an answer work after a Proxy',
  async ({ serve }) => {
    const { connect } = await serve((req, res) => {
      const request = new Proxy(req, {});
      const response = new Proxy(res, {});
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        response.setHeader('X-Url', request.url as string);
        response.writeHead(200);
        response.end(body + request.headers.host);
      });
    });
    const client = connect();
    for (let round = 0; round < 2; round++) {
      client.send('POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody');
      const response = await client.response();
      assert.deepEqual([response.field('x-url'), response.body], ['/p', 'bodya']);
    }
  },
  wrappers,
);

/** A Proxy that gives its target's methods bound to the target. */
const bound = <T extends object>(target: T): T =>
  new Proxy(target, {
    get(_target, key) {
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

behaviour('a request and an answer work after a Proxy that binds their methods', async ({ serve }) => {
  const { connect } = await serve((req, res) => {
    const request = bound(req);
    const response = bound(res);
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      response.setHeader('X-Url', request.url as string);
      response.writeHead(200);
      response.end(body + request.headers.host);
    });
  });
  const client = connect();
  for (let round = 0; round < 2; round++) {
    client.send('POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody');
    const response = await client.response();
    assert.deepEqual([response.field('x-url'), response.body], ['/p', 'bodya']);
  }
});

behaviour('own properties and symbols stay on request and answer', async ({ serve }) => {
  const mine = Symbol('mine');
  const { connect } = await serve((req, res) => {
    assert.equal((req as never)[mine], undefined);
    Object.assign(req, { [mine]: 1, body: { a: 1 }, params: {} });
    Object.assign(res, { locals: {} });
    req.url = '/rewritten';
    req.method = 'PUT';
    setImmediate(() => res.end(`${req.url} ${req.method} ${(req as never)[mine]}`));
  });
  const client = connect();
  for (let round = 0; round < 2; round++) {
    assert.equal((await client.send(get()).response()).body, '/rewritten PUT 1');
  }
});

// On Node 26 an assertion of its own fails.
const untilNode24 = { until: 24 };

const inPlaceOfRequest: [string, (req: Request) => unknown][] = [
  ['nothing', () => null],
  ['undefined', () => undefined],
  ['an object of its own', (req) => ({ method: req.method, url: req.url, httpVersion: '1.1' })],
  ['another request', (req) => Object.assign(Object.create(Object.getPrototypeOf(req)), { method: 'HEAD' })],
];

for (const [what, put] of inPlaceOfRequest) {
  behaviour(
    `an answer whose req is ${what} is sent, and the next one too`,
    async ({ serve }) => {
      const events: string[] = [];
      const { connect } = await serve((req, res) => {
        (res as { req: unknown }).req = put(req);
        if (req.url === '/watched')
          res.on('finish', () => events.push('finish')).on('close', () => events.push('close'));
        if (req.url === '/early') res.writeProcessing();
        if (req.url === '/later') res.flushHeaders();
        setImmediate(() => res.end(req.url));
      });
      const client = connect();
      for (const target of ['/', '/watched', '/early', '/later']) {
        const response = await client.send(get(target)).response();
        assert.deepEqual([response.status, response.body], [200, target]);
      }
      // Its body is never read.
      client.send('POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody');
      assert.equal((await client.response()).body, '/post');
      assert.deepEqual(events, ['finish', 'close']);
    },
    untilNode24,
  );

  behaviour(
    `a request is told that its client has gone where the req of its answer is ${what}`,
    async ({ serve }) => {
      const { promise, resolve } = outcome<string[]>();
      const { connect } = await serve((req, res) => {
        const events: string[] = [];
        (res as { req: unknown }).req = put(req);
        req.on('aborted', () => events.push('aborted')).on('error', (error) => events.push(error.message));
        res.on('close', () => setImmediate(resolve, events));
        client.socket.destroy();
      });
      const client = connect().send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo');
      assert.deepEqual(await promise, ['aborted', 'aborted']);
    },
  );
}

behaviour('a request changed to HEAD after the fact keeps its body', async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    req.method = 'HEAD';
    res.end('body');
  });
  assert.equal((await ask(get())).body, 'body');
});

behaviour('a body pushed back with unshift and push is read again', async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    req.once('readable', () => {
      const first = req.read();
      req.unshift(first);
      let all = '';
      req.on('data', (chunk) => {
        all += chunk;
      });
      req.on('end', () => res.end(all));
    });
  });
  assert.equal((await ask('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody')).body, 'body');
});

behaviour('listeners can be added and removed by every method of EventEmitter', async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    const calls: string[] = [];
    const removed = () => calls.push('removed');
    req.on('custom', removed).off('custom', removed);
    req.once('custom', () => calls.push('once'));
    req.prependListener('custom', () => calls.push('first'));
    req.emit('custom');
    req.emit('custom');
    req.removeAllListeners('custom');
    res.setMaxListeners(3);
    assert.equal(res.getMaxListeners(), 3);
    assert.deepEqual([req.listenerCount('custom'), res.emit('nothing')], [0, false]);
    res.end(calls.join());
  });
  assert.equal((await ask(get())).body, 'first,once,first');
});

behaviour('request and answer can be inspected, and serialised', async ({ serve }) => {
  const { inspect } = await import('node:util');
  const { ask } = await serve((req, res) => {
    assert.match(inspect(req, { depth: 0 }), /IncomingMessage/);
    assert.match(inspect(res, { depth: 0 }), /ServerResponse/);
    assert.equal(Object.prototype.toString.call(req), '[object Object]');
    res.end(JSON.stringify({ url: req.url, keys: ['headers', 'url', 'method'].every((key) => key in req) }));
  });
  assert.equal((await ask(get())).body, '{"url":"/","keys":true}');
});
