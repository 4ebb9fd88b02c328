// Starts the built command as a user would, and tells what it printed. In: arguments. Out: a running server or an exit.
import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { moment } from '../subjects.js';

export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** An environment in which only the test decides language, port and colours. */
const { LC_ALL, LC_MESSAGES, LANG, PORT, FORCE_COLOR, NO_COLOR, npm_lifecycle_event, ...neutral } =
  process.env;

export interface Options {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Options of Node itself. */
  node?: string[];
  /** What it has from descriptor 3 on, as systemd hands it over (sd_listen_fds(3)). */
  descriptors?: (number | 'ignore')[];
}

export interface Command {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit code once the command has ended and all its output was read. */
  ended: Promise<number | null>;
  /** Resolves when the given text has been printed; rejects when the command ends before. */
  printed(text: string | RegExp, where?: 'stdout' | 'stderr'): Promise<void>;
}

/** Starts the command; it is killed at the end of the test if it is still there. */
export function start(t: TestContext, args: string[], { node = [], ...options }: Options = {}): Command {
  return startNode(t, [...node, main, ...args], options);
}

/** The same of any program. */
export function startNode(
  t: TestContext,
  args: string[],
  { cwd, env, descriptors }: Omit<Options, 'node'> = {},
): Command {
  const words = [process.execPath, ...args];
  // Only the process itself knows the number that LISTEN_PID has to have.
  const [file = '', ...rest] = descriptors
    ? ['/bin/sh', '-c', 'export LISTEN_PID=$$; exec "$@"', 'sh', ...words]
    : words;
  const child = spawn(file, rest, {
    cwd,
    env: { ...neutral, LANG: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(descriptors ?? [])],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  const text = { stdout: '', stderr: '' };
  for (const where of ['stdout', 'stderr'] as const) {
    child[where].setEncoding('utf8').on('data', (chunk: string) => {
      text[where] += chunk;
      child.emit('printed');
    });
  }
  // A command that hangs fails its test, not the whole run.
  const patience = setTimeout(() => child.kill('SIGKILL'), 60_000);
  child.once('exit', () => clearTimeout(patience));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    async printed(wanted, where = 'stdout') {
      const there = () =>
        typeof wanted === 'string' ? text[where].includes(wanted) : wanted.test(text[where]);
      let over = false;
      void ended.then(() => {
        over = true;
        child.emit('printed');
      });
      while (!there()) {
        if (over) throw new Error(`ended without printing ${wanted}: ${text.stdout}${text.stderr}`);
        await once(child, 'printed');
      }
    },
  };
}

/** Starts the command on a free port and waits until it listens. */
export async function serving(
  t: TestContext,
  args: string[],
  options?: Options,
): Promise<Command & { url: string; port: number }> {
  const command = start(t, ['--port', '0', ...args], options);
  await command.printed(/https?:\/\/\S+\n/);
  const url = /https?:\/\/\S+/.exec(command.stdout())?.[0] as string;
  return { ...command, url, port: Number(new URL(url).port) };
}

/** Asks again and again; a command is killed after a minute, and then this fails. */
export async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await moment();
}

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'premier-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A certificate of its own making and its key, as files; nothing where there is no openssl. */
export function certificate(t: TestContext): { key: string; cert: string } | undefined {
  const folder = temporaryFolder(t);
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')] as [string, string];
  const names = ['-subj', '/CN=localhost', '-keyout', key, '-out', cert];
  // An RSA key takes openssl half a second.
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const { status } = spawnSync('openssl', ['req', '-x509', ...made, ...names]);
  return status === 0 ? { key, cert } : undefined;
}
