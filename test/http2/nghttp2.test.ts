// The engine against nghttp2, as node:http2 has it: what either encodes, frames and sends, the other understands.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import http2, {
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import net, { type AddressInfo, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { Http2Connection } from '../../dist/http2/connection.js';
import type { ConnectionListener } from '../../dist/http2/connection-listener.js';
import type { RequestHead } from '../../dist/http2/request-head.js';
import type { Stream } from '../../dist/http2/stream.js';
import { Random } from '../fuzz/random.js';
import { Answer } from './exchange.js';

/** What a request looked like, which is also its answer. */
interface Seen {
  method: string;
  target: string;
  fields: string[];
  body: string;
  trailers: string[];
}

/** As little of a transport as will do. */
class Transport implements ConnectionListener {
  readonly #connection = new Http2Connection(this);
  readonly #socket: Socket;
  readonly #heads = new Map<Stream, RequestHead>();
  readonly #bodies = new Map<Stream, string[]>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (segment: Buffer) => {
      this.#connection.receive(segment, performance.now());
      this.onOutput();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#connection.close());
    this.onOutput();
  }

  onOutput(): void {
    for (let output = this.#connection.pull(); output !== null; output = this.#connection.pull()) {
      for (const piece of output.pieces) this.#socket.write(piece);
      for (const listener of output.listeners) listener.onLeft(null);
      this.#connection.settle();
    }
    if (this.#connection.finished) this.#socket.end();
  }

  onStreamRefused(): void {}

  onHead(stream: Stream, head: RequestHead): void {
    this.#heads.set(stream, head);
    this.#bodies.set(stream, []);
  }

  onBody(stream: Stream, data: Buffer): void {
    this.#bodies.get(stream)?.push(data.toString('latin1'));
    stream.consumed(data.length);
  }

  onEnd(stream: Stream, trailers: string[]): void {
    const { method, target, rawHeaders } = this.#heads.get(stream) as RequestHead;
    const body = this.#bodies.get(stream)?.join('') ?? '';
    const seen: Seen = { method, target, fields: rawHeaders, body, trailers };
    const fields = rawHeaders.filter((_, index) => (rawHeaders[index & ~1] as string).startsWith('x-'));
    const answer = new Answer(stream);
    answer.head(200, ['content-type', 'application/json', ...fields]);
    answer.body(JSON.stringify(seen));
    answer.end(trailers);
  }

  onRefused(stream: Stream): void {
    const answer = new Answer(stream);
    answer.head(400);
    answer.end();
  }

  onReset(stream: Stream): void {
    stream.retire();
  }

  onDrain(): void {}
  onGoaway(): void {}
  onError(): void {}
}

const server = net.createServer((socket) => new Transport(socket));
let session: ClientHttp2Session;

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  session = await connect();
});

after(() => {
  session.close();
  server.close();
});

async function connect(settings: http2.Settings = {}): Promise<ClientHttp2Session> {
  const made = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { settings });
  await once(made, 'remoteSettings');
  return made;
}

interface Received {
  headers: IncomingHttpHeaders;
  trailers: IncomingHttpHeaders;
  seen: Seen;
}

async function ask(
  from: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string,
  trailers?: OutgoingHttpHeaders,
): Promise<Received> {
  const request = from.request(headers, {
    waitForTrailers: trailers !== undefined,
    endStream: body === undefined,
  });
  request.on('wantTrailers', () => request.sendTrailers(trailers ?? {}));
  if (body !== undefined) request.end(body, 'latin1');
  let answered: IncomingHttpHeaders = {};
  let trailing: IncomingHttpHeaders = {};
  request.on('response', (received) => {
    answered = received;
  });
  request.on('trailers', (received) => {
    trailing = received;
  });
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return { headers: answered, trailers: trailing, seen: JSON.parse(Buffer.concat(parts).toString()) as Seen };
}

test('understands a request of nghttp2, and is understood', async () => {
  const { headers, trailers, seen } = await ask(
    session,
    { ':method': 'POST', ':path': '/a?b', 'x-one': 'two', cookie: 'a=1; b=2', te: 'trailers' },
    'body',
    { 'x-sum': '42' },
  );
  assert.equal(seen.method, 'POST');
  assert.equal(seen.target, '/a?b');
  assert.equal(seen.body, 'body');
  assert.deepEqual(seen.trailers, ['x-sum', '42']);
  assert.deepEqual(seen.fields.slice(2), ['x-one', 'two', 'cookie', 'a=1; b=2', 'te', 'trailers']);
  assert.equal(headers['x-one'], 'two');
  assert.equal(trailers['x-sum'], '42');
});

/** Field values of all characters that may stand there, short and long, repeated so that tables are used. */
function* randomFields(random: Random): Generator<[name: string, value: string]> {
  const characters = Array.from({ length: 0x5f }, (_, index) => String.fromCharCode(0x20 + index)).join('');
  for (let count = random.below(12); count > 0; count--) {
    const length = random.below(random.pick([3, 30, 300]));
    const start = random.below(characters.length);
    const value = (characters.slice(start) + characters).repeat(4).slice(0, length).trim();
    yield [`x-${random.below(40)}`, random.once(3) ? 'the same' : value];
  }
}

const HEADS = 100;

const tables: [name: string, settings: http2.Settings][] = [
  ['the table of 4096 octets', {}],
  ['a table that the client reduced', { headerTableSize: 100 }],
  ['no table', { headerTableSize: 0 }],
  ['the largest frames', { maxFrameSize: 2 ** 24 - 1 }],
];

for (const [name, settings] of tables) {
  test(`exchanges ${HEADS} heads of random fields with ${name}`, async () => {
    const random = new Random(7541);
    const from = await connect(settings);
    for (let count = 0; count < HEADS; count++) {
      const fields = Object.fromEntries(randomFields(random));
      const { headers, seen } = await ask(from, { ':path': `/${count}`, ...fields });
      assert.deepEqual(seen.fields.slice(2), Object.entries(fields).flat());
      for (const [field, value] of Object.entries(fields)) assert.equal(headers[field], value);
    }
    from.close();
  });
}

test('sends an answer octet by octet where the client wants it so', async () => {
  const from = await connect({ initialWindowSize: 1 });
  const { seen } = await ask(from, { ':path': '/' });
  assert.equal(seen.target, '/');
  from.close();
});

test('exchanges bodies of many sizes on many streams at once', async () => {
  const sizes = [0, 1, 16_383, 16_384, 16_385, 65_535, 65_536, 300_000];
  await Promise.all(
    [...sizes, ...sizes].map(async (size, index) => {
      const body = String.fromCharCode(0x61 + index).repeat(size);
      const { seen } = await ask(session, { ':method': 'POST', ':path': '/' }, body);
      assert.equal(seen.body, body);
    }),
  );
});
