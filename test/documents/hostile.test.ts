// Whatever a client sends, it gets an answer, a true one, and nothing that is not its business.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folderWith, put, requestOf, shelf } from './shelf.js';

const secret = 'SECRET';

/** Numbers that look random and are the same for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const pieces =
  '/ / / /// . .. %2e %2E%2e ..%2f %5c \\ %00 % %zz %c0%ae %e0%80%ae %ff é ; : @ ? # & a.txt sub page index.html .html .env .git .well-known out evil.example //evil.example http: %2f%2fevil.example ~ * '.split(
    ' ',
  );
const values =
  'bytes=0-1 bytes=-1 bytes=5- bytes=1-0 bytes=0-0,2-3 bytes=-0 bytes= , * "x" W/"x" "x", " gzip br;q=0 *;q=0 identity;q=0 gzip;q=9 q= ;;; fr en;q=x text/html application/json */* Mon, 06 May 2024 07:08:09 GMT 0 -1 99999999999999999999'.split(
    ' ',
  );
const names = [
  'Range',
  'If-Range',
  'If-Match',
  'If-None-Match',
  'If-Modified-Since',
  'If-Unmodified-Since',
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
];
const expected = new Set([200, 206, 304, 308, 400, 404, 405, 406, 412, 416]);

test('a thousand hostile requests leave the server well and the secret secret', async (t) => {
  const options = { cleanUrls: true, cors: true, reload: true };
  const files = {
    'index.html': 'home',
    'a.txt': 'a',
    'sub/page.html': 'page',
    '.env': secret,
    '.git/config': secret,
  };
  const site = await shelf(t, files, options);
  put(join(site.root, '..'), 'secret.txt', secret);
  symlinkSync('..', join(site.root, 'out'));
  for (const start of [1, Number(process.env.SEED ?? 498096373)]) {
    const random = randomFrom(start);
    const pick = (list: string[]) => list[random(list.length)] as string;
    let client = site.connect();
    for (let i = 0; i < 1000; i++) {
      const target = `/${Array.from({ length: random(6) }, () => pick(pieces)).join('')}`;
      const fields = Object.fromEntries(
        Array.from({ length: random(3) }, () => [
          pick(names),
          Array.from({ length: 1 + random(2) }, () => pick(values)).join(),
        ]),
      );
      if (target.startsWith('/.premier/reload')) continue;
      const method = pick(['GET', 'GET', 'GET', 'HEAD', 'POST']);
      const what = `${method} ${target} ${JSON.stringify(fields)}`;
      client.send(Buffer.from(requestOf(target, fields, method)));
      const answer = await client.response(method);
      assert.ok(expected.has(answer.status), `${answer.status} to ${what}`);
      assert.ok(!answer.body.includes(secret), what);
      assert.match(answer.field('location') ?? '/', /^\/(?![/\\])/, what);
      if (answer.field('connection') === 'close') {
        client.socket.destroy();
        client = site.connect();
      }
    }
    client.socket.destroy();
  }
});

const linux = { skip: process.platform !== 'linux' && 'ulimit and users as on Linux' };

/** Runs the program beside this test, which serves `root` under a hardship, and gives what it reports. */
async function hardship(root: string, ...kind: string[]): Promise<string> {
  const program = fileURLToPath(new URL('hardship.js', import.meta.url));
  // Node itself has something to say of certificates that it can't open.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const limited = ['-c', 'ulimit -n 100 && exec "$0" "$@"', process.execPath, program];
  const child = spawn('sh', [...limited, kind[0] as string, root, ...kind.slice(1)], { env });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    output += data;
  });
  await once(child, 'close');
  return output.trim();
}

test(
  'without descriptors a document is unavailable, and there again when there are some',
  linux,
  async (t) => {
    const root = folderWith(t, { 'a.txt': 'a' });
    const report = (await hardship(root, 'descriptors')).split('\n');
    assert.deepEqual(report.slice(-2), ['503 1', '200']);
    assert.match(report[0] ?? '', /^premier: GET "\/a.txt": EMFILE/);
  },
);

test('what the server may not read is forbidden, in words that tell nothing', linux, async (t) => {
  const root = folderWith(t, { 'a.txt': secret, 'dir/b.txt': secret });
  assert.equal(await hardship(root, 'permissions'), '403 403 200');
});

test('the page of such a refusal reloads when it may be otherwise', linux, async (t) => {
  const root = folderWith(t, { 'a.txt': 'a', 'dir/b.txt': 'b' });
  assert.match(
    await hardship(root, 'descriptors', 'reload'),
    /\n503 1\n\.\/\.premier\/reload\.js\?retry\n200$/,
  );
  assert.equal(await hardship(root, 'permissions', 'reload'), '403 403 200\n./.premier/reload.js');
});
