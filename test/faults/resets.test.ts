// A client that goes away at any moment leaves nothing behind: every object says 'close' exactly once, no descriptor,
// timer or connection stays, and the server goes on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import process from 'node:process';
import { test } from 'node:test';
import { RawClient } from '../server/raw-client.js';
import {
  type Listener,
  type Request,
  type Response,
  type Server,
  type Subject,
  subjects,
  turns,
  until,
} from '../subjects.js';

const premiers = subjects.filter(({ oracle, http2 }) => !oracle && !http2);

interface Moment {
  send: string;
  /** What the server has to reach before the client goes. */
  reached: 'connection' | 'bytes' | 'request' | 'body' | 'answer';
  handle?: Listener;
}

const head = 'POST / HTTP/1.1\r\nHost: a\r\n';
const readAll: Listener = (req) => void req.resume();
const streaming: Listener = (_req, res) => {
  const more = () => {
    while (!res.destroyed && res.write(Buffer.alloc(16_384)));
    res.once('drain', more);
  };
  more();
};

const moments: Record<string, Moment> = {
  'after connecting': { send: '', reached: 'connection' },
  'within the request line': { send: 'GET /a', reached: 'bytes' },
  'within the head': { send: `${head}Accept: `, reached: 'bytes' },
  'when the head is complete': { send: `${head}Content-Length: 10\r\n\r\n`, reached: 'request' },
  'within a body that nobody reads': { send: `${head}Content-Length: 10\r\n\r\nabc`, reached: 'request' },
  'within a body that is read': {
    send: `${head}Content-Length: 10\r\n\r\nabc`,
    reached: 'body',
    handle: readAll,
  },
  'within a chunk': {
    send: `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nab`,
    reached: 'body',
    handle: readAll,
  },
  'within the trailer section': {
    send: `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\nA:`,
    reached: 'body',
    handle: readAll,
  },
  'while the handler works': { send: `${head}\r\n`, reached: 'request' },
  'while requests wait after it': { send: `${head}\r\n`.repeat(10), reached: 'request' },
  'while the answer streams': { send: `${head}\r\n`, reached: 'answer', handle: streaming },
  'while an early answer streams and the body comes': {
    send: `${head}Content-Length: 10\r\n\r\nabc`,
    reached: 'answer',
    handle: streaming,
  },
  'when the answer has been written': {
    send: `${head}\r\n`,
    reached: 'answer',
    handle: (_req, res) => res.end('done'),
  },
  'when a further request has begun': {
    send: `${head}\r\nGET /b`,
    reached: 'answer',
    handle: (_req, res) => res.end('done'),
  },
};

/** Counts what happens to the objects of a connection. */
class Ledger {
  readonly closes = new Map<object, number>();
  readonly sockets: Socket[] = [];
  readonly #server: Server;

  constructor(server: Server, secure: boolean) {
    this.#server = server;
    server.on(secure ? 'secureConnection' : 'connection', (socket) => {
      this.sockets.push(socket);
      this.#count(socket);
    });
    server.on('request', (req: Request, res: Response) => {
      this.#count(req);
      this.#count(res);
      req.on('error', () => {});
    });
  }

  #count(object: NodeJS.EventEmitter): void {
    this.closes.set(object, 0);
    object.on('close', () => this.closes.set(object, (this.closes.get(object) as number) + 1));
  }

  /** Resolves once the server has reached what the moment asks for. */
  async reached(client: RawClient, moment: Moment): Promise<void> {
    if (moment.reached === 'answer') return client.sees('HTTP/1.1 200');
    await until(() => this.sockets.length > 0);
    const bytes = Buffer.byteLength(moment.send, 'latin1');
    if (moment.reached !== 'connection') await until(() => (this.sockets[0] as Socket).bytesRead >= bytes);
    if (moment.reached === 'request' || moment.reached === 'body') await until(() => this.closes.size > 1);
  }

  async settled(): Promise<void> {
    await until(() => this.sockets.every(({ destroyed }) => destroyed));
    await turns(20);
    const connections = await new Promise((resolve) =>
      this.#server.getConnections((_, count) => resolve(count)),
    );
    assert.equal(connections, 0);
    for (const [object, count] of this.closes)
      assert.equal(count, 1, `'close' of ${object.constructor.name}`);
  }
}

function leave(client: RawClient, subject: Subject): void {
  if (subject.secure) client.socket.destroy();
  else client.socket.resetAndDestroy();
}

const descriptors = () => readdirSync('/proc/self/fd').length;
const resources = () =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|TLS|Timeout/.test(name))
    .sort();

async function goAwayAt(moment: Moment, subject: Subject): Promise<void> {
  const server = subject.createServer({}, moment.handle ?? (() => {}));
  const ledger = new Ledger(server, subject.secure);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new RawClient(subject.connect({ port }));
  await once(client.socket, subject.secure ? 'secureConnect' : 'connect');
  client.send(moment.send);
  await ledger.reached(client, moment);
  leave(client, subject);
  await ledger.settled();
  await new Promise((resolve) => server.close(resolve));
}

for (const subject of premiers) {
  for (const [when, moment] of Object.entries(moments)) {
    test(`a client that goes away ${when} leaves nothing behind (${subject.name})`, async () => {
      await goAwayAt(moment, subject); // what is opened once for all comes with the first
      const before = {
        descriptors: process.platform === 'linux' ? descriptors() : 0,
        resources: resources(),
      };
      for (let round = 0; round < 3; round++) await goAwayAt(moment, subject);
      await until(() => resources().length <= before.resources.length);
      assert.deepEqual(resources(), before.resources);
      if (process.platform === 'linux') await until(() => descriptors() <= before.descriptors);
    });
  }
}
