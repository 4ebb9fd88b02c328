// Projects as people have them: a folder of its own, with what `npm pack` would publish as `node_modules/premier`.
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const tools = join(root, 'test', 'package', 'node_modules');

/** Why a test that needs the packages of test/package is left out; false when they are there. */
export const withoutTools: string | false =
  !existsSync(tools) && 'the packages of test/package are not installed';

interface Pack {
  integrity: string;
  files: { path: string }[];
}

/** What `npm pack` would make of a checkout. */
export function packed(folder: string): Pack {
  const json = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  // npm 12 gives an object by name, earlier ones a list.
  const [pack] = Object.values(JSON.parse(json)) as [Pack];
  return pack;
}

let own: Pack | undefined;

/** What it would make of this one, once. */
export function ownPack(): Pack {
  own ??= packed(root);
  return own;
}

/** The files that `npm pack` would publish, relative to the root. */
export function published(): string[] {
  return ownPack()
    .files.map(({ path }) => path)
    .sort();
}

export interface Project {
  folder: string;
  /** Runs a script of one of the installed packages, or any other, with this Node; resolves with all it printed. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }>;
}

/**
 * Makes a project, which is gone after the test.
 * @param files - what is in it: text, or an object that becomes JSON
 * @param linked - the packages it has besides premier, by the name under which test/package has them
 */
export function project(
  context: TestContext,
  files: Record<string, string | object>,
  linked: Record<string, string> = {},
): Project {
  const folder = mkdtempSync(join(tmpdir(), 'premier-project-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const modules = join(folder, 'node_modules');
  for (const path of published())
    cpSync(join(root, path), join(modules, 'premier', path), { recursive: true });
  for (const [name, target] of Object.entries(linked)) {
    const link = join(modules, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(
      existsSync(join(tools, target)) ? join(tools, target) : join(root, 'node_modules', target),
      link,
    );
  }
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(
      join(folder, name),
      typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`,
    );
  }
  return { folder, run: (args, env) => run(folder, args, env) };
}

function run(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** The program of a package of test/package, or of our own. */
export function tool(...path: string[]): string {
  const found = [tools, join(root, 'node_modules')].map((modules) => join(modules, ...path)).find(existsSync);
  if (found === undefined) throw new Error(`${path.join('/')} is not installed`);
  return found;
}

/** Programs that compile against the package. */
export const consumersFolder = join(root, 'test', 'package', 'consumers');
export const consumers = (): string[] => readdirSync(consumersFolder);
