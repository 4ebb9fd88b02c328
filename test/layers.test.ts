// Reads every import of src/ and holds it against the layers: cli → documents → server → the engine's parts, downwards only.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

/** What each layer may import from src/, besides itself. */
const allowed: Record<string, string[]> = {
  http: [],
  http1: ['http'],
  node: [],
  message: ['http', 'node'],
  transport: ['node'],
  server: ['http', 'http1', 'node', 'message', 'transport'],
  documents: ['server', 'http1'],
  cli: ['documents', 'server', 'http1', '.'],
  '.': ['server', 'message'],
};

/** Built-in modules that open sockets, files or timers: bytes in, events out does not need them. */
const io = /^node:(net|tls|http|https|fs|dns|dgram|stream|timers|child_process|worker_threads)/;

interface Import {
  file: string;
  layer: string;
  specifier: string;
}

function imports(): Import[] {
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8').replace(/\/\*\*.*?\*\//gs, '');
    const layer = relative(source, file).includes('/') ? relative(source, file).split('/')[0] : '.';
    return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => ({
      file: relative(source, file),
      layer: layer as string,
      specifier: match[1] as string,
    }));
  });
}

test('imports between the layers go downwards only', () => {
  const wrong = imports().filter(({ file, layer, specifier }) => {
    if (!specifier.startsWith('.')) return false;
    const target = relative(source, join(source, dirname(file), specifier));
    const to = target.includes('/') ? (target.split('/')[0] as string) : '.';
    return to !== layer && !allowed[layer]?.includes(to);
  });
  assert.deepEqual(wrong, []);
});

test('http1 imports nothing that does input or output', () => {
  assert.deepEqual(
    imports().filter(({ layer, specifier }) => layer === 'http1' && io.test(specifier)),
    [],
  );
});

test('the engine has no runtime dependency', () => {
  const engine = imports().filter(({ layer }) => layer !== 'documents' && layer !== 'cli');
  assert.deepEqual(
    engine.filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:')),
    [],
  );
});
