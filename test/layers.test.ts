// Reads every import of src/, types included, and holds it against the layers: downwards only.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { circlesOf, type Import, imports, importsIn } from './imports.js';

/**
 * What the files of each folder may import from src/, besides themselves. A folder without a row belongs to the one it
 * is in; a row may be there before its folder is. '.' are the files of src/ itself.
 */
const allowed: Record<string, string[]> = {
  http: [],
  http1: ['http'],
  http2: ['http'],
  node: [],
  message: ['http', 'node'],
  transport: ['node'],
  server: ['http', 'http1', 'http2', 'node', 'message', 'transport', 'server/http1', 'server/http2'],
  'server/http1': ['http', 'http1', 'node', 'message', 'transport', 'server'],
  'server/http2': ['http', 'http2', 'node', 'message', 'transport', 'server'],
  documents: ['http', 'server'],
  operation: ['operation/certificates', 'server', 'node', '.'],
  'operation/certificates': ['node'],
  // The page runs in a browser: of its server it sees what is data.
  'inspector/page': ['inspector'],
  inspector: ['node', '.'],
  cli: ['documents', 'operation', 'operation/certificates', 'inspector', 'server', 'node', '.'],
  '.': ['server', 'message', 'node', 'operation/certificates'],
};

/** Folders that turn bytes into events and back: no socket, file or timer. */
const withoutIo = ['http', 'http1', 'http2'];
const io = /^node:(net|tls|http|https|http2|fs|dns|dgram|stream|timers|child_process|worker_threads)\b/;

/** The folders that may use packages; the engine is all the others. */
const withPackages = ['documents', 'cli'];

/** The row of the table that a file belongs to; undefined for a folder that no row names. */
function layerOf(file: string): string | undefined {
  for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
    if (Object.hasOwn(allowed, file.slice(0, end))) return file.slice(0, end);
  }
  return file.includes('/') ? undefined : '.';
}

const isIn = (layers: string[], file: string) => layers.includes(layerOf(file) ?? '');
const asSentence = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

test('each folder has its row in the table', () => {
  const files = imports().map(({ file }) => file);
  assert.ok(files.length > 100);
  assert.deepEqual(
    files.filter((file) => layerOf(file) === undefined),
    [],
  );
});

test('imports between the layers go downwards only', () => {
  const wrong = imports().filter(({ file, target }) => {
    if (target === null) return false;
    const from = layerOf(file) ?? '';
    const to = layerOf(target) ?? '';
    return to !== from && !allowed[from]?.includes(to);
  });
  assert.deepEqual(wrong.map(asSentence), []);
});

test('no file imports itself by way of others', () => {
  assert.deepEqual(circlesOf(imports()), []);
});

test('what reads and composes bytes imports nothing that does input or output', () => {
  const wrong = imports().filter(({ file, specifier }) => isIn(withoutIo, file) && io.test(specifier));
  assert.deepEqual(wrong.map(asSentence), []);
});

test('the engine has no runtime dependency', () => {
  const wrong = imports().filter(
    ({ file, specifier }) => !isIn(withPackages, file) && !/^(\.|node:)/.test(specifier),
  );
  assert.deepEqual(wrong.map(asSentence), []);
});

const forms: [text: string, kind: Import['kind']][] = [
  ["import { a } from './b.js';", 'value'],
  ["import a, {\n  b,\n  type C,\n} from './b.js';", 'value'],
  ["import './b.js';", 'value'],
  ["export * from './b.js';", 'value'],
  ["export { a } from './b.js';", 'value'],
  ["import type { A } from './b.js';", 'type'],
  ["export type { A } from './b.js';", 'type'],
  ["const { a } = await import('./b.js');", 'dynamic'],
  ["let a: typeof import('./b.js');", 'dynamic'],
];
for (const [text, kind] of forms) {
  test(`${JSON.stringify(text)} is read as an import`, () => {
    assert.deepEqual(importsIn('server/a.ts', text), [
      { file: 'server/a.ts', specifier: './b.js', target: 'server/b.ts', kind },
    ]);
  });
}

for (const text of [
  "/** See\n * import('./b.js') and import { a } from './b.js'. */",
  "// import './b.js';",
  "export const a = Array.from('./b.js');",
  "export const a = './b.js';",
]) {
  test(`${JSON.stringify(text)} is not`, () => {
    assert.deepEqual(importsIn('server/a.ts', text), []);
  });
}

/** The circles of files that are named by letters, `ab` for `a imports b`. */
const circlesAmong = (...pairs: string[]) =>
  circlesOf(
    pairs.map(([file = '', target = '']) => ({ file, specifier: `./${target}`, target, kind: 'value' })),
  ).map((circle) => circle.replaceAll(' imports ', ''));

test('a circle of files is found, and told once, in its shortest form', () => {
  assert.deepEqual(circlesAmong('ab', 'bc', 'ac', 'cd'), []);
  assert.deepEqual(circlesAmong('aa'), ['aa']);
  assert.deepEqual(circlesAmong('ba', 'ab'), ['aba']);
  assert.deepEqual(circlesAmong('xa', 'ab', 'bc', 'ca', 'cx'), ['abca', 'abcxa']);
  assert.deepEqual(circlesAmong('ab', 'ba', 'bc', 'ca', 'cd', 'de', 'ed'), ['aba', 'ded', 'abca']);
});
