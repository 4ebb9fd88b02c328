// What is published, as programs load it: by require and by import, one engine; and with every name that Node has.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { project, published, root } from './project.js';

/** Runs a program in a project of its own and returns what it printed, read as JSON. */
async function printed(
  context: Parameters<typeof project>[0],
  name: string,
  text: string,
  flags: string[] = [],
) {
  const { run } = project(context, { [name]: text, 'package.json': {} });
  const { code, output } = await run([...flags, name]);
  assert.equal(code, 0, output);
  return JSON.parse(output);
}

const answers = `
const answersOn = (http) => new Promise((resolve, reject) => {
  const server = http.createServer((req, res) => res.end(String(req instanceof http.IncomingMessage)));
  server.listen(0, '127.0.0.1', () => {
    http.get({ port: server.address().port }, (res) => {
      res.setEncoding('utf8').on('data', (text) => server.close(() => resolve(text)));
    }).on('error', reject);
  });
});`;

test('require and import give the same engine', async (context) => {
  const text = `${answers}
    const required = require('premier');
    const secure = require('premier/https');
    const { documents } = require('premier/documents');
    (async () => {
      const imported = await import('premier');
      const importedSecure = await import('premier/https');
      const server = imported.createServer();
      console.log(JSON.stringify({
        default: imported.default === required && importedSecure.default === secure,
        names: ['createServer', 'IncomingMessage', 'Server', 'ServerResponse', 'METHODS', 'Agent', 'globalAgent']
          .every((name) => imported[name] === required[name]),
        instance: server instanceof required.Server && secure.createServer() instanceof importedSecure.Server,
        documents: (await import('premier/documents')).documents === documents,
        answers: [await answersOn(required), await answersOn(imported)],
      }));
    })();`;
  assert.deepEqual(await printed(context, 'both.cjs', text), {
    default: true,
    names: true,
    instance: true,
    documents: true,
    answers: ['true', 'true'],
  });
});

for (const [name, text] of Object.entries({
  'required.cjs': `
    const missing = (ours, theirs) => Object.keys(theirs).filter((name) => !(name in ours));
    console.log(JSON.stringify([
      missing(require('premier'), require('node:http')), missing(require('premier/https'), require('node:https')),
    ]));`,
  'imported.mjs': `
    import nodeHttp from 'node:http';
    import nodeHttps from 'node:https';
    import * as http from 'premier';
    import * as https from 'premier/https';
    import { _connectionListener, OutgoingMessage } from 'premier';
    const missing = (ours, theirs) => Object.keys(theirs).filter((name) => !(name in ours));
    if (typeof _connectionListener !== 'function' || OutgoingMessage !== nodeHttp.OutgoingMessage) throw new Error();
    console.log(JSON.stringify([missing(http, nodeHttp), missing(https, nodeHttps)]));`,
})) {
  test(`no name that this Node has is missing: ${name}`, async (context) => {
    assert.deepEqual(await printed(context, name, text), [[], []]);
  });
}

// `import 'node:http'` would make Node read all of its names.
const nodeAlone = "const nodeHttp = process.getBuiltinModule('node:http');";

test('the classes that Node loads late are made, derived and told apart by their names, and loaded by that', async (context) => {
  const text = `
    import * as http from 'premier';
    ${nodeAlone}
    const loadsFetch = () => process.moduleLoadList.includes('NativeModule internal/deps/undici/undici');
    const before = loadsFetch();
    const throws = (call) => { try { call(); return false; } catch (error) { return error instanceof TypeError; } };
    const { CloseEvent, MessageEvent, WebSocket } = http;
    const facts = !WebSocket ? [] : [
      loadsFetch(),
      new MessageEvent('message', { data: 1 }).data,
      new CloseEvent('close', { code: 1000 }) instanceof nodeHttp.CloseEvent,
      new nodeHttp.MessageEvent('message') instanceof MessageEvent,
      new (class Mine extends MessageEvent { more() { return this.type; } })('of mine').more(),
      WebSocket.OPEN === nodeHttp.WebSocket.OPEN && 'OPEN' in WebSocket && WebSocket.name === 'WebSocket',
      WebSocket.prototype === nodeHttp.WebSocket.prototype,
      Object.getOwnPropertyNames(WebSocket).sort().join() === Object.getOwnPropertyNames(nodeHttp.WebSocket).sort().join(),
      Object.getOwnPropertyDescriptor(WebSocket, 'prototype').value === WebSocket.prototype,
      throws(() => WebSocket()) && throws(() => Object.freeze(WebSocket)) && Object.keys({ ...WebSocket }).length > 0,
      Reflect.construct(MessageEvent, ['message']).type === 'message',
      Object.defineProperty(CloseEvent, 'of mine', { value: 1 })['of mine'] === 1 && nodeHttp.CloseEvent['of mine'] === 1,
      (MessageEvent.more = 1) && delete MessageEvent.more && !('more' in MessageEvent),
    ];
    console.log(JSON.stringify({ before, facts, has: 'WebSocket' in nodeHttp }));`;
  const { before, facts, has } = await printed(context, 'late.mjs', text);
  assert.equal(before, false);
  assert.deepEqual(
    facts,
    has ? [false, 1, true, true, 'of mine', true, true, true, true, true, true, true, true] : [],
  );
});

test('what speaks HTTP/2 is loaded with a server that does, and not by its first client', async (context) => {
  const text = `
    const { createServer } = require('premier/https');
    const http = require('premier');
    const isLoaded = () => Object.keys(require.cache).some((file) => file.endsWith('engine-http2.cjs'));
    const facts = [isLoaded()];
    createServer();
    http.createServer();
    facts.push(isLoaded());
    if (process.argv[2] === 'secure') createServer({ http2: true });
    else http.createServer({ http2: 'prior-knowledge' });
    facts.push(isLoaded());
    console.log(JSON.stringify(facts));`;
  for (const how of ['secure', 'plain']) {
    const { run } = project(context, { 'h2.cjs': text, 'package.json': {} });
    assert.deepEqual(await run(['h2.cjs', how]), { code: 0, output: '[false,false,true]\n' }, how);
  }
});

test('what is an accessor on node:http is one on premier', async (context) => {
  const text = `
    const nodeHttp = require('node:http');
    const http = require('premier');
    const agent = new http.Agent();
    http.globalAgent = agent;
    console.log(JSON.stringify(nodeHttp.globalAgent === agent && http.maxHeaderSize === nodeHttp.maxHeaderSize));`;
  assert.equal(await printed(context, 'accessors.cjs', text), true);
});

test('_connectionListener takes over a socket, for a server of premier and for one of Node', async (context) => {
  const text = `
    const net = require('node:net');
    const nodeHttp = require('node:http');
    const http = require('premier');
    const handler = (req, res) => res.end(req.url);
    const ask = (server) => new Promise((resolve) => {
      const front = net.createServer((socket) => http._connectionListener.call(server, socket)).listen(0, () => {
        nodeHttp.get({ port: front.address().port, path: '/a', agent: false }, (res) => {
          res.setEncoding('utf8').on('data', resolve).on('end', () => front.close());
        });
      });
    });
    Promise.all([ask(http.createServer(handler)), ask(nodeHttp.createServer(handler))])
      .then((texts) => console.log(JSON.stringify(texts)));`;
  assert.deepEqual(await printed(context, 'attached.cjs', text), ['/a', '/a']);
});

for (const flags of [
  ['--import', 'premier/register'],
  ['--require', 'premier/register'],
  ['--require', 'premier/register', '--import', 'premier/register'],
]) {
  test(`node ${flags.join(' ')} puts premier under node:http`, async (context) => {
    const text = `
      const http = require('node:http');
      const premier = require('premier');
      import('node:https').then((https) => console.log(JSON.stringify([
        http.Server === premier.Server, http.createServer === premier.createServer,
        https.Server === require('premier/https').Server,
      ])));`;
    assert.deepEqual(await printed(context, 'app.cjs', text, flags), [true, true, true]);
  });
}

test('PREMIER=debug makes premier/register say that it is there; without it, it says nothing', async (context) => {
  const { run } = project(context, { 'app.cjs': '', 'package.json': {} });
  const flags = ['--import', 'premier/register', 'app.cjs'];
  assert.deepEqual(await run(flags), { code: 0, output: '' });
  const { code, output } = await run(flags, { PREMIER: 'debug' });
  assert.equal(code, 0);
  assert.match(output, /^premier\/register: node:http and node:https serve with premier \(premier \d.*\)\n$/);
  assert.deepEqual(await run(flags, { PREMIER: 'off' }), { code: 0, output: '' });
});

test('one file that is published has the engine in it', () => {
  const code = published().filter((path) => /\.c?js$/.test(path));
  const holding = (text: string) =>
    code.filter((path) => readFileSync(join(root, path), 'utf8').includes(text));
  assert.deepEqual(holding('RequestParser = class'), ['dist/engine.cjs']);
  assert.deepEqual(holding('premier.engine'), ['dist/engine-shared.cjs']);
  assert.deepEqual(holding('DynamicTable = class'), ['dist/engine-http2.cjs']);
});

test('no text in what is published goes over the end of a line, where a bundler that indents would change it', () => {
  const code = published().filter((path) => /\.c?js$/.test(path));
  assert.deepEqual(
    code.filter((path) => readFileSync(join(root, path), 'utf8').includes('\\\n')),
    [],
  );
});

test('faces are thin: none of them has code of its own', () => {
  const files = ['index', 'https', 'register', 'observe'].flatMap((face) => [`${face}.js`, `${face}.cjs`]);
  for (const file of [...files, 'late-classes.cjs']) {
    const whole = readFileSync(join(root, 'dist', file), 'utf8');
    // What tells an old Node.js by its version, the build puts before each.
    const text = whole.replace(/^const \[major.*\nif \(major.*\n {2}throw .*\n/, '');
    assert.doesNotMatch(text, /=>|function|class |if \(/, file);
  }
});
