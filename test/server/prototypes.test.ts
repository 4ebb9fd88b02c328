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
