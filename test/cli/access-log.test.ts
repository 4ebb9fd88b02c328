// The access log: one line for each answer, in each form, with nothing in it that a terminal would obey.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { catalogues } from '../../dist/cli/language.js';
import { formats, type LogForm } from '../../dist/cli/log-formats.js';
import type { Answer } from '../../dist/operation/access-log.js';
import { textOf } from '../../dist/operation/printable-text.js';
import { serving, temporaryFolder } from './command.js';

const answer: Answer = {
  method: 'GET',
  target: '/',
  version: '1.1',
  status: 200,
  bytes: 5,
  ms: 1.23456,
  aborted: false,
  time: Date.parse('2026-11-22T08:09:10.111Z'),
  received: 0,
  refusal: undefined,
  remote: '127.0.0.1',
  host: undefined,
  id: undefined,
  trace: undefined,
  user: undefined,
  referer: undefined,
  agent: undefined,
};

test('an answer is written in each form', () => {
  const { text, json, combined } = formats(catalogues.en, false);
  assert.equal(text(answer), 'GET / 200 5 B 1.2 ms');
  assert.equal(text({ ...answer, aborted: true }), 'GET / 200 5 B 1.2 ms aborted');
  assert.equal(
    json(answer),
    '{"time":"2026-11-22T08:09:10.111Z","method":"GET","target":"/","status":200,"bytes":5,"ms":1.235,"remote":"127.0.0.1"}',
  );
  assert.equal(combined(answer), '127.0.0.1 - - [22/Nov/2026:08:09:10 +0000] "GET / HTTP/1.1" 200 5 "-" "-"');
  assert.equal(
    combined({ ...answer, user: 'an na', referer: 'http://a.example/"x\\', agent: 'curl' }),
    '127.0.0.1 - an_na [22/Nov/2026:08:09:10 +0000] "GET / HTTP/1.1" 200 5 "http://a.example/\\"x\\\\" "curl"',
  );
});

test('bytes of a head are shown as the text they are', () => {
  const bytes = (text: string) => Buffer.from(text).toString('latin1');
  const cases: [bytes: string, text: string][] = [
    ['/a?b=%C3%A9', '/a?b=%C3%A9'],
    [bytes('/été/日本/🦊'), '/été/日本/🦊'],
    // Bytes of windows-1252, an overlong slash, and half of a pair of surrogates are no UTF-8.
    ['/caf\xe9', '/caf\xe9'],
    ['\xc0\xaf', '\xc0\xaf'],
    ['\xed\xa0\x80', '\xed\xa0\x80'],
  ];
  for (const [given, text] of cases) assert.equal(textOf(given), text, JSON.stringify(given));
});

test('colours tell the classes of status apart', () => {
  const { text } = formats(catalogues.en, true);
  const colours = [200, 304, 404, 500].map((status) =>
    text({ ...answer, status }).replace(String(status), ''),
  );
  assert.equal(new Set(colours).size, 4);
});

test('no control character reaches the log, whatever field it comes in', () => {
  const controls = Array.from({ length: 0x20 }, (_, code) => code)
    .concat(0x7f, ...Array.from({ length: 0x20 }, (_, code) => 0x80 + code))
    .concat(0x2028, 0x2029, 0x202e, 0x2066);
  for (const form of ['text', 'json', 'combined'] as LogForm[]) {
    for (const field of ['method', 'target', 'user', 'referer', 'agent'] as const) {
      for (const code of controls) {
        const line = formats(catalogues.en, false)[form]({
          ...answer,
          [field]: `a${String.fromCharCode(code)}b`,
        });
        assert.doesNotMatch(
          line,
          /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u,
          `${form} ${field} ${code}`,
        );
        if (form === 'json') JSON.parse(line);
      }
    }
  }
});

/** A program with answers of several kinds. */
function program(t: TestContext): string {
  const file = join(temporaryFolder(t), 'app.mjs');
  writeFileSync(
    file,
    `export default (req, res) => {
      if (req.url === '/many') { res.write('äb'); res.write(Buffer.from('cd')); res.end('ef', 'latin1'); }
      else if (req.url === '/none') { res.statusCode = 204; res.end(); }
      else if (req.url === '/never') res.write('begun');
      else { res.statusCode = req.url === '/bad' ? 500 : 200; res.end('hello'); }
    };`,
  );
  return file;
}

/** The log of one request, which is waited for. */
const logged = async (t: TestContext, form: string, ask: (url: string) => Promise<unknown>, line: RegExp) => {
  const { url, stdout, printed } = await serving(t, [program(t), '--log', form]);
  await ask(url);
  await printed(/\n(\S+ \S+ \d+ |\{|127\.0\.0\.1 - |::1 - ).*\n$/);
  assert.match(stdout().split('\n').at(-2) as string, line);
};

const fetched = (path: string, init?: RequestInit) => async (url: string) =>
  (await fetch(new URL(path, url), init)).arrayBuffer();

test('each answer of a program is one line with its method, target, status, bytes and time', async (t) => {
  const cases: [form: string, ask: (url: string) => Promise<unknown>, line: RegExp][] = [
    ['text', fetched('/a?b=%1B'), /^GET \/a\?b=%1B 200 5 B \d+\.\d ms$/],
    ['text', fetched('/many'), /^GET \/many 200 7 B \d+\.\d ms$/],
    ['text', fetched('/none'), /^GET \/none 204 0 B /],
    ['text', fetched('/', { method: 'HEAD' }), /^HEAD \/ 200 0 B /],
    ['text', fetched('/bad', { method: 'POST', body: 'x' }), /^POST \/bad 500 5 B /],
    [
      'json',
      fetched('/'),
      /^\{"time":"[^"]+","method":"GET","target":"\/","status":200,"bytes":5,"ms":[\d.]+,/,
    ],
    ['combined', fetched('/'), /^(127\.0\.0\.1|::1) - - \[[^\]]+\] "GET \/ HTTP\/1\.1" 200 5 "-" "node"$/],
    [
      'text',
      async (url) => {
        const req = get(`${url}never`, { agent: false }).on('error', () => {});
        await once(req, 'response');
        req.destroy();
      },
      /^GET \/never 200 5 B \d+\.\d ms aborted$/,
    ],
    [
      'json',
      async (url) => {
        const headers = { authorization: `Basic ${btoa('anna:secret')}`, 'user-agent': 'agent "\x9b31m' };
        const req = request(url, { agent: false, headers }).end();
        const [res] = await once(req, 'response');
        await res.toArray();
      },
      /"user":"anna","agent":"agent \\"\\u009b31m"\}$/,
    ],
  ];
  for (const [form, ask, line] of cases) await logged(t, form, ask, line);
});

test('what the server refuses by itself is logged with its reason', async (t) => {
  const cases: [form: string, line: RegExp][] = [
    ['text', /^- - 400 \d+ B 0\.0 ms HPE_INVALID_METHOD$/m],
    ['json', /^\{"time":"[^"]+","method":"-","target":"-","status":400,.*"refusal":"HPE_INVALID_METHOD"\}$/m],
    ['combined', /^127\.0\.0\.1 - - \[[^\]]+\] "-" 400 \d+ "-" "-" HPE_INVALID_METHOD$/m],
  ];
  for (const [form, line] of cases) {
    for (const target of [program(t), temporaryFolder(t)]) {
      const { port, printed, stdout } = await serving(t, [target, '--log', form]);
      const socket = connect(port, '127.0.0.1');
      socket.write('\x1b[31m / HTTP/1.1\r\nHost: a\r\n\r\n');
      const answer = Buffer.concat(await socket.toArray()).toString();
      const [head, body] = answer.split('\r\n\r\n') as [string, string];
      assert.match(head, /^HTTP\/1\.1 400 /);
      await printed(line);
      if (form === 'text') assert.match(stdout(), new RegExp(`^- - 400 ${body.length} B `, 'm'));
    }
  }
});

test('raw UTF-8 in a target or a field is logged as it reads, in every form', async (t) => {
  for (const form of ['text', 'json', 'combined']) {
    const { port, printed, stdout } = await serving(t, [program(t), '--log', form]);
    const socket = connect(port, '127.0.0.1');
    socket.end(
      'GET /caf\u00e9/\u202e HTTP/1.1\r\nHost: a\r\nUser-Agent: Zo\u00eb\r\nConnection: close\r\n\r\n',
    );
    await socket.toArray();
    await printed(/caf/);
    assert.match(stdout(), /\/café\/\\u202e/);
    if (form !== 'text') assert.match(stdout(), /"Zoë"/);
  }
});

for (const workers of [[], ['--workers', '1']]) {
  const what = workers.length > 0 ? 'that shares a pipe with others is cut' : 'of one process is whole';
  test(`a long line ${what}`, async (t) => {
    const { url, printed, stdout } = await serving(t, [program(t), '--log', 'json', ...workers]);
    await (await fetch(new URL(`/${'x'.repeat(8000)}`, url))).text();
    await printed(/\n\{.*\}\n/);
    const line = /^\{.*\}$/m.exec(stdout())?.[0] as string;
    const { target } = JSON.parse(line);
    if (workers.length === 0) assert.equal(target.length, 8001);
    else assert.match(target, /^\/x{1023}…$/);
  });
}

test('a log that nobody reads does not stop the server', async (t) => {
  const { url, child, printed } = await serving(t, [program(t)]);
  child.stdout?.destroy();
  for (let count = 0; count < 50; count++) assert.equal((await fetch(url)).status, 200);
  await printed('premier: The log is lost from here on: nobody reads it any more (EPIPE).\n', 'stderr');
});
