// Starts a program of test/apps/programs as its owner would, on node:http or, with --import, on premier.
// In: a file name. Out: the port that the program prints first, what it writes, how it ends. Never leaves a process after.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** Why the tests of the apps cannot run, if so. */
export const missing = existsSync(`${checkout}/test/apps/node_modules/express`)
  ? false
  : 'the packages of test/apps are not installed';

/** The servers a program runs on; the first is the oracle. */
export const servers = ['node:http', 'premier'] as const;
export type Server = (typeof servers)[number];

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Options {
  /** The program's arguments, which may depend on the server. */
  args?: (server: Server) => string[];
  /** Whether premier comes in through `premier/register` (the default) or by what the program imports itself. */
  register?: boolean;
}

/** How a program ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A program that runs. */
export class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ending>;
  #stdout = '';
  #stderr = '';

  constructor(
    readonly server: Server,
    file: string,
    { args = () => [], register = true }: Options = {},
  ) {
    const preload = register && server === 'premier' ? ['--import', 'premier/register'] : [];
    this.#child = spawn(process.execPath, [...preload, `test/apps/programs/${file}`, ...args(server)], {
      cwd: checkout,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', NODE_TEST_CONTEXT: undefined },
    });
    running.add(this.#child);
    this.#child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.#stderr += text;
    });
    this.#ended = once(this.#child, 'close').then(([code, signal]) => {
      running.delete(this.#child);
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  /** What the program has written to stderr so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves with the first line that the program writes; rejects when it ends without one. */
  async firstLine(): Promise<string> {
    await this.says('\n');
    return this.#stdout.slice(0, this.#stdout.indexOf('\n'));
  }

  /** Resolves once the program has written `text`; rejects when it ends without. */
  async says(text: string): Promise<void> {
    const silent = this.#ended.then(({ code, stderr }) => {
      if (!this.#stdout.includes(text))
        throw new Error(`on ${this.server}, it ended with ${code} before it said ${text}\n${stderr}`);
    });
    while (!this.#stdout.includes(text)) {
      await Promise.race([once(this.#child.stdout as NodeJS.ReadableStream, 'data'), silent]);
    }
  }

  /** Sends a signal, if the program still runs, and resolves once it has ended. */
  end(signal?: NodeJS.Signals): Promise<Ending> {
    if (signal) this.#child.kill(signal);
    return this.#ended;
  }
}
