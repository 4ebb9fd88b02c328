// The servers that one suite of behaviour runs on, and the stage each test gets.
// node:http is the oracle: what a test says holds there first, and is the specification of premier by that.
// With SUBJECTS=premier in the environment the oracle is left out, and HTTP/2, which is tested through Node's own client;
// with SUBJECTS=register the process runs under premier/register, and node:http is premier.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import nodeHttp from 'node:http';
import nodeHttps from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import premier from 'premier';
import premierSecure from 'premier/https';
import { aboutHttp1 } from './about-http1.js';
import { connectThrough } from './http1-to-http2.js';
import { RawClient, type RawResponse } from './server/raw-client.js';

export { RawClient, type RawResponse } from './server/raw-client.js';

/** The modules' shape; the secure one has the same classes but its own Server. */
export type Http = typeof nodeHttp;
export type Server = nodeHttp.Server;
export type Request = nodeHttp.IncomingMessage;
/** With what Node has and its published types lack. */
export type Response = nodeHttp.ServerResponse & { getRawHeaderNames(): string[] };
export type Listener = (req: Request, res: Response & { req: Request }) => void;
export type Options = nodeHttp.ServerOptions & Record<string, unknown>;

/** The running Node's major version. */
export const node = Number(process.versions.node.split('.')[0]);

const keys = new URL('../test/server/keys/', import.meta.url);
/** A key or certificate of test/server/keys, by its file's name without `.pem`. */
export const pem = (name: string): string => readFileSync(new URL(`${name}.pem`, keys), 'utf8');
export const certificate = { key: pem('localhost-key'), cert: pem('localhost-cert') };

export interface Subject {
  name: string;
  /** Node's own server rather than ours. */
  oracle: boolean;
  secure: boolean;
  /** Tests speak HTTP/1.1 with a front of it; see about-http1.ts for what isn't looked at. */
  http2: boolean;
  /** The module with the classes and constants. */
  http: Http;
  createServer(options: Options, listener?: Listener): Server;
  connect(target: { port: number } | { path: string }): Socket;
}

function plain(name: string, http: Http, oracle: boolean): Subject {
  return {
    name,
    oracle,
    secure: false,
    http2: false,
    http,
    createServer: (options, listener) => http.createServer(options, listener as nodeHttp.RequestListener),
    connect: (target) => net.connect({ ...target, allowHalfOpen: true } as net.NetConnectOpts),
  };
}

function secure(name: string, http: Http, https: typeof nodeHttps, oracle: boolean): Subject {
  return {
    name,
    oracle,
    secure: true,
    http2: false,
    http,
    createServer: (options, listener) =>
      https.createServer({ ...certificate, ...options }, listener as nodeHttp.RequestListener),
    connect: (target) => tls.connect({ ...target, ca: pem('authority-cert'), servername: 'localhost' }),
  };
}

/** Over TLS, by a client that chose HTTP/2; tests talk HTTP/1.1 with a front of it. */
function overHttp2(name: string, http: Http, https: typeof nodeHttps): Subject {
  return {
    ...secure(name, http, https, false),
    http2: true,
    createServer: (options, listener) =>
      https.createServer(
        { ...certificate, http2: true, ...options } as nodeHttps.ServerOptions,
        listener as nodeHttp.RequestListener,
      ),
    connect: (target) => connectThrough((target as { port: number }).port, pem('authority-cert')),
  };
}

const registered = process.env.SUBJECTS === 'register';
export const subjects: Subject[] = registered
  ? [plain('register', nodeHttp, false), secure('register, TLS', nodeHttp, nodeHttps, false)]
  : [
      plain('node:http', nodeHttp, true),
      secure('node:https', nodeHttp, nodeHttps, true),
      plain('premier', premier as unknown as Http, false),
      secure(
        'premier/https',
        premier as unknown as Http,
        premierSecure as unknown as typeof nodeHttps,
        false,
      ),
      overHttp2('HTTP/2', premier as unknown as Http, premierSecure as unknown as typeof nodeHttps),
    ].filter(({ oracle, http2 }) => !((oracle || http2) && process.env.SUBJECTS === 'premier'));

/** Where a behaviour is looked at; every reason is shown with the skipped test. */
export interface Where {
  /** Why Node's own server is left out. */
  notNode?: string;
  /** The first Node line whose own server behaves so. */
  since?: number;
  /** The last Node line whose own server behaves so. */
  until?: number;
  /** Only without TLS, or only with it. */
  only?: 'plain' | 'secure';
}

function whyNot(subject: Subject, where: Where, sentence: string): string | undefined {
  const reason = subject.http2 ? aboutHttp1(sentence) : undefined;
  if (reason !== undefined) return `not HTTP/2: ${reason}`;
  if (!subject.oracle) return undefined;
  if (where.notNode) return `not node:http: ${where.notNode}`;
  if (where.since && node < where.since) return `node:http since ${where.since}`;
  if (where.until && node > where.until) return `node:http until ${where.until}`;
  return undefined;
}

/** A server that listens, and ways to talk to it. */
export interface Served {
  server: Server;
  port: number;
  /** A new connection. */
  connect(): RawClient;
  /** Sends one request on a new connection and reads its answer. */
  ask(bytes: string): Promise<RawResponse>;
}

/** What a test gets: the subject and servers that are cleaned up after it. */
export interface Stage {
  subject: Subject;
  http: Http;
  context: TestContext;
  serve(listener: Listener): Promise<Served>;
  serve(options: Options, listener?: Listener): Promise<Served>;
  /** Listens with a server made by the test itself. */
  listen(server: Server): Promise<Served>;
  /** The two ends of a connection that no server under test has accepted. */
  connectPair(): Promise<{ near: RawClient; far: Socket }>;
}

function stage(subject: Subject, context: TestContext): Stage {
  const listen = async (server: Server): Promise<Served> => {
    const clients: Socket[] = [];
    context.after(() => {
      for (const socket of clients) socket.destroy();
      server.closeAllConnections();
      if (server.listening) server.close();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
    const { port } = server.address() as AddressInfo;
    const connect = () => {
      const socket = subject.connect({ port });
      clients.push(socket);
      return new RawClient(socket);
    };
    return {
      server,
      port,
      connect,
      ask: (bytes) =>
        connect()
          .send(bytes)
          .response(/^[A-Z]+/.exec(bytes)?.[0]),
    };
  };
  return {
    subject,
    http: subject.http,
    context,
    listen,
    async connectPair() {
      const middle = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
      await once(middle, 'listening');
      const socket = net.connect((middle.address() as AddressInfo).port, '127.0.0.1');
      const [far] = await once(middle, 'connection');
      middle.close();
      context.after(() => {
        socket.destroy();
        far.destroy();
      });
      return { near: new RawClient(socket), far };
    },
    serve: (first: Options | Listener, listener?: Listener) =>
      listen(
        typeof first === 'function' ? subject.createServer({}, first) : subject.createServer(first, listener),
      ),
  };
}

/** A sentence that is true of every subject, with the check that shows it. */
export function behaviour(sentence: string, check: (stage: Stage) => unknown, where: Where = {}): void {
  for (const subject of subjects) {
    if (where.only && subject.secure !== (where.only === 'secure')) continue;
    const skip = whyNot(subject, where, sentence);
    test(`${sentence} (${subject.name})`, skip ? { skip } : { timeout: 20_000 }, async (context) => {
      await check(stage(subject, context));
    });
  }
}

/** Resolves after `count` turns of the event loop, for what must have had the time to happen. */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Before a test replaces it. */
const { setTimeout: startTimer } = globalThis;

/** Before it is looked again: leaves the processor to who is waited for, where that is another process. */
export const moment = (): Promise<void> => new Promise((resolve) => void startTimer(resolve, 5));

/** Resolves once `done` holds, however slow the machine; throws when it does not for ten seconds. */
export async function until(done: () => boolean, what = 'what was waited for'): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (let looks = 0; !done(); looks++) {
    if (performance.now() > deadline) throw new Error(`${what} did not happen`);
    // What happens in this process happens soon.
    await (looks < 100 ? turns(1) : moment());
  }
}

/** `GET target HTTP/1.1` with Host and more field lines. */
export const get = (target = '/', ...fields: string[]): string =>
  `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

/** Resolves with what nobody catches, in place of what the test runner does with it, until the test is over. */
export function uncaught(context: TestContext): Promise<Error> {
  const { promise, resolve } = outcome<Error>();
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', resolve);
  context.after(() => {
    for (const listener of before) process.on('uncaughtException', listener);
  });
  return promise;
}

/** A promise and what settles it, for an outcome that an event brings. */
export function outcome<T = unknown>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
