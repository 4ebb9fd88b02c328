// docs/node-internals.md names all that is private and asked for, and where; and nothing is asked for elsewhere.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

const rows = read('docs', 'node-internals.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('.ts`'))
  .map((line) => line.split(' | '))
  .map(([parts = '', file = '', , , forced = '']) => ({ parts, file: file.replaceAll('`', ''), forced }));

/** Files that ask Node for nothing private. */
const PUBLIC = [
  'byte-length.ts',
  'short-lived-copies.ts',
  'socket-table.ts',
  'timers.ts',
  'unfinished-handshakes.ts',
  'unlinked-path.ts',
];

test('each file that knows something private has a row, and each row a file', () => {
  const known = new Set([...rows.map(({ file }) => file), ...PUBLIC]);
  assert.deepEqual([...known].sort(), readdirSync(join(root, 'src', 'node')).sort());
});

test('each file has a canary', () => {
  const canaries = read('test', 'node', 'canaries.test.ts');
  for (const { file } of rows) assert.ok(canaries.includes(`'${file.replace('.ts', '')}'`), file);
});

test('what the paper says is forced has a changed Node', () => {
  const changes = readdirSync(join(root, 'test', 'node', 'changed')).filter((name) => name !== 'hide.ts');
  const forced = rows.filter((row) => row.forced.startsWith('yes')).map(({ file }) => file);
  assert.deepEqual([...new Set(forced)].sort(), changes.sort());
});

const BY_BEHAVIOUR = ['errors.ts', 'callable-class.ts', 'keys.ts', 'request-contexts.ts'];

test('the file of a row names what is in it', () => {
  for (const { parts, file } of rows) {
    // These know something by what it does, and not by its name.
    if (BY_BEHAVIOUR.includes(file)) continue;
    const text = read('src', 'node', file);
    const names = [...parts.matchAll(/`([\w.:]+)`/g)].map(([, name]) => name?.split('.').at(-1) as string);
    assert.ok(
      names.some((name) => text.includes(name)),
      `${file} names none of ${names.join(', ')}`,
    );
  }
});

/** What Node's sockets have under a name with an underscore, in themselves or inherited. */
function privateNames(): Set<string> {
  const names = new Set<string>(['_server', '_tlsOptions', '_wrapHandle', '_parent']);
  for (let link: object | null = new Socket(); link !== null; link = Object.getPrototypeOf(link)) {
    for (const name of Object.getOwnPropertyNames(link)) if (/^_[a-z]/.test(name)) names.add(name);
  }
  for (const name of Object.getOwnPropertyNames(TLSSocket.prototype))
    if (/^_[a-z]/.test(name)) names.add(name);
  return names;
}

/** Names that premier's own messages have as well: those of whoever implements a stream, and their tables. */
const OWN = ['_read', '_destroy', '_events', '_eventsCount', '_readableState'];
/** The same of what stands for the socket of a stream of HTTP/2, or of an upgrade: it is a Duplex. */
const OWN_OF_DUPLEX = [...OWN, '_write', '_final', '_writableState'];
const DUPLEXES = [
  join('server', 'http2', 'stream-socket.ts'),
  join('server', 'http2', 'tunnel-socket.ts'),
  join('server', 'http1', 'upgrade-stream.ts'),
];

test('what is private of sockets is asked for in src/node alone', () => {
  const names = privateNames();
  const strangers = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith(join('src', 'node')))
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => {
      const text = readFileSync(path, 'utf8').replace(/\/\*\*.*?\*\/|\/\/.*/gs, '');
      const asked = [...text.matchAll(/(?<![\w$])_[a-z]\w*/g)].map(([name]) => name);
      const isDuplex = DUPLEXES.some((name) => path.endsWith(name));
      const allowed = isDuplex ? OWN_OF_DUPLEX : path.includes(join('src', 'message')) ? OWN : [];
      return asked
        .filter((name) => names.has(name) && !allowed.includes(name))
        .map((name) => `${relative(root, path)}: ${name}`);
    });
  assert.deepEqual(strangers, []);
});
