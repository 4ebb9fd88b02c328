// What throws while a body is handed on, in a program that goes on, costs neither its request nor the next one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where a program throws. */
const READERS: Record<string, string> = {
  "a listener for 'data'": "req.on('data', fail)",
  "a listener for 'readable'": "req.on('readable', fail)",
  'the end of a pipe': 'req.pipe(new Writable({ write: fail }))',
  "a listener for 'end'": "req.on('end', fail).resume()",
};

/** A body in the segments in which it comes, after its head. */
const BODIES: Record<string, string[]> = {
  'of a length': ['Content-Length: 5\r\n\r\nab', 'cde'],
  'of a length, with the next request': ['Content-Length: 5\r\n\r\nab', 'cdeNEXT'],
  'in chunks': ['Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n', '3\r\ncde\r\n0\r\n\r\n'],
  'in cut chunks, with the next request': [
    'Transfer-Encoding: chunked\r\n\r\n5\r\na',
    'bcde\r\n',
    '2\r\nfg\r\n0\r\n\r\nNEXT',
  ],
  'in many small chunks': [
    'Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n',
    `${'1\r\nb\r\n'.repeat(20)}40\r\n${'c'.repeat(64)}\r\n0\r\n\r\n`,
  ],
};

const program = `
  import http from 'premier';
  import net from 'node:net';
  import process from 'node:process';
  import { Writable } from 'node:stream';
  const readers = { ${Object.entries(READERS).map(([name, how]) => `${JSON.stringify(name)}: (req) => { ${how}; }`)} };
  const fail = () => { throw new Error('thrown'); };
  const next = 'GET /next HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n';
  let thrown = 0;
  process.on('uncaughtException', () => thrown++);
  for (const [name, read] of Object.entries(readers)) {
    for (const [kind, parts] of Object.entries(${JSON.stringify(BODIES)})) {
      thrown = 0;
      let got = '';
      const server = http.createServer((req, res) => {
        if (req.url === '/next') return res.end('next');
        req.on('error', () => {});
        read(req);
        const answer = setInterval(() => {
          if (!req.complete) return;
          clearInterval(answer);
          res.end('first');
        }, 1);
        res.on('close', () => clearInterval(answer));
      });
      await new Promise((listens) => server.listen(0, '127.0.0.1', listens));
      const socket = net.connect(server.address().port, '127.0.0.1').on('data', (data) => { got += data; });
      socket.on('error', (error) => { got += error.code; });
      const closed = new Promise((resolve) => socket.on('close', resolve));
      const bytes = ['POST / HTTP/1.1\\r\\nHost: a\\r\\n' + parts[0], ...parts.slice(1)];
      for (const part of bytes) {
        socket.write(part.replace('NEXT', next));
        for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
      }
      if (!parts.at(-1).endsWith('NEXT')) socket.write(next);
      await closed;
      server.close();
      console.log(name + ' of a body ' + kind + ': ' + got.match(/\\r\\n\\r\\n(first|next)/g).join().replace(/\\s/g, '') + (thrown > 0 ? '' : ', nothing thrown'));
    }
  }
  process.exit();`;

test('a body is read on, and the next request served, whatever its reader throws', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    encoding: 'utf8',
    timeout: 20_000,
  });
  const expected = Object.keys(READERS).flatMap((name) =>
    Object.keys(BODIES).map((kind) => `${name} of a body ${kind}: first,next`),
  );
  assert.deepEqual(stdout.trim().split('\n'), expected, stderr);
});
