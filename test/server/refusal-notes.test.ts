// With PREMIER=debug premier/register says why requests are refused: their clients get a bare status.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Sends each text on a connection of its own to a server under premier/register; gives what it said on stderr. */
function said(sent: readonly string[], listener = '', debug = 'debug'): string[] {
  const program = `
    import http from 'node:http';
    import net from 'node:net';
    const server = http.createServer((req, res) => res.end());
    ${listener}
    server.listen(0, '127.0.0.1', async () => {
      for (const text of ${JSON.stringify(sent)}) {
        const socket = net.connect(server.address().port, '127.0.0.1').resume();
        socket.end(text, 'latin1');
        await new Promise((closed) => socket.on('close', closed));
      }
      process.exit();
    });`;
  const args = ['--import', 'premier/register', '--input-type=module', '--eval', program];
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...env } = process.env;
  const { stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...env, PREMIER: debug },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return stderr.split('\n').filter((line) => line.includes('refused'));
}

const request = (...fields: string[]) =>
  `GET / HTTP/1.1\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

const REFUSED: [what: string, text: string, line: RegExp][] = [
  [
    'no host',
    request(),
    /refused with 400: The request names no host: .+ \(ERR_HTTP_HOST_MISSING, RFC 9112 §3\.2\)\. Said once\.$/,
  ],
  [
    'two hosts',
    request('Host: a', 'Host: b'),
    /refused with 400: .*[Hh]ost.* \(HPE_\w+, RFC 9112 §3\.2\)\. Said once\.$/,
  ],
  [
    'a name with a space',
    request('Host: a', 'A B: c'),
    /refused with 400: .+ \(HPE_INVALID_HEADER_TOKEN, RFC 9112 §5.*\)/,
  ],
  [
    'a head too large',
    request('Host: a', `A: ${'x'.repeat(20_000)}`),
    /refused with 431: .+ \(HPE_HEADER_OVERFLOW/,
  ],
];

for (const [what, text, line] of REFUSED) {
  test(`it says once why a request with ${what} is refused`, () => {
    const lines = said([text, text]);
    assert.equal(lines.length, 1);
    assert.match(lines[0] as string, line);
  });
}

test('it says so where the program answers by itself', () => {
  const lines = said(
    ['no request\r\n\r\n'],
    `server.on('clientError', (error, socket) => socket.destroy());`,
  );
  assert.equal(lines.length, 1);
  assert.match(lines[0] as string, /refused, and left to 'clientError': /);
});

test('it says nothing of what is served, nor of what a client sent, nor without being asked', () => {
  assert.deepEqual(said([request('Host: a'), request('Host: undefined')]), []);
  assert.deepEqual(said([request(), 'x'], '', ''), []);
  const [line = ''] = said([request('Host: a', 'Sec\x07ret: x')]);
  assert.doesNotMatch(line, /ret/);
});
