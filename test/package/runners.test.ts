// Test runners and bundlers that people have, with premier in what they test.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { project, root, tool, withoutTools } from './project.js';

/** The same suite in every runner: a server answers, and is what the other ways to load premier make. */
const body = `
test('premier answers', async () => {
  class Mine extends http.IncomingMessage {}
  const server = http.createServer({ IncomingMessage: Mine }, (req, res) => {
    res.setHeader('X-Mine', String(req instanceof Mine && req instanceof http.IncomingMessage)).end('hello');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const answer = await fetch(\`http://127.0.0.1:\${(server.address() as any).port}/\`, { headers: { connection: 'close' } });
  expect(await answer.text()).toBe('hello');
  expect(answer.headers.get('x-mine')).toBe('true');
  expect(server instanceof http.Server && server instanceof Server).toBe(true);
  expect(typeof documents).toBe('function');
  await new Promise((resolve) => server.close(resolve));
});
`;
const untyped = body.replace(' as any', '');
const required = `
const http = require('premier');
const { Server } = require('premier');
const { documents } = require('premier/documents');
`;
const imported = `
import http, { Server } from 'premier';
import { documents } from 'premier/documents';
`;

const linked = Object.fromEntries(
  ['jest', 'ts-jest', 'vitest', 'typescript', '@types/node', 'undici-types'].map((name) => [name, name]),
);
const jest = (): string => tool('jest', 'bin', 'jest.js');
/** Without its cache, so that what is tested is what is published now. */
const jestFlags = ['--no-cache', '--no-watchman', '--runInBand'];
const vitest = (): string => tool('vitest', 'vitest.mjs');

/** Programs that are made one file of, and what each prints. */
const bundled = [
  {
    name: 'imports.mjs',
    text: `
      import http, { createServer, STATUS_CODES } from 'premier';
      import { Server } from 'premier/https';
      import { documents } from 'premier/documents';
      const folder = documents('.');
      const server = createServer((req, res) => {
        res.setHeader('X-Status', STATUS_CODES[200]);
        folder(req, res);
      });
      server.listen(0, () => http.get({ port: server.address().port, path: '/package.json' }, (res) => {
        console.log(res.statusCode, res.headers['x-status'], typeof Server);
        res.resume();
        server.close();
      }));`,
    output: '200 OK function\n',
  },
  {
    name: 'requires.cjs',
    text: `
      const http = require('premier');
      const server = http.createServer((req, res) => res.end(String(req instanceof http.IncomingMessage)));
      server.listen(0, () => http.get({ port: server.address().port }, (res) => {
        res.setEncoding('utf8').on('data', (text) => { console.log(text); server.close(); });
      }));`,
    output: 'true\n',
  },
  {
    name: 'registers.mjs',
    text: `
      import 'premier/register';
      import http from 'node:http';
      import { Server } from 'premier';
      console.log(http.Server === Server);`,
    output: 'true\n',
  },
];

describe('runners', { concurrency: 2, skip: withoutTools }, () => {
  /** The suite as it is, and where node:http is mapped to premier, which every file of the project would be. */
  const projects = (imports: string, name: string, options: object) => ({
    'package.json': {
      type: options === esModules ? 'module' : undefined,
      jest: {
        projects: [
          { testEnvironment: 'node', testMatch: ['<rootDir>/plain.test.js'], ...options },
          {
            testEnvironment: 'node',
            testMatch: ['<rootDir>/mapped.test.js'],
            moduleNameMapper: { '^(node:)?http$': 'premier' },
            ...options,
          },
        ],
      },
    },
    'plain.test.js': imports + untyped,
    'mapped.test.js': imports.replace(/'premier'/g, `'${name}'`) + untyped,
  });
  const esModules = { transform: {} };

  test('Jest, with require, and with node:http mapped to premier', async (context) => {
    const { run } = project(context, projects(required, 'node:http', {}));
    await passes(run([jest(), ...jestFlags]), 2);
  });

  test('Jest, with ES modules, and with node:http mapped to premier', async (context) => {
    const { run } = project(context, projects(imported, 'http', esModules));
    await passes(run(['--experimental-vm-modules', jest(), ...jestFlags]), 2);
  });

  test('ts-jest', async (context) => {
    const { run } = project(
      context,
      {
        'package.json': { jest: { testEnvironment: 'node', preset: 'ts-jest' } },
        'tsconfig.json': {
          compilerOptions: {
            module: 'commonjs',
            moduleResolution: 'node10',
            target: 'es2022',
            esModuleInterop: true,
            strict: true,
            types: ['node'],
          },
        },
        'a.test.ts': `${imported}declare const test: any, expect: any;${body}`,
      },
      linked,
    );
    await passes(run([jest(), ...jestFlags]));
  });

  test('vitest', async (context) => {
    const { run } = project(
      context,
      {
        'package.json': { type: 'module' },
        'a.test.ts': `${imported}import { expect, test } from 'vitest';${body}`,
      },
      linked,
    );
    await passes(run([vitest(), 'run'], { CI: 'true' }));
  });

  // What is bundled to one ES module has no `require`.
  for (const [format, minify] of [
    ['cjs', false],
    ['esm', false],
    ['esm', true],
  ] as const) {
    test(`esbuild, to ${format}${minify ? ', minified' : ''}`, async (context) => {
      const extension = format === 'cjs' ? '.cjs' : '.mjs';
      const { run } = project(context, {
        'package.json': {},
        'build.cjs': `require(${JSON.stringify(join(root, 'node_modules', 'esbuild'))}).buildSync({
          entryPoints: ${JSON.stringify(bundled.map(({ name }) => name))}, bundle: true, platform: 'node',
          format: '${format}', minify: ${minify}, outdir: 'out', outExtension: { '.js': '${extension}' },
        });`,
        ...Object.fromEntries(bundled.map(({ name, text }) => [name, text])),
      });
      assert.deepEqual(await run(['build.cjs']), { code: 0, output: '' });
      for (const { name, output } of bundled) {
        const out = join('out', name.replace(/\.\w+$/, extension));
        assert.deepEqual(await run([out]), { code: 0, output }, name);
      }
    });
  }
});

/** A runner's own word for it: none failed, and so many passed. */
async function passes(running: Promise<{ code: number | null; output: string }>, count = 1): Promise<void> {
  const { code, output } = await running;
  assert.equal(code, 0, output);
  assert.match(output, new RegExp(`${count} passed`), output);
}
