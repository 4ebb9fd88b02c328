// The classes and constants: with and without new, inherited from in every way, and kin to Node's own.
import assert from 'node:assert/strict';
import nodeHttp from 'node:http';
import nodeHttps from 'node:https';
import net from 'node:net';
import { Readable, Stream } from 'node:stream';
import { test } from 'node:test';
import tls from 'node:tls';
import { inherits } from 'node:util';
import http from 'premier';
import https from 'premier/https';
import {
  behaviour,
  certificate,
  get,
  type Http,
  type Request,
  type Response,
  type Server,
} from '../subjects.js';

type Callable = (...args: unknown[]) => unknown;
const head = { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 };

const named = [
  'Server',
  'ServerResponse',
  'IncomingMessage',
  'OutgoingMessage',
  'createServer',
  'METHODS',
  'STATUS_CODES',
  'maxHeaderSize',
  'validateHeaderName',
  'validateHeaderValue',
  'request',
  'get',
  'Agent',
  'globalAgent',
  'ClientRequest',
  'setMaxIdleHTTPParsers',
] as const;

behaviour(
  'the module has what node:http has',
  ({ http }) => {
    for (const name of named) assert.equal(typeof http[name], typeof nodeHttp[name], name);
    const missing = Object.keys(nodeHttp).filter((name) => !(name in http));
    assert.deepEqual(missing, []);
    assert.deepEqual([...http.METHODS].sort(), [...nodeHttp.METHODS].sort());
    assert.deepEqual(http.STATUS_CODES, nodeHttp.STATUS_CODES);
    assert.equal(http.maxHeaderSize, 16_384);
    assert.equal(http.Agent, nodeHttp.Agent);
  },
  { only: 'plain' },
);

behaviour(
  'the classes have their names and lengths',
  ({ http }) => {
    for (const name of ['Server', 'ServerResponse', 'IncomingMessage', 'OutgoingMessage'] as const) {
      assert.equal(http[name].name, name);
      assert.equal(http[name].length, nodeHttp[name].length, name);
    }
    assert.equal(http.createServer.name, 'createServer');
  },
  { only: 'plain' },
);

behaviour(
  'Server works without new, with a listener, options or nothing',
  ({ http }) => {
    const Server = http.Server as unknown as Callable;
    const listener = () => {};
    for (const server of [
      Server(),
      Server(listener),
      Server({}, listener),
      Server(undefined, listener),
      Server(null),
    ]) {
      assert.ok(server instanceof http.Server);
      assert.ok(server instanceof net.Server);
    }
    assert.deepEqual((Server(listener) as Server).listeners('request'), [listener]);
    assert.deepEqual((Server({}, listener) as Server).listeners('request'), [listener]);
    assert.throws(() => Server('x'), { code: 'ERR_INVALID_ARG_TYPE' });
  },
  { only: 'plain' },
);

behaviour(
  'https.Server works without new',
  ({ subject }) => {
    const server = subject.createServer({});
    const Made = server.constructor as unknown as Callable;
    const made = Made(certificate);
    assert.ok(made instanceof Made);
    assert.ok(made instanceof tls.Server);
  },
  { only: 'secure' },
);

behaviour('instances are those of Node too', async ({ serve }) => {
  const { server, ask } = await serve((req, res) => {
    assert.ok(req instanceof nodeHttp.IncomingMessage);
    assert.ok(req instanceof Readable);
    assert.ok(res instanceof nodeHttp.ServerResponse);
    assert.ok(res instanceof nodeHttp.OutgoingMessage);
    assert.ok(res instanceof Stream);
    res.end('ok');
  });
  assert.ok(server instanceof net.Server);
  assert.equal((await ask(get())).body, 'ok');
});

behaviour(
  "a plain server is an instance of Node's too",
  ({ http }) => {
    assert.ok(http.createServer() instanceof nodeHttp.Server);
  },
  { only: 'plain' },
);

behaviour(
  'IncomingMessage and ServerResponse are called on instances made otherwise',
  ({ http }) => {
    const req = Object.create(http.IncomingMessage.prototype);
    (http.IncomingMessage as unknown as Callable).call(req, new net.Socket());
    assert.ok((req as unknown) instanceof Readable);
    assert.deepEqual((req as Request).rawHeaders, []);
    const res = Object.create(http.ServerResponse.prototype);
    (http.ServerResponse as unknown as Callable).call(res, { ...head });
    assert.equal(res.statusCode, 200);
    assert.equal(res.setHeader('a', 'b').getHeader('a'), 'b');
  },
  { only: 'plain' },
);

behaviour(
  'util.inherits and call make a working server, request and response',
  async ({ http, listen }) => {
    function MyResponse(this: Response, ...args: unknown[]) {
      (http.ServerResponse as unknown as Callable).apply(this, args);
      this.setHeader('X-Mine', 'yes');
    }
    inherits(MyResponse as never, http.ServerResponse);
    function MyRequest(this: Request, ...args: unknown[]) {
      (http.IncomingMessage as unknown as Callable).apply(this, args);
      (this as Request & { mine?: boolean }).mine = true;
    }
    inherits(MyRequest as never, http.IncomingMessage);
    function MyServer(this: Server, options: object, listener: unknown) {
      (http.Server as unknown as Callable).call(this, options, listener);
    }
    inherits(MyServer as never, http.Server);
    const Made = MyServer as unknown as new (...args: unknown[]) => Server;
    const { ask } = await listen(
      new Made({ IncomingMessage: MyRequest, ServerResponse: MyResponse }, (req: Request, res: Response) => {
        assert.ok(req instanceof (MyRequest as never));
        assert.ok(res instanceof (MyResponse as never));
        res.end(String((req as Request & { mine?: boolean }).mine));
      }),
    );
    const response = await ask(get());
    assert.equal(response.field('x-mine'), 'yes');
    assert.equal(response.body, 'true');
  },
  { only: 'plain' },
);

behaviour(
  'class extends makes a working server',
  async ({ http, listen }) => {
    class MyServer extends http.Server {
      seen = 0;
      override emit(event: string, ...args: unknown[]): boolean {
        if (event === 'request') this.seen++;
        return super.emit(event, ...args);
      }
    }
    const server = new MyServer((_req, res) => res.end('ok'));
    const { ask } = await listen(server);
    assert.equal((await ask(get())).body, 'ok');
    assert.equal(server.seen, 1);
  },
  { only: 'plain' },
);

function subclasses(http: Http) {
  class MyRequest extends http.IncomingMessage {
    get path(): string | undefined {
      return this.url?.split('?')[0];
    }
  }
  class MyResponse extends http.ServerResponse {
    json(value: unknown): void {
      this.setHeader('Content-Type', 'application/json');
      this.end(JSON.stringify(value));
    }
    override writeHead(status: number, ...rest: never[]): this {
      this.setHeader('X-Status', status);
      return super.writeHead(status, ...rest);
    }
  }
  return { IncomingMessage: MyRequest, ServerResponse: MyResponse };
}

behaviour('the options IncomingMessage and ServerResponse take subclasses', async ({ http, serve }) => {
  const classes = subclasses(http);
  const { connect } = await serve(classes as never, (req, res) => {
    assert.ok(req instanceof classes.IncomingMessage);
    assert.ok(res instanceof classes.ServerResponse);
    res.json({ path: req.path });
  });
  const client = connect();
  for (const target of ['/a?b', '/c']) {
    const response = await client.send(get(target)).response();
    assert.equal(response.body, JSON.stringify({ path: target.split('?')[0] }));
    assert.equal(response.field('content-type'), 'application/json');
    assert.equal(response.field('x-status'), '200');
  }
});

behaviour('stacks of errors name the classes as they are', async ({ serve }) => {
  const stacks: string[] = [];
  const { ask } = await serve((req, res) => {
    for (const object of [req, res]) {
      object.once('told', () => stacks.push(`${new Error('told').stack}`));
      object.emit('told');
    }
    res.end();
  });
  await ask(get());
  assert.match(stacks[0] ?? '', /at IncomingMessage\.emit /);
  assert.match(stacks[1] ?? '', /at ServerResponse\.emit /);
});

behaviour(
  'stacks of errors name objects that were given other prototypes as what they were',
  async ({ serve }) => {
    const stacks: string[] = [];
    const prototypes = new Map<object, object>();
    const { ask } = await serve((req, res) => {
      for (const object of [req, res]) {
        const own = Object.getPrototypeOf(object);
        const given = prototypes.get(own) ?? Object.create(own);
        if (!prototypes.has(given)) prototypes.set(own, given).set(given, given);
        Object.setPrototypeOf(object, given);
        object.once('told', () => stacks.push(`${new Error('told').stack}`));
        object.emit('told');
      }
      res.end();
    });
    for (let count = 0; count < 3; count++) await ask(get());
    for (let at = 0; at < 6; at += 2) {
      assert.match(stacks[at] ?? '', /at IncomingMessage\.emit /);
      assert.match(stacks[at + 1] ?? '', /at ServerResponse\.emit /);
    }
  },
);

for (const [message, names] of [
  ['req', ['aborted', 'rawTrailers', 'statusCode', 'statusMessage']],
  ['res', ['outputData', 'outputSize', 'writable', 'sendDate', 'strictContentLength']],
] as const) {
  behaviour(
    `what a handler doesn't find among the own properties of ${message} it can read and set`,
    async ({ serve }) => {
      const { ask } = await serve((req, res) => {
        const subject = (message === 'req' ? req : res) as unknown as Record<string, unknown>;
        for (const name of names) {
          if (!(name in subject)) throw new Error(`${name} is missing`);
          const value = subject[name];
          subject[name] = value;
        }
        res.end('all there');
      });
      assert.equal((await ask(get())).body, 'all there');
    },
  );
}

for (const [module, ours, nodes] of [
  ['node:http', http, nodeHttp],
  ['node:https', https, nodeHttps],
] as const)
  test(`what programs see by its name is called as in ${module}`, () => {
    for (const name of ['createServer', 'Server', 'IncomingMessage', 'ServerResponse'] as const) {
      const [own, node] = [ours, nodes].map((all) => (all as unknown as Record<string, unknown>)[name]);
      assert.equal((own as { name: string } | undefined)?.name, (node as { name: string } | undefined)?.name);
    }
  });

for (const listener of [undefined, null, 5, {}])
  behaviour(`no listener of requests: ${JSON.stringify(listener)}`, ({ http }) => {
    for (const add of ['on', 'addListener', 'once', 'prependListener'] as const)
      assert.throws(() => http.createServer()[add]('request', listener as never), {
        code: 'ERR_INVALID_ARG_TYPE',
      });
  });
