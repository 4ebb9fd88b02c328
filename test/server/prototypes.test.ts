// Requests and responses whose methods or prototypes a program has exchanged.
import assert from 'node:assert/strict';
import nodeHttp from 'node:http';
import { behaviour, get, type Listener, type Request, type Response } from '../subjects.js';

type Callable = (...args: unknown[]) => unknown;

behaviour(
  'writeHead, write and end that were replaced on the response are the ones called',
  async ({ serve }) => {
    const calls: string[] = [];
    const { ask } = await serve((_req, res) => {
      for (const name of ['writeHead', 'write', 'end'] as const) {
        const original = res[name] as Callable;
        Object.assign(res, {
          [name](this: unknown, ...args: unknown[]) {
            calls.push(name);
            return original.apply(this, args);
          },
        });
      }
      res.write('a');
      res.end('b');
    });
    assert.equal((await ask(get())).body, 'ab');
    assert.deepEqual(calls, ['write', 'writeHead', 'end']);
  },
);

behaviour('setHeader replaced on the prototype of the response is seen by writeHead', async ({ serve }) => {
  const set: string[] = [];
  const { ask } = await serve((_req, res) => {
    const { setHeader } = res;
    res.setHeader('A', '1');
    res.setHeader = (name, value) => {
      set.push(name);
      return setHeader.call(res, name, value) as never;
    };
    res.writeHead(200, { B: '2' });
    res.end();
  });
  const response = await ask(get());
  assert.deepEqual(set, ['B']);
  assert.equal(response.field('b'), '2');
});

behaviour('prototypes swapped as Express does keep working', async ({ http, serve }) => {
  const request = Object.create(http.IncomingMessage.prototype, { ip: { get: () => 'here' } });
  const response = Object.create(http.ServerResponse.prototype);
  response.send = function (this: Response, body: string) {
    this.setHeader('Content-Length', body.length);
    this.end(body);
  };
  const { connect } = await serve((req, res) => {
    Object.setPrototypeOf(req, request);
    Object.setPrototypeOf(res, response);
    (res as unknown as { send(body: string): void }).send(
      `${(req as Request & { ip?: string }).ip} ${req.url} ${req.headers.host}`,
    );
  });
  const client = connect();
  for (const target of ['/1', '/2', '/3']) {
    assert.equal((await client.send(get(target)).response()).body, `here ${target} a`);
  }
});

behaviour(
  "a listener whose prototypes were built on Node's own classes works, as Express has them",
  async ({ serve }) => {
    const request = Object.create(nodeHttp.IncomingMessage.prototype);
    const response = Object.create(nodeHttp.ServerResponse.prototype);
    const listener: Listener = (req, res) => {
      Object.setPrototypeOf(req, request);
      Object.setPrototypeOf(res, response);
      res.setHeader('X-A', 'b');
      req.resume().on('end', () => {
        res.statusCode = 201;
        res.write(req.headers.host as string);
        res.end(req.url);
      });
    };
    const { connect } = await serve(Object.assign(listener, { request, response }));
    const client = connect();
    for (const target of ['/1', '/2']) {
      const answer = await client.send(get(target)).response();
      assert.deepEqual([answer.status, answer.body, answer.field('x-a')], [201, `a${target}`, 'b']);
    }
  },
);

/** When a handler sets the prototypes, and what it puts over what they have. */
const SETTERS: Record<string, (set: () => void) => unknown> = {
  'at once': (set) => set(),
  'after a tick': async (set) => {
    await null;
    set();
  },
  'after an immediate': (set) => setImmediate(set),
};

for (const [when, call] of Object.entries(SETTERS))
  behaviour(
    `prototypes that are set ${when} are those of later requests from the start`,
    async ({ http, serve }) => {
      const request = Object.create(http.IncomingMessage.prototype, {
        query: { get: () => 'of the prototype' },
      });
      const response = Object.create(http.ServerResponse.prototype);
      const isNew: boolean[] = [];
      const { ask } = await serve((req, res) => {
        isNew.push(Object.getPrototypeOf(req) !== request || Object.getPrototypeOf(res) !== response);
        call(() => {
          Object.setPrototypeOf(req, request);
          Object.setPrototypeOf(res, response);
          Object.defineProperty(req, 'query', { value: 'its own' });
          res.end(Reflect.get(req, 'query'));
        });
      });
      for (let i = 0; i < 3; i++) assert.equal((await ask(get())).body, 'its own');
      assert.deepEqual(isNew, [true, false, false]);
    },
    { notNode: 'it learns nothing' },
  );

const throwing = {
  get: () => 'of the prototype',
  set: () => {
    throw new Error('was set');
  },
};

/** Prototypes on which what a request or a response has of its own can't be assigned, or nothing at all. */
const UNASSIGNABLE: [string, (base: object) => object][] = [
  ['frozen', (base) => Object.freeze(Object.create(base))],
  [
    'with accessors of one letter',
    (base) =>
      Object.create(base, Object.fromEntries([...'abcdefghijklmnopqrstuvwx'].map((at) => [at, throwing]))),
  ],
  ['with a getter alone', (base) => Object.create(base, { url: { get: () => '' }, req: { get: () => '' } })],
  ['with setters that throw', (base) => Object.create(base, { method: throwing, req: throwing })],
  ['with what is read only', (base) => Object.create(base, { method: { value: 1 }, req: { value: 1 } })],
  [
    'further up',
    (base) => Object.create(Object.freeze(Object.create(base, { method: { value: 1 }, req: { value: 1 } }))),
  ],
  ['of a Proxy', (base) => new Proxy(base, {})],
];

for (const [kind, prototypeOf] of UNASSIGNABLE)
  behaviour(`requests and responses are made all the same whose prototypes are ${kind}`, async (stage) => {
    const { http, serve } = stage;
    const request = prototypeOf(http.IncomingMessage.prototype);
    const response = prototypeOf(http.ServerResponse.prototype);
    const { ask } = await serve((req, res) => {
      Object.setPrototypeOf(req, request);
      Object.setPrototypeOf(res, response);
      res.end(`${req.method} ${req.url} ${typeof req.socket} ${res.req === req}`);
    });
    for (const target of ['/1', '/2', '/3'])
      assert.equal((await ask(get(target))).body, `GET ${target} object true`);
  });

const POST = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n';

/** What a request keeps once it was asked for it. */
const KEPT = ['headers', 'headersDistinct', 'trailers', 'trailersDistinct', 'signal'] as const;

for (const [what, prototypeOf] of [
  ['the prototype of requests', (prototype: Request) => prototype],
  ['a prototype of a framework', (prototype: Request): Request => Object.create(prototype)],
] as const) {
  behaviour(`what ${what} was asked for isn't what requests share`, async ({ serve, http, subject }) => {
    const prototype = prototypeOf(http.IncomingMessage.prototype);
    const signals = new Set<unknown>();
    for (const name of KEPT) {
      try {
        void prototype[name as 'headers'];
      } catch {
        // Not all of them are there on all lines.
      }
    }
    const { connect } = await serve((req, res) => {
      Object.setPrototypeOf(req, prototype);
      req.resume().on('end', () => {
        if ('signal' in req) signals.add(req.signal);
        const { trailers, trailersDistinct, headersDistinct } = req;
        res.end(JSON.stringify([trailers, trailersDistinct, headersDistinct.host]));
      });
    });
    const client = connect();
    for (const name of ['first', 'second']) {
      const { body } = await client.send(`${POST}${name}: 1\r\n\r\n`).response();
      const [trailers, ...distinct] = JSON.parse(body);
      assert.deepEqual(trailers, { [name]: '1' });
      // Node's own requests do share these two.
      if (!subject.oracle) assert.deepEqual(distinct, [{ [name]: ['1'] }, ['a']]);
    }
    if (signals.size > 0) assert.equal(signals.size, 2);
  });
}

behaviour(
  'an object that inherits from the prototype of requests keeps its own headers',
  ({ http }) => {
    const one: Request = Object.create(http.IncomingMessage.prototype);
    const other: Request = Object.create(http.IncomingMessage.prototype);
    one.headers.host = 'one';
    assert.deepEqual([one.headers, other.headers], [{ host: 'one' }, {}]);
    other.headers = { host: 'other' };
    assert.deepEqual([one.headers, other.headers], [{ host: 'one' }, { host: 'other' }]);
  },
  { notNode: 'its prototype keeps what it was asked for' },
);

/** What a program can call on a prototype by mistake: as on `node:http` it is refused, or of no effect. */
const ON_A_PROTOTYPE: Record<string, (prototype: Response) => void> = {
  setHeader: (prototype) => prototype.setHeader('X-Shared', '1'),
  appendHeader: (prototype) => prototype.appendHeader('X-Shared', '1'),
  setHeaders: (prototype) => prototype.setHeaders(new Map([['X-Shared', '1']])),
  writeHead: (prototype) => prototype.writeHead(201, { 'X-Shared': '1' }),
};
for (const [name, call] of Object.entries(ON_A_PROTOTYPE)) {
  behaviour(`a call of ${name} on a prototype sets nothing for all responses`, async ({ serve, http }) => {
    const prototype: Response = Object.create(http.ServerResponse.prototype);
    try {
      call(prototype);
    } catch (error) {
      assert.ok(error instanceof TypeError);
    }
    const { connect } = await serve((req, res) => {
      Object.setPrototypeOf(res, prototype);
      if (req.url === '/first') res.setHeader('Set-Cookie', 'a=1');
      res.end();
    });
    const client = connect();
    const first = await client.send(get('/first')).response();
    const second = await client.send(get('/second')).response();
    assert.deepEqual([first.field('x-shared'), first.field('set-cookie')], [undefined, 'a=1']);
    assert.deepEqual([second.field('x-shared'), second.field('set-cookie')], [undefined, undefined]);
  });
}
