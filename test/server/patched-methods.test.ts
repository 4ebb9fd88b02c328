// Tools that are loaded first patch the prototypes of node:http's messages, some at any time: what they put there acts on
// premier's messages under premier/register as on node:http, and what it calls of Node's works on them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../cli/command.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const skip = process.env.SUBJECTS === 'register';

/** Counts the calls of methods, as a tracing tool does; into how many pieces Node parts a body is its own affair. */
const COUNTING = `
  const http = require('node:http');
  globalThis.calls = {};
  globalThis.wrapSend = () => {
    const { _send } = http.OutgoingMessage.prototype;
    http.OutgoingMessage.prototype._send = function patched(...args) { return _send.apply(this, args); };
  };
  globalThis.count = (Class, names) => {
    const { prototype } = http[Class];
    for (const name of names) {
      const former = prototype[name];
      prototype[name] = function patched(...args) {
        if (this.req) calls[name] = (calls[name] ?? 0) + 1;
        return former.apply(this, args);
      };
    }
  };`;

const FIELD_METHODS = ['setHeader', 'appendHeader', 'getHeader', 'getHeaders', 'hasHeader', 'removeHeader'];
const OUTGOING = [...FIELD_METHODS, 'write', 'end', 'flushHeaders', 'addTrailers'];

/** Exchanges of each kind on one connection: first one after the other, then all at once. */
const PROGRAM = `
  import http from 'node:http';
  import net from 'node:net';
  globalThis.patchLate?.();
  const told = [];
  const answers = {
    '/whole': (req, res) => { res.setHeader('A', 'b'); res.end('h\\u00e9llo'); },
    '/chunks': (req, res) => {
      res.writeHead(201, { 'X-A': '1' });
      res.write('one', () => told.push('written'));
      setImmediate(() => { res.write(Buffer.from([0xff, 0xfe])); res.end('three'); });
    },
    '/length': (req, res) => { res.setHeader('Content-Length', 6); res.write('abc'); res.write('def'); res.end(); },
    '/empty': (req, res) => { res.end(); },
    '/204': (req, res) => { res.statusCode = 204; res.end(); },
    '/trailers': (req, res) => { res.setHeader('Trailer', 'X-T'); res.write('x'); res.addTrailers({ 'X-T': '1' }); res.end(); },
    '/fields': (req, res) => {
      res.setHeader('A', ['1', '2']);
      res.appendHeader('A', '3');
      res.removeHeader('Z');
      told.push([res.hasHeader('a'), res.getHeader('a'), { ...res.getHeaders() }]);
      res.writeHead(200, 'Fine', { B: 'c' });
      res.end(Buffer.from([0xff, 0xfe]));
    },
    '/read': (req, res) => { req.resume().on('end', () => res.end('read ' + req.headers.host)); },
    '/early': (req, res) => { res.writeEarlyHints({ link: '</a>; rel=preload' }); res.end('late'); },
    '/twice': (req, res) => { res.end('a'); res.end(); },
    '/flush': (req, res) => { res.flushHeaders(); setImmediate(() => res.end('late')); },
  };
  const server = http.createServer((req, res) => {
    for (const event of ['prefinish', 'finish', 'close']) res.on(event, () => told.push(req.url + ' ' + event));
    answers[req.url](req, res);
  });
  server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1');
    const targets = Object.keys(answers);
    const request = (target) => 'GET ' + target + ' HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n';
    let received = '';
    let closed = 0;
    client.on('data', (data) => { received += data.toString('latin1'); });
    server.on('request', (req, res) => res.on('close', () => {
      closed++;
      if (closed < targets.length) setImmediate(() => client.write(request(targets[closed])));
      else if (closed === targets.length) setImmediate(() => client.write(targets.map(request).join('')));
      else if (closed === 2 * targets.length) setImmediate(() => client.end());
    }));
    client.on('end', () => {
      server.close();
      // The order between exchanges that come at once is told of elsewhere.
      const sorted = told.map((line) => JSON.stringify(line)).sort();
      // Where a chunk ends is not compared: Node 26 makes one of several.
      const bodies = received.replace(/^Date: .*\\r\\n/gm, '').replace(/\\r\\n[0-9a-f]+\\r\\n/g, '');
      console.log(JSON.stringify({ bodies, sorted, calls: globalThis.calls }, null, 1));
    });
    client.write(request(targets[0]));
  });`;

async function run(t: TestContext, preload: string, program: string, args: string[]): Promise<string> {
  const folder = temporaryFolder(t);
  const [first, main] = [join(folder, 'first.cjs'), join(folder, 'main.mjs')];
  writeFileSync(first, preload);
  writeFileSync(main, program);
  const { NODE_OPTIONS, PREMIER, NODE_TEST_CONTEXT, ...env } = process.env;
  const child = spawn(process.execPath, ['--require', first, ...args, main], { cwd: root, env });
  t.after(() => child.kill('SIGKILL'));
  const [stdout, stderr] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  assert.equal(Buffer.concat(stderr).toString(), '');
  return Buffer.concat(stdout).toString();
}

const registered = ['--import', 'premier/register'];

const PATCHES: [when: string, patch: string][] = [
  ['OutgoingMessage.prototype before it', `count('OutgoingMessage', ${JSON.stringify(OUTGOING)});`],
  ['ServerResponse.prototype before it', `count('ServerResponse', ${JSON.stringify(OUTGOING)});`],
  // Apart from setHeader: Node's writeHead, where it is called on a response of ours, sets field by field.
  [
    'its own methods on ServerResponse.prototype before it',
    `count('ServerResponse', ['writeHead', 'writeEarlyHints', 'end']);`,
  ],
  [
    'both before it',
    `count('OutgoingMessage', ['end', 'write']); count('ServerResponse', ['end', 'writeHead']);`,
  ],
  [
    'OutgoingMessage.prototype after it',
    `globalThis.patchLate = () => count('OutgoingMessage', ${JSON.stringify(OUTGOING)});`,
  ],
  [
    'both after it',
    `globalThis.patchLate = () => { count('ServerResponse', ['end']); count('OutgoingMessage', ['end', 'write']); };`,
  ],
  // On node:http `ServerResponse` has its own, behind which nobody looks.
  ['what responses have of their own before it', `count('OutgoingMessage', ['_implicitHeader', 'end']);`],
  [
    'what responses have of their own after it',
    `globalThis.patchLate = () => count('OutgoingMessage', ['_implicitHeader', 'end']);`,
  ],
  // Node's own `_send` puts the head in front of what it is given by itself.
  ['what sends before it', `count('OutgoingMessage', ${JSON.stringify(OUTGOING)}); wrapSend();`],
  ['`end` and `_send` before it', `count('OutgoingMessage', ['end']); wrapSend();`],
  [
    'what sends after it',
    `globalThis.patchLate = () => { count('OutgoingMessage', ${JSON.stringify(OUTGOING)}); wrapSend(); };`,
  ],
];

for (const [when, patch] of PATCHES) {
  test(`a patch of ${when} sees the calls that it sees on node:http, and answers are the same`, {
    skip,
    timeout: 30_000,
  }, async (t) => {
    const preload = `${COUNTING}\n${patch}`;
    const outcomes = await Promise.all([run(t, preload, PROGRAM, []), run(t, preload, PROGRAM, registered)]);
    const [theirs, ours] = outcomes.map((text) => JSON.parse(text));
    assert.deepEqual(ours, theirs);
    assert.ok(ours.calls.end > 20);
  });
}

test('a patch made while a server listens acts on the connections that come after it', {
  skip,
}, async (t) => {
  const program = `
    import http, { OutgoingMessage } from 'node:http';
    const server = http.createServer((req, res) => res.setHeader('A', 'b').end('plain'));
    server.listen(0, '127.0.0.1', async () => {
      const ask = async () => (await fetch('http://127.0.0.1:' + server.address().port, { headers: { connection: 'close' } })).text();
      console.log(await ask());
      const { end } = OutgoingMessage.prototype;
      OutgoingMessage.prototype.end = function patched() { return end.call(this, 'patched'); };
      console.log(await ask());
      OutgoingMessage.prototype.end = end;
      console.log(await ask());
      server.close();
    });`;
  assert.equal(await run(t, '', program, registered), 'plain\npatched\nplain\n');
});

test('a getter that is put on what responses inherit acts until it is taken back', { skip }, async (t) => {
  const program = `
    import http, { OutgoingMessage, ServerResponse } from 'node:http';
    const server = http.createServer((req, res) => {
      const before = String(res.headersSent);
      res.writeHead(200);
      res.end(before + ' ' + res.headersSent);
    });
    server.listen(0, '127.0.0.1', async () => {
      const ask = async () => (await fetch('http://127.0.0.1:' + server.address().port, { headers: { connection: 'close' } })).text();
      const own = Object.getOwnPropertyDescriptor(OutgoingMessage.prototype, 'headersSent');
      const put = (get) => Object.defineProperty(OutgoingMessage.prototype, 'headersSent', { ...own, get });
      console.log(await ask());
      put(function patched() { return 'patched ' + own.get.call(this); });
      console.log(await ask());
      put(() => 'again');
      console.log(await ask());
      put(own.get);
      console.log(await ask());
      Object.defineProperty(ServerResponse.prototype, 'headersSent', { get: () => 'nearer', configurable: true });
      put(() => 'farther');
      console.log(await ask());
      server.close();
    });`;
  const outcomes = await Promise.all([run(t, '', program, []), run(t, '', program, registered)]);
  const expected = 'false true\npatched false patched true\nagain again\nfalse true\nnearer nearer\n';
  assert.deepEqual(outcomes, Array(2).fill(expected));
});

test('a patch that is taken back leaves nothing of node:http on responses', { skip }, async (t) => {
  const program = `
    import http, { OutgoingMessage, ServerResponse } from 'node:http';
    const server = http.createServer((req, res) => res.end('plain'));
    server.listen(0, '127.0.0.1', async () => {
      const ask = async () => (await fetch('http://127.0.0.1:' + server.address().port, { headers: { connection: 'close' } })).text();
      const { write, end, _send, _writeRaw, cork } = OutgoingMessage.prototype;
      const own = ['write', 'end', '_send', '_writeRaw', 'cork'].map((name) => ServerResponse.prototype[name]);
      const around = (method) => function patched(...args) { return method.apply(this, args); };
      Object.assign(OutgoingMessage.prototype, { write: around(write), end: around(end), _send: around(_send) });
      Object.assign(OutgoingMessage.prototype, { _writeRaw: around(_writeRaw), cork: around(cork) });
      console.log(await ask(), ServerResponse.prototype.end === own[1]);
      Object.assign(OutgoingMessage.prototype, { write, end, _send, _writeRaw, cork });
      console.log(await ask(), ['write', 'end', '_send', '_writeRaw', 'cork'].every((name, i) => ServerResponse.prototype[name] === own[i]));
      server.close();
    });`;
  assert.equal(await run(t, '', program, registered), 'plain false\nplain true\n');
});

test('a patch of what a request offers acts on requests', { skip }, async (t) => {
  const preload = `
    const { IncomingMessage } = require('node:http');
    const { setTimeout } = IncomingMessage.prototype;
    IncomingMessage.prototype.setTimeout = function patched(...args) { this.patched = args; return setTimeout.apply(this, args); };
    IncomingMessage.prototype.greet = function greet() { return 'hello ' + this.headers.host; };`;
  const program = `
    import http from 'node:http';
    const server = http.createServer((req, res) => {
      res.end(JSON.stringify([req.setTimeout(1000) === req, req.patched, req.socket.timeout, req.greet()]));
    });
    server.listen(0, '127.0.0.1', () => {
      http.get({ port: server.address().port, headers: { host: 'a' }, agent: false }, (res) => {
        res.on('data', (data) => console.log(String(data)));
        res.on('end', () => server.close());
      });
    });`;
  const outcomes = await Promise.all([run(t, preload, program, []), run(t, preload, program, registered)]);
  assert.deepEqual(outcomes, Array(2).fill('[true,[1000],1000,"hello a"]\n'));
});

test('a patch of what servers emit hears of no server that the program did not make', { skip }, async (t) => {
  const preload = `
    const http = require('node:http');
    const { emit } = http.Server.prototype;
    globalThis.heard = [];
    http.Server.prototype.emit = function patched(...args) { heard.push(args[0]); return emit.apply(this, args); };`;
  const program = `
    import http from 'node:http';
    const server = http.createServer();
    server.listen(0, '127.0.0.1', () => {
      server.close(() => setImmediate(() => console.log(globalThis.heard.join())));
    });`;
  assert.equal(await run(t, preload, program, registered), 'listening,close\n');
});
