// One test for each private part of Node that src/node relies on: a new line of Node that changes one is told of here,
// with what it changed and which file knows it. docs/node-internals.md says what is done where one is missing.
import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http, { IncomingMessage, ServerResponse } from 'node:http';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import process from 'node:process';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { fieldValueKind, isToken, NOT_FIELD_VALUE } from '../../dist/http/grammar.js';
import { acceptBeforeClose, shrinkBacklog, watchAccepts } from '../../dist/node/accept-queue.js';
import { whatIsSent } from '../../dist/node/borrowed-writes.js';
import * as callable from '../../dist/node/callable-class.js';
import { distinctPrototype } from '../../dist/node/distinct-fields.js';
import * as errors from '../../dist/node/errors.js';
import { forgetsFlowing } from '../../dist/node/flowing.js';
import * as keys from '../../dist/node/keys.js';
import * as lentReads from '../../dist/node/lent-reads.js';
import * as habits from '../../dist/node/line-habits.js';
import { emitsAsUsual, keepsTables } from '../../dist/node/listener-table.js';
import { isServerListening } from '../../dist/node/listening-servers.js';
import { isModuleReport, modulesIn, REPORT_MODULES } from '../../dist/node/module-reports.js';
import { OnlyPlace } from '../../dist/node/only-place.js';
import { ownMethodTest } from '../../dist/node/own-methods.js';
import { setPeerName } from '../../dist/node/peer-name.js';
import { isObserved } from '../../dist/node/performance-entries.js';
import { marked, onMarkedMessage } from '../../dist/node/private-messages.js';
import * as rawWrites from '../../dist/node/raw-writes.js';
import { makesStateOnTouch } from '../../dist/node/readable-state.js';
import { RequestContexts } from '../../dist/node/request-contexts.js';
import { watchSending } from '../../dist/node/sent-sockets.js';
import { replaceClasses } from '../../dist/node/server-classes.js';
import { giveDecoder, takeDecoder } from '../../dist/node/stream-decoder.js';
import { OtherSide, streamSocket } from '../../dist/node/stream-socket.js';
import * as tlsParents from '../../dist/node/tls-parents.js';
import * as tlsServerState from '../../dist/node/tls-server-state.js';
import { unsentBytes } from '../../dist/node/write-queue.js';
import { readWrittenHead } from '../../dist/node/written-head.js';
import { temporaryFolder } from '../cli/command.js';
import { certificate, node, turns, until } from '../subjects.js';

/** What a canary says: what Node changed, and the file in src/node that knows it. */
const sings = (holds: boolean, changed: string, file: string): void =>
  assert.ok(holds, `Node ${process.version} changed this: ${changed}. src/node/${file}.ts knows it.`);

/** A connection of a server, and the client that made it. */
async function accepted(server: Server, client: (port: number) => Socket, event: string) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = client((server.address() as AddressInfo).port);
  const [socket] = (await once(server, event)) as [Socket];
  const close = async () => {
    far.destroy();
    socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { far, socket, close };
}

const connect = (port: number) => net.connect(port, '127.0.0.1');
const connectSecurely = (port: number) => tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });

test('a TLS socket whose handshake failed tells over which socket it speaks', async () => {
  const server = tls.createServer(certificate);
  const { far, close } = await accepted(server, connect, 'connection');
  // Only until the event is over.
  let known = false;
  server.once('tlsClientError', (_error, socket) => {
    known = tlsParents.parentOf(socket)?.writable === true;
  });
  far.on('error', () => {}).write('GET / HTTP/1.1\r\n\r\n');
  await once(server, 'tlsClientError');
  await close();
  sings(known, '_parent in tlsClientError', 'tls-parents');
});

test('a TLS server reads for each connection how it chooses a protocol', async () => {
  const server = tls.createServer({
    ...certificate,
    ALPNProtocols: ['a', 'bc'],
    minVersion: 'TLSv1.3',
    ciphers: 'TLS_AES_128_GCM_SHA256',
  });
  const file = 'tls-server-state';
  const { ALPNProtocols, ALPNCallback } = tlsServerState.negotiationOf(server);
  sings(tlsServerState.protocolsIn(ALPNProtocols).join() === 'a,bc' && !ALPNCallback, 'ALPNProtocols', file);
  const { minVersion, ciphers } = tlsServerState.securityOf(server);
  sings(
    minVersion === 'TLSv1.3' && ciphers === 'TLS_AES_128_GCM_SHA256',
    'what a server keeps of its options',
    file,
  );
  tlsServerState.negotiate(server, {
    ALPNProtocols: undefined,
    ALPNCallback: ({ protocols }) => protocols[1],
  });
  const client = (port: number) =>
    tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['x', 'y'] });
  const { socket, close } = await accepted(server, client, 'secureConnection');
  sings((socket as tls.TLSSocket).alpnProtocol === 'y', 'ALPNCallback', file);
  await close();
});

test('a socket with TLS says of its other end what the handle beneath it says', async () => {
  const server = net.createServer((raw) => setPeerName(raw, '192.0.2.1', 4711));
  const secure = tls.createServer(certificate);
  server.on('connection', (raw) => secure.emit('connection', raw));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connectSecurely((server.address() as AddressInfo).port);
  const [socket] = (await once(secure, 'secureConnection')) as [Socket];
  const { remoteAddress, remotePort, remoteFamily } = socket;
  sings(
    remoteAddress === '192.0.2.1' && remotePort === 4711 && remoteFamily === 'IPv4',
    'whom a TLSSocket asks for the address of its other end',
    'peer-name',
  );
  far.destroy();
  server.close();
});

test('TLS makes a socket over a stream that is none', () => {
  sings(
    streamSocket(new OtherSide()) !== null,
    'how TLSSocket makes a socket over a Duplex',
    'stream-socket',
  );
});

for (const [name, make, client, event] of [
  ['TCP', () => net.createServer(), connect, 'connection'],
  ['TLS', () => tls.createServer(certificate), connectSecurely, 'secureConnection'],
] as const) {
  test(`a socket of ${name} reads into memory that it was lent`, async () => {
    const server = make();
    const { far, socket, close } = await accepted(server, client, event);
    try {
      const known = lentReads.acceptorOf(socket) === server;
      sings(known, 'where a socket says who accepted it (_server, _tlsOptions.server)', 'lent-reads');
      const lent = Buffer.alloc(64);
      const told = new Promise((resolve) => {
        const isLent = lentReads.lend(socket, lent, (length, bytes) => {
          resolve(bytes === lent && bytes.toString('latin1', 0, length));
          return true;
        });
        sings(
          isLent && lentReads.lendsReads(),
          'onread: its keys, or useUserBuffer of a handle',
          'lent-reads',
        );
      });
      far.write('hello');
      socket.resume();
      sings((await told) === 'hello', 'when the callback of onread is called', 'lent-reads');
    } finally {
      await close();
    }
  });
}

test('a socket is written to past its Writable', async () => {
  sings(rawWrites.writesRaw(), '_write or _writev of net.Socket', 'raw-writes');
  const { far, socket, close } = await accepted(net.createServer(), connect, 'connection');
  try {
    rawWrites.writeRaw(socket, { chunk: '\u00e9', encoding: 'latin1' }, () => {});
    rawWrites.writeRaw(socket, [{ chunk: '\u00e9', encoding: 'utf8' }], () => {});
    sings(socket.writableLength === 0 && rawWrites.writesAsUsual(socket), 'who counts a write', 'raw-writes');
    socket.end();
    const received = Buffer.concat(await far.toArray()).toString('latin1');
    sings(received === '\u00e9\u00c3\u00a9', 'the encodings that _write takes', 'raw-writes');
  } finally {
    await close();
  }
});

for (const [what, client] of [
  ['a socket', connect],
  ['a socket of TLS', connectSecurely],
] as const)
  test(`${what} tells how much of one write the kernel has taken`, async () => {
    const isSecure = client === connectSecurely;
    const server = isSecure ? tls.createServer(certificate) : net.createServer();
    const { far, socket, close } = await accepted(
      server,
      client,
      isSecure ? 'secureConnection' : 'connection',
    );
    try {
      socket.on('error', () => {});
      let isWritten = false;
      socket.write(Buffer.alloc(64 << 20), () => {
        isWritten = true;
      });
      await turns();
      const before = unsentBytes(socket);
      sings(before > socket.writableLength, 'writeQueueSize of a handle', 'write-queue');
      far.resume();
      await until(() => isWritten || unsentBytes(socket) < before, 'some of it is taken');
      sings(!isWritten, 'writeQueueSize within a write', 'write-queue');
    } finally {
      await close();
    }
  });

test("a socket whose handle is sent to another process is told by 'setTimeout'", async () => {
  const child = fork(fileURLToPath(new URL('../server/sent-socket-program.js', import.meta.url)));
  await once(child, 'message');
  const { far, socket, close } = await accepted(net.createServer(), connect, 'connection');
  let told = false;
  watchSending(socket, () => {
    told = true;
  });
  child.send('sent', socket);
  sings(told, 'setTimeout of a socket that child.send() takes', 'sent-sockets');
  assert.equal(Buffer.concat(await far.toArray()).toString(), 'sent');
  child.disconnect();
  await close();
});

test('a socket of TLS tells over which socket it speaks', async () => {
  sings(tlsParents.tellsParents(), '_parent of a TLSSocket', 'tls-parents');
  const server = tls.createServer(certificate);
  const raw = once(server, 'connection');
  const { socket, close } = await accepted(server, connectSecurely, 'secureConnection');
  const [accepting] = await raw;
  sings(
    tlsParents.parentOf(socket) === accepting,
    '_parent of a TLSSocket that a server accepts',
    'tls-parents',
  );
  await close();
});

test('emitters keep their listeners in a table that can be given to them', () => {
  sings(keepsTables, '_events of an EventEmitter', 'listener-table');
});

test("nobody puts an emit of their own in the place of EventEmitter's", () => {
  for (const { prototype } of [http.ServerResponse, http.IncomingMessage, net.Socket, tls.TLSSocket]) {
    sings(emitsAsUsual(prototype), `emit of ${prototype.constructor.name}`, 'listener-table');
  }
});

test('the state of a Readable is made when it is touched', () => {
  sings(makesStateOnTouch, '_readableState of a Readable, or its flags', 'readable-state');
});

test('a socket forgets that it flowed', () => {
  sings(forgetsFlowing, 'that readableFlowing can be set', 'flowing');
});

test('the decoder of a stream can be taken and put back', () => {
  const stream = new Duplex({ read() {} }).setEncoding('utf8');
  const pieces: unknown[] = [];
  stream.on('data', (piece) => pieces.push(piece));
  const decoder = takeDecoder(stream);
  stream.push(Buffer.from([0xff]));
  stream.read();
  giveDecoder(stream, decoder);
  stream.push(Buffer.from('a'));
  stream.read();
  const [first, second] = pieces;
  const isTaken = Buffer.isBuffer(first) && first[0] === 0xff && second === 'a';
  sings(isTaken && stream.readableEncoding === 'utf8', 'what setEncoding does', 'stream-decoder');
});

test('a Writable hands what was written to its own _write and _writev', () => {
  for (const isCorked of [false, true]) {
    const socket = new Duplex({ write: (_c, _e, done) => done(), writev: (_c, done) => done() });
    const heads: string[] = [];
    readWrittenHead(socket, (head) => heads.push(head));
    if (isCorked) socket.cork();
    socket.write('HTTP/1.1 101 \r\n');
    socket.write(Buffer.from('\r\nrest'));
    if (isCorked) socket.uncork();
    sings(heads.join() === 'HTTP/1.1 101 \r\n\r\n', 'which of its methods a Writable calls', 'written-head');
  }
});

test('messages and servers keep their state under keys', () => {
  sings(keys.nodeHighWaterMark !== undefined, 'kHighWaterMark of an OutgoingMessage', 'keys');
  sings(keys.nodeNeedDrainKey !== undefined, 'kNeedDrain of an OutgoingMessage', 'keys');
  sings(keys.fieldTableKey !== undefined, 'kOutHeaders of an OutgoingMessage', 'keys');
  sings(keys.nodeFieldCountKey !== undefined, 'kHeadersCount of an IncomingMessage', 'keys');
  sings(
    keys.nodeCheckingInterval() !== undefined,
    'the timer that a server looks for late requests with',
    'keys',
  );
});

test('servers keep the classes of their requests and responses under keys', () => {
  const classes = new Map<unknown, unknown>([IncomingMessage, ServerResponse].map((made) => [made, Object]));
  const server = new http.Server();
  sings(replaceClasses(server, classes) === 2, 'the classes of requests and responses', 'server-classes');
});

test('responses keep their socket under a key from Node 22 on', () => {
  sings(node < 22 || keys.nodeSocketKey !== undefined, 'kSocket of an OutgoingMessage', 'keys');
});

test('the prototype of headersDistinct is null since Node 26, or was a plain object before', () => {
  const prototype = Object.getPrototypeOf(new IncomingMessage(null as never).headersDistinct);
  sings([null, Object.prototype].includes(prototype), 'headersDistinct', 'distinct-fields');
  assert.equal(distinctPrototype(), prototype);
});

test('the last step of a message makes a performance entry', async () => {
  const observer = new PerformanceObserver(() => {});
  const before = isObserved();
  observer.observe({ type: 'http' });
  // It is asked once a turn.
  await turns(2);
  const during = isObserved();
  observer.disconnect();
  await turns(2);
  const seen = !before && during && !isObserved();
  sings(seen, '_finish or ServerResponseStatistics of ServerResponse', 'performance-entries');
});

test('stores of AsyncLocalStorage live in frames from Node 24 on', () => {
  const contexts = new RequestContexts();
  contexts.fresh = true;
  sings((contexts.next() === null) === node >= 24, 'where stores live', 'request-contexts');
});

test('a connection that was given no store, or one that was left again, is read without a scope', () => {
  // In a process of its own: the test runner gives each test a store.
  const program = `
    import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
    import { RequestContexts } from ${JSON.stringify(new URL('../../dist/node/request-contexts.js', import.meta.url))};
    const isReadHere = () => new RequestContexts().scopeOf(true) === null;
    const storage = new AsyncLocalStorage();
    const left = () => storage.run(1, () => {}) ?? isReadHere();
    console.log(isReadHere(), storage.run(1, isReadHere), new AsyncResource('test').runInAsyncScope(left));`;
  const told = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  sings(told === 'true false true\n', 'where an AsyncResource keeps the stores', 'request-contexts');
});

test("Node's own methods are known by their text", () => {
  const isOwn = ownMethodTest();
  const { setHeader, write, end } = http.OutgoingMessage.prototype;
  for (const method of [setHeader, write, end, http.ServerResponse.prototype.writeHead])
    sings(isOwn?.(method as () => void) === true, 'the source of its methods', 'own-methods');
  assert.equal(
    isOwn?.(() => {}),
    false,
  );
});

test('a body that Node writes to a message comes in pieces that can be told from their framing', () => {
  sings(whatIsSent(['a', null, null, 1], true) === 'piece', 'what write hands to _send', 'borrowed-writes');
  sings(
    whatIsSent(['1f', 'latin1', null], true) === 'framing',
    'what write hands to _send',
    'borrowed-writes',
  );
  assert.equal(whatIsSent(['a'], false), 'raw');
});

test("Node's servers are functions that can be called", () => {
  for (const Base of [net.Server, tls.Server]) {
    const self = Object.create(Base.prototype);
    sings(callable.constructOn(Base, self, []) === self, `${Base.name}, a class now`, 'callable-class');
  }
});

test('net.Server says what a rejected listener of its costs', () => {
  const method = (net.Server.prototype as never as Record<symbol, unknown>)[
    EventEmitter.captureRejectionSymbol
  ];
  sings(typeof method === 'function', 'captureRejectionSymbol of net.Server', 'callable-class');
});

test('what listens on TCP is called TCPServerWrap', async () => {
  await until(() => !isServerListening(), 'the end of the servers of other tests');
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const during = isServerListening();
  server.close();
  sings(during, 'the name of a listening server in getActiveResourcesInfo', 'listening-servers');
});

test('a child tells its parent which modules it loads', async (t) => {
  const folder = temporaryFolder(t);
  const files = ['main.mjs', 'imported.mjs', 'required.cjs'].map((name) => join(folder, name));
  writeFileSync(
    files[0] as string,
    "import './imported.mjs'; import './required.cjs'; process.disconnect();",
  );
  writeFileSync(files[1] as string, '');
  writeFileSync(files[2] as string, '');
  const env = { ...process.env, ...REPORT_MODULES };
  const child = fork(files[0] as string, { env, execArgv: [] });
  const reported: string[] = [];
  child.on('message', (message) => {
    if (isModuleReport(message)) reported.push(...modulesIn(message));
  });
  await once(child, 'exit');
  for (const file of files) sings(reported.includes(file), 'WATCH_REPORT_DEPENDENCIES', 'module-reports');
});

test('Node refuses what we refuse in a field', () => {
  const refuses = (attempt: () => void) => {
    try {
      attempt();
      return false;
    } catch {
      return true;
    }
  };
  for (let code = 0; code < 0x180; code++) {
    const text = `a${String.fromCharCode(code)}b`;
    const shown = JSON.stringify(text);
    if (!isToken(text))
      sings(
        refuses(() => http.validateHeaderName(text)),
        `the name ${shown}`,
        'field-errors',
      );
    if (fieldValueKind(text) !== NOT_FIELD_VALUE) continue;
    sings(
      refuses(() => http.validateHeaderValue('a', text)),
      `the value ${shown}`,
      'field-errors',
    );
  }
});

const CHUNK_TYPES = 'of type string or an instance of Buffer or Uint8Array';

/** Errors that a public method of Node's throws, and ours. */
const ERRORS: [name: string, provoke: () => unknown, ours: Error][] = [
  ['a head already sent', () => sent().setHeader('a', 'b'), errors.headersSent('set')],
  ['a status', () => response().writeHead(99), errors.invalidStatusCode(99)],
  ['a reason', () => response().writeHead(200, '\n'), errors.invalidCharacter('statusMessage')],
  ['a value', () => response().setHeader('a', '\n'), errors.invalidCharacter('header content', 'a')],
  ['a name', () => response().setHeader('\n', 'a'), errors.invalidToken('Header name', '\n')],
  ['no value', () => response().setHeader('a', undefined as never), errors.invalidFieldValue(undefined, 'a')],
  ['a chunk', () => response().write(1), errors.invalidArgType('chunk', CHUNK_TYPES, 1)],
  ['no chunk', () => response().write(null), errors.nullValues()],
  [
    'an option',
    () => http.createServer({ requestTimeout: 1.5 }),
    errors.outOfRange('requestTimeout', 'an integer', 1.5),
  ],
  [
    'a large number',
    () => http.createServer({ requestTimeout: 2 ** 53 }),
    errors.outOfRange('requestTimeout', `>= 0 && <= ${Number.MAX_SAFE_INTEGER}`, 2 ** 53),
  ],
  ['a second socket', assignedTwice, errors.socketAssigned()],
  ['a field list', () => response().writeHead(200, ['a']), errors.invalidArgValue('headers', ['a'])],
];

function response(): ServerResponse {
  return new ServerResponse(new IncomingMessage(null as never));
}

function assignedTwice(): void {
  const socket = new net.Socket();
  response().assignSocket(socket);
  response().assignSocket(socket);
}

function sent(): ServerResponse {
  const message = response();
  message.writeHead(200);
  return message;
}

for (const [name, provoke, ours] of ERRORS) {
  test(`our error about ${name} is Node's`, () => {
    const shape = ({ message, code, stack }: NodeJS.ErrnoException) => [message, code, stack?.split('\n')[0]];
    let theirs: Error = new Error('none');
    try {
      provoke();
    } catch (error) {
      theirs = error as Error;
    }
    sings(theirs.message === ours.message, `the error about ${name}: ${theirs.message}`, 'errors');
    assert.deepEqual([ours.constructor.name, ...shape(ours)], [theirs.constructor.name, ...shape(theirs)]);
  });
}

test('a server that listens may be told again how many may wait', {
  skip: process.platform !== 'linux',
}, async () => {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  sings(shrinkBacklog(server), 'the handle of a server', 'accept-queue');
  const client = connect((server.address() as AddressInfo).port);
  await once(server, 'connection');
  client.destroy();
  server.close();
  sings(!shrinkBacklog(server), 'the handle of a server that has closed', 'accept-queue');
});

test('a connection to this computer is made within the tick, where there is a place for it', {
  skip: process.platform !== 'linux',
}, async () => {
  const server = net.createServer(() => assert.fail('it was accepted'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = new OnlyPlace(server.address() as AddressInfo);
  shrinkBacklog(server);
  const look = () =>
    new Promise<boolean>((resolve) => {
      place.take((leave) => {
        if (leave !== null) left.push(leave);
        resolve(leave !== null);
      });
    });
  const left: (() => void)[] = [];
  // All three in one tick: the event loop accepts nobody meanwhile.
  const looks = [
    look(),
    look(),
    new Promise<boolean>((resolve) => process.nextTick(() => resolve(!server.close().listening))),
  ];
  const [first, second] = await Promise.all(looks);
  sings(first === true, 'the handle of a socket tells that it is connected', 'only-place');
  sings(second === false, 'the handle of a socket tells that it is not', 'only-place');
  for (const leave of left) leave();
});

test('what a server does to its handle when it closes can be put off', {
  skip: process.platform === 'win32',
}, async () => {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  watchAccepts(server);
  const clients = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')];
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  const emptied = new Promise((resolve, reject) => {
    server.once('connection', () => {
      if (acceptBeforeClose(server, resolve) === null) reject(new Error('no round was counted'));
      server.close();
    });
  });
  emptied.catch(() => {});
  await until(() => sockets.length === 2);
  sings(!server.listening, 'a server that closes lets go of its handle', 'accept-queue');
  sings((await emptied) === 1, 'the listener of a handle, and its close', 'accept-queue');
  for (const socket of [...sockets, ...clients]) socket.destroy();
});

test('a server tells when it begins to listen', async () => {
  let told = 0;
  const listener = () => told++;
  diagnostics.subscribe('tracing:net.server.listen:asyncStart', listener);
  const server = net.createServer().listen(0, '127.0.0.1');
  sings(told === 1, 'a server tells when it begins to listen', 'accept-queue');
  diagnostics.unsubscribe('tracing:net.server.listen:asyncStart', listener);
  await once(server, 'listening');
  server.close();
});

test('EventEmitter knows whether node:domain has been loaded', () => {
  const domains = new URL('../../dist/node/domains.js', import.meta.url).href;
  const program = `import { domainsMayBeLoaded } from ${JSON.stringify(domains)};
    const before = domainsMayBeLoaded();
    await import('node:domain');
    console.log(before, domainsMayBeLoaded());`;
  const told = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  sings(told === 'false true\n', `EventEmitter.usingDomains: ${told.trim()}`, 'domains');
});

test('node:domain tells which domains are entered', () => {
  const program = `const domain = require('node:domain');
    const inner = domain.create();
    inner.run(() => console.log(domain._stack.length, domain._stack[0] === inner));
    console.log(domain._stack.length);`;
  const told = execFileSync(process.execPath, ['--eval', program], { encoding: 'utf8' });
  sings(told === '1 true\n0\n', `_stack of node:domain: ${told.trim()}`, 'domains');
});

test('a parent of workers lets go of their sockets when it is told to', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const program = join(temporaryFolder(t), 'parent.mjs');
  const letGo = new URL('../../dist/node/shared-sockets.js', import.meta.url).href;
  writeFileSync(
    program,
    `import cluster from 'node:cluster';
    import { readdirSync, readlinkSync } from 'node:fs';
    import net from 'node:net';
    import { holdSockets } from ${JSON.stringify(letGo)};
    const sockets = () => readdirSync('/proc/self/fd').filter((fd) => {
      try { return readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch { return false; }
    }).length;
    if (cluster.isWorker) net.createServer().listen(0, '127.0.0.1');
    else {
      cluster.schedulingPolicy = cluster.SCHED_NONE;
      const worker = cluster.fork();
      const letGo = holdSockets(worker, ended);
      let port;
      worker.once('listening', (address) => {
        port = address.port;
        if (process.argv[2] === 'killed') worker.process.kill('SIGKILL');
        else tell();
      });
      function ended() {
        if (worker.isConnected()) setImmediate(ended);
        else if (process.argv[2] === 'killed') tell();
      }
      function tell() {
        // Its socket waits for a successor.
        const client = net.connect(port, '127.0.0.1', () => client.destroy());
        client.on('error', () => {}).once('close', (failed) => {
          const before = sockets();
          letGo();
          setImmediate(() => {
            process.send(failed ? 'refused' : before - sockets());
            worker.process.kill('SIGKILL');
            process.disconnect();
          });
        });
      }
    }`,
  );
  for (const how of ['serving', 'killed']) {
    const child = fork(program, [how], { env: { ...process.env, NODE_OPTIONS: '' } });
    const [[fewer]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
    sings(fewer === 1, `when a parent lets go of the sockets of its workers (${how})`, 'shared-sockets');
  }
});

test('marked messages are heard by who listens for them, and by no program, in both directions', async (context) => {
  const program = join(temporaryFolder(context), 'program.mjs');
  writeFileSync(
    program,
    `import { marked, onMarkedMessage } from ${JSON.stringify(new URL('../../dist/node/private-messages.js', import.meta.url))};
    const heard = [];
    onMarkedMessage(process, ({ text }) => heard.push('marked ' + text));
    process.send(marked({ text: 'own' }));
    // What came before anybody listened is not lost.
    setImmediate(() => process.on('message', (message) => {
      heard.push('message ' + message.text);
      process.send(heard, () => process.disconnect());
    }));`,
  );
  const child = fork(program, { execArgv: [] });
  const heard: unknown[] = [];
  onMarkedMessage(child, (message) => {
    heard.push((message as { text: string }).text);
    child.send(marked({ text: 'first' }));
    child.send({ text: 'second' });
  });
  child.on('message', (message) => heard.push(...(message as string[])));
  await once(child, 'close');
  sings(
    String(heard) === 'own,marked first,message second',
    "messages with a `cmd` of Node's",
    'private-messages',
  );
});

test("servers of Node's do what its newest lines do, and are asked so", () => {
  const { refusesManyFields, readsBodyOfUpgrade, endsUnusedConnections } = habits;
  const holds =
    refusesManyFields() &&
    readsBodyOfUpgrade() &&
    endsUnusedConnections() &&
    habits.closesReadAtOnce &&
    habits.endsDroppedAtOnce;
  sings(holds || node < 26, "what Node's own server does with bytes from a Duplex", 'line-habits');
});
