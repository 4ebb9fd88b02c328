// Compiles programs against what is published, in the settings that people have: whatever compiles against node:http
// compiles against premier, declarations of libraries checked as well.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { consumers, consumersFolder, project, root, tool, withoutTools } from './project.js';

interface Setting {
  typescript: '5.5' | '5.9' | '7';
  types: 20 | 22 | 24 | 26;
  module: string;
  resolution: string;
  /** The project's `"type"`; CommonJS without one. */
  type?: 'module';
  also?: Record<string, unknown>;
}

/** Each axis whole, not their product. `@types/node` 26 itself needs a TypeScript after 5.5. */
const settings: Setting[] = [
  { typescript: '5.5', types: 22, module: 'commonjs', resolution: 'node10' },
  { typescript: '5.5', types: 24, module: 'es2022', resolution: 'node10', type: 'module' },
  { typescript: '5.9', types: 26, module: 'node16', resolution: 'node16', type: 'module' },
  { typescript: '7', types: 20, module: 'nodenext', resolution: 'nodenext', type: 'module' },
  { typescript: '7', types: 20, module: 'node16', resolution: 'node16' },
  { typescript: '7', types: 20, module: 'preserve', resolution: 'bundler' },
  { typescript: '7', types: 22, module: 'esnext', resolution: 'bundler', type: 'module' },
  {
    typescript: '7',
    types: 24,
    module: 'nodenext',
    resolution: 'nodenext',
    also: { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  },
  { typescript: '7', types: 26, module: 'preserve', resolution: 'bundler', type: 'module' },
];

const compilers = {
  '5.5': 'typescript5.5',
  '5.9': 'typescript',
  '7': join(root, 'node_modules', 'typescript'),
};

/** `import http = require()` is CommonJS's own, or a bundler's. */
function fits(file: string, { type, module }: Setting): boolean {
  return file !== 'required.ts' || (type !== 'module' && module !== 'es2022') || module === 'preserve';
}

describe('programs compile', { concurrency: 2, skip: withoutTools }, () => {
  for (const setting of settings) test(nameOf(setting), (context) => compiles(context, setting));
});

function nameOf({ typescript, types, module, resolution, type }: Setting): string {
  const kind = type === 'module' ? 'ES modules' : 'CommonJS';
  return `TypeScript ${typescript}, @types/node ${types}, module ${module}, resolution ${resolution}, ${kind}`;
}

async function compiles(context: TestContext, setting: Setting): Promise<void> {
  const { typescript, types, type } = setting;
  const sources = consumers().filter((file) => fits(file, setting));
  const texts = sources.map((file) => [file, readFileSync(join(consumersFolder, file), 'utf8')]);
  const typesOf = types === 26 ? '@types/node' : `@types/node${types}`;
  const { run } = project(
    context,
    {
      ...Object.fromEntries(texts),
      'package.json': { private: true, type },
      'tsconfig.json': { compilerOptions: optionsOf(setting) },
    },
    { '@types/node': typesOf, ...undiciTypes(typesOf) },
  );
  const home = typescript === '7' ? join(root, 'node_modules', 'typescript') : tool(compilers[typescript]);
  const { code, output } = await run([join(home, 'bin', 'tsc'), '-p', '.']);
  assert.equal(output, '');
  assert.equal(code, 0);
}

function optionsOf({ module, resolution, also }: Setting): Record<string, unknown> {
  return {
    module,
    moduleResolution: resolution,
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    noImplicitOverride: true,
    skipLibCheck: false,
    // Those of the compiler itself: they are its own affair.
    skipDefaultLibCheck: true,
    esModuleInterop: true,
    noEmit: true,
    preserveSymlinks: true,
    ...also,
  };
}

/** The package on which `@types/node` builds, in the version that it asks for. */
function undiciTypes(typesOf: string): Record<string, string> {
  const nested = join(typesOf, 'node_modules', 'undici-types');
  try {
    return { 'undici-types': tool(nested) && nested };
  } catch {
    return { 'undici-types': 'undici-types' };
  }
}
