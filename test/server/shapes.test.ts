// What keeps the engine quick and is not seen in what it does. All sockets, requests and responses of a server have one
// shape for V8: where each has another, whatever looks at them is slow, on every request. (Shapes can be asked for under
// a flag of V8's only.) And a private getter is a call into V8's runtime each time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import { behaviour, get, type Request, type Response, until } from '../subjects.js';

v8.setFlagsFromString('--allow-natives-syntax');
const haveOneShape = vm.runInThisContext('(a, b) => %HaveSameMap(a, b)') as (a: object, b: object) => boolean;
const isNoTable = vm.runInThisContext('(object) => %HasFastProperties(object)') as (
  object: object,
) => boolean;

interface Exchange {
  readonly req: Request;
  readonly res: Response;
}

const programs: Record<string, (exchange: Exchange) => void> = {
  'that answers': ({ res }) => res.end('hello'),
  'that puts properties on them': ({ req, res }) => {
    Object.assign(req, { user: 1 });
    Object.assign(res, { view: 2 });
    Object.assign(req.socket, { seen: 3 });
    res.end('hello');
  },
  'that writes to them and listens': ({ req, res }) => {
    req.socket.setTimeout(60_000);
    res.on('finish', () => {});
    res.write('hel');
    res.end('lo');
  },
};

for (const [which, program] of Object.entries(programs)) {
  behaviour(
    `sockets, requests and responses have one shape each in a program ${which}`,
    async ({ serve }) => {
      const exchanges: Exchange[] = [];
      const { ask } = await serve((req, res) => {
        exchanges.push({ req, res });
        program({ req, res });
      });
      // The first few may differ, while the engine learns which there are.
      for (let i = 0; i < 8; i++) await ask(get());
      const [one, other] = exchanges.slice(-2) as [Exchange, Exchange];
      assert.ok(haveOneShape(one.req.socket, other.req.socket), 'sockets');
      assert.ok(haveOneShape(one.req, other.req), 'requests');
      assert.ok(haveOneShape(one.res, other.res), 'responses');
    },
  );
}

behaviour(
  'a request and a response of prototypes of the program are no tables to V8, whatever it puts on them',
  async ({ serve }) => {
    const outcomes: [boolean, boolean][] = [];
    let prototypes: { request: object; response: object } | undefined;
    const { ask } = await serve((req, res) => {
      prototypes ??= {
        request: Object.create(Object.getPrototypeOf(req)),
        response: Object.create(Object.getPrototypeOf(res)),
      };
      Object.setPrototypeOf(req, prototypes.request);
      Object.setPrototypeOf(res, prototypes.response);
      for (const name of ['app', 'next', 'body', 'params', 'route', 'session', 'user', 'view']) {
        Object.defineProperty(req, name, { value: name, writable: true });
        Object.defineProperty(res, name, { value: name, writable: true });
      }
      req.resume().on('end', () => {
        outcomes.push([isNoTable(req), isNoTable(res)]);
        res.end('hello');
      });
    });
    for (let i = 0; i < 20; i++)
      await ask('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody');
    assert.deepEqual(outcomes.at(-1), [true, true]);
  },
);

for (const [event, head] of [
  ['upgrade', get('/', 'Connection: upgrade', 'Upgrade: x')],
  ['connect', 'CONNECT a.example:1 HTTP/1.1\r\nHost: a.example:1\r\n\r\n'],
] as const)
  behaviour(`a socket that left HTTP by '${event}' is no table to V8`, async ({ serve }) => {
    const { server, connect } = await serve(() => {});
    let told = '';
    const left = once(
      server.on(event, (_req: unknown, socket: Socket) => {
        socket.on('data', (chunk) => {
          told += chunk;
          socket.write(chunk);
        });
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
      }),
      event,
    );
    const client = connect().send(head);
    const [, socket] = (await left) as [unknown, Socket];
    client.send('one');
    await until(() => told === 'one', 'what was sent');
    assert.ok(isNoTable(socket));
    socket.destroy();
  });

const source = new URL('../../src/', import.meta.url);

/** The files of a folder of src/, as paths. */
const filesOf = (folder: string) =>
  readdirSync(new URL(folder, source), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`);

test('nothing that a request passes through has a private getter or setter', () => {
  const files = ['http', 'http1', 'http2', 'node', 'message', 'transport', 'server'].flatMap(filesOf);
  assert.ok(files.length > 100);
  const isGuilty = (file: string) =>
    /^ +(?:static )?[gs]et #/m.test(readFileSync(new URL(file, source), 'utf8'));
  assert.deepEqual(files.filter(isGuilty), []);
});

test('nothing that a request passes through assigns a function to a property where it is written down', () => {
  // V8 makes it among its old objects, where it keeps what it refers to until those are collected.
  const files = ['http', 'http1', 'http2', 'message', 'transport', 'server'].flatMap(filesOf);
  const assigned = /^ +\w[\w.#]*\.#?\w+ = (async )?(function\b|\([^()]*\)(: \w+)? =>|\w+ =>)/m;
  assert.match('    this.#left = (error) => this.#tell(error);', assigned);
  const isGuilty = (file: string) => assigned.test(readFileSync(new URL(file, source), 'utf8'));
  assert.deepEqual(files.filter(isGuilty), []);
});

const endings: Record<string, (exchange: Exchange) => void> = {
  'was answered': ({ res }) => res.setHeader('Connection', 'close').end('hello'),
  'was cut': ({ req }) => req.socket.destroy(),
  'was ended by the program': ({ req, res }) => {
    res.write('hel');
    req.socket.destroySoon();
  },
};

/** What the engine keeps with a socket that is an object of its own. */
const hanging = (socket: object) =>
  Object.getOwnPropertySymbols(socket)
    .filter(({ description }) => description?.startsWith('premier.') && description !== 'premier.order')
    .filter((key) => typeof Reflect.get(socket, key) === 'object' && Reflect.get(socket, key) !== null);

for (const [how, end] of Object.entries(endings)) {
  // Node's sockets outlive a collection of young objects, and so would what hangs on them.
  behaviour(`nothing of the connection hangs on a closed socket that ${how}`, async ({ serve, subject }) => {
    const soon = { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 1 };
    const { server, connect } = await serve(soon, (req, res) => end({ req, res }));
    const accepted = once(server, subject.secure ? 'secureConnection' : 'connection');
    const client = connect().send(get());
    const [socket] = await accepted;
    if (!subject.oracle) assert.ok(hanging(socket).length > 0);
    await Promise.all([once(socket, 'close'), client.rest()]);
    assert.deepEqual(hanging(socket), []);
  });
}
