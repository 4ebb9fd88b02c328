// What `npm pack` would publish: how much, under which licences, the same each time, and with links that hold inside it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { ownPack, packed, published, root, tool, withoutTools } from './project.js';

interface Locked {
  version: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
}

const lock: Record<string, Locked> = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
).packages;
const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '');
const installed = Object.entries(lock).filter(([path, { dev }]) => path !== '' && !dev);
const bundled = readFileSync(join(root, 'dist', 'licences.txt'), 'utf8')
  .match(/^\S+ \d\S* \(.+\)$/gm)
  ?.map((line) => line.split(' ')[0] as string) as string[];

test('installing premier installs at most 8 packages', () => {
  assert.ok(installed.length + 1 <= 8, installed.map(([path]) => path).join(', '));
});

test('what is published takes at most 2 MB', () => {
  const bytes = published().reduce((sum, path) => sum + statSync(join(root, path)).size, 0);
  assert.ok(bytes <= 2_000_000, `${bytes} bytes`);
});

test('nothing is published but code, types, papers and examples', () => {
  const kinds =
    /^(dist\/.*\.(js|cjs|d\.ts|d\.cts)|dist\/(licences\.txt|sbom\.cdx\.json|cli\/xdg-open)|docs\/.*\.(md|svg|png)|examples\/.*\.cjs|[A-Z]+(\.fr)?\.md|LICENSE|package\.json)$/;
  assert.deepEqual(
    published().filter((path) => !kinds.test(path)),
    [],
  );
});

test('every package that is installed or bundled has a licence that asks for no more than its text', () => {
  const permissive = /^\(?(MIT|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0)\)?$/;
  const names = [...installed.map(([path]) => path), ...bundled.map((name) => `node_modules/${name}`)];
  assert.ok(bundled.includes('mime'));
  for (const path of names) assert.match(lock[path]?.license ?? '', permissive, path);
});

test('every package that only builds and tests has a licence that is known', () => {
  const known =
    /^\(?(MIT|ISC|0BSD|BSD-|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-|MPL-2\.0|Python-2\.0|Unlicense|WTFPL OR MIT)/;
  for (const folder of ['.', 'bench', 'test/apps', 'test/package']) {
    const { packages } = JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8'));
    const unknown = (Object.entries(packages) as [string, Locked][])
      .filter(([path, { license }]) => path !== '' && license !== undefined && !known.test(license))
      .map(([path, { license }]) => `${folder}: ${path} ${license}`);
    assert.deepEqual(unknown, []);
  }
});

test('the bill of materials names what is bundled and what is installed, in the version of the lock file', () => {
  const { components } = JSON.parse(readFileSync(join(root, 'dist', 'sbom.cdx.json'), 'utf8'));
  const listed = components
    .map(({ name, version }: Locked & { name: string }) => `${name} ${version}`)
    .sort();
  const paths = [...bundled.map((name) => `node_modules/${name}`), ...installed.map(([path]) => path)];
  const expected = [...new Set(paths)].map((path) => `${nameOf(path)} ${lock[path]?.version}`).sort();
  assert.deepEqual(listed, expected);
});

test('the same sources give the same package, to the byte, wherever they are', {
  skip: process.platform === 'win32',
}, () => {
  const copy = mkdtempSync(join(tmpdir(), 'premier-again-'));
  try {
    const sources = ['src', 'faces', 'scripts', 'tsconfig.json', 'package-lock.json'];
    const papers = published().filter((path) => !path.startsWith('dist'));
    for (const path of [...sources, ...papers])
      cpSync(join(root, path), join(copy, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    execFileSync(process.execPath, [join('scripts', 'build.mjs')], {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.equal(packed(copy).integrity, ownPack().integrity);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test('links between the papers hold inside the package', () => {
  const files = new Set(published());
  const broken: string[] = [];
  for (const path of files) {
    if (!path.endsWith('.md')) continue;
    const text = readFileSync(join(root, path), 'utf8').replace(/^```.*?^```|`[^`\n]+`/gms, '');
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(
      ([, inline, attribute]) => (inline ?? attribute) as string,
    );
    for (const target of targets) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file, anchor] = target.split('#') as [string, string | undefined];
      const to = file === '' ? path : normalize(join(dirname(path), file));
      const held = files.has(to) || [...files].some((one) => one.startsWith(`${to.replace(/\/$/, '')}/`));
      if (!held) broken.push(`${path}: ${target}`);
      else if (anchor && !headings(to).includes(anchor)) broken.push(`${path}: ${target}, no such heading`);
    }
  }
  assert.deepEqual(broken, []);
});

/** The anchors of a paper, as GitHub makes them of its headings. */
function headings(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

test('publint has nothing to say', { skip: withoutTools }, () => {
  const output = execFileSync(process.execPath, [tool('publint', 'src', 'cli.js'), '--strict'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  assert.match(output, /All good!/);
});

test('what package.json names is there', () => {
  const { bin, main, types, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const paths = JSON.stringify([bin, main, types, exports]).match(/(\.\/)?dist\/[^"]+/g) as string[];
  assert.ok(paths.length >= 19);
  for (const path of paths)
    assert.ok(existsSync(join(root, path)) && published().includes(normalize(path)), path);
});
