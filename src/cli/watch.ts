// `premier PROGRAM --watch`: the program runs in a worker, and a new worker takes over when the code changes. The parent
// holds the listening sockets (node:cluster), and the worker before serves until the new one listens: nobody is refused.
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstSignal } from './graceful-stop.js';
import type { Context } from './serve.js';
import type { Target } from './target.js';
import { stopMessage, troubleMessage, workerVariable } from './worker.js';

/** What is code. Not .json: a program may well keep its data there, and would be started again for each write. */
const code = /\.([cm]?[jt]s|jsx|tsx)$|^\.env$|^package\.json$/;

/** Milliseconds without a further change before the program is started again: editors and compilers write in bursts. */
const calm = 100;

/** Milliseconds without a further listen() before a new worker takes over: a program may listen more than once. */
const settling = 100;

/** Milliseconds that a replaced worker has for the answers under way; event streams and websockets never finish. */
const grace = 5000;

/** Runs the program, and again at each change, until a signal comes. Resolves with the exit code. */
export async function superviseProgram(
  args: readonly string[],
  target: Target,
  context: Context,
): Promise<number> {
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('./main.js', import.meta.url)),
    args: [...args],
  });
  const supervisor = new Supervisor(context);
  const watcher = await watchCode(target.path, (file) => supervisor.replace(file));
  const asked = firstSignal();
  supervisor.start();
  const exitCode = await Promise.race([asked.then(() => 0), supervisor.gaveUp]);
  await watcher.close();
  await supervisor.stop();
  return exitCode;
}

class Supervisor {
  /** Resolves with an exit code when no change of the code could help. */
  readonly gaveUp: Promise<number>;
  #giveUp!: (exitCode: number) => void;
  /** The worker that serves. */
  #current: Worker | undefined;
  /** The one that is starting. */
  #next: Worker | undefined;
  #stopping = false;
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    this.gaveUp = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
  }

  start(changed = ''): void {
    const worker = cluster.fork({ [workerVariable]: changed });
    this.#next = worker;
    let timer: NodeJS.Timeout | undefined;
    worker.on('listening', () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#takeOver(worker, changed), settling);
    });
    let trouble = false;
    worker.on('message', (message) => {
      trouble ||= message === troubleMessage;
    });
    worker.once('exit', (exitCode) => {
      clearTimeout(timer);
      this.#ended(worker, trouble, exitCode);
    });
  }

  /** Starts the changed program; what runs goes on until it listens. */
  replace(changed: string): void {
    this.#next?.process.kill('SIGKILL');
    this.start(changed);
  }

  /** Lets every worker finish its answers and end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      workers.map(async (worker) => {
        if (worker.isConnected()) worker.send(stopMessage);
        await once(worker, 'exit');
      }),
    );
  }

  #takeOver(worker: Worker, changed: string): void {
    if (this.#next !== worker) return;
    const before = this.#current;
    this.#current = worker;
    this.#next = undefined;
    if (before) retire(before);
    const { say, args } = this.#context;
    if (changed && !args.settings.quiet) console.log(say.restarted(changed));
  }

  #ended(worker: Worker, trouble: boolean, exitCode: number): void {
    if (this.#stopping) return;
    const { say } = this.#context;
    if (worker === this.#next) {
      this.#next = undefined;
      if (trouble && !this.#current) this.#giveUp(exitCode);
      else console.error(this.#current ? say.stillServing : say.waitingForChange);
    } else if (worker === this.#current) {
      this.#current = undefined;
      if (!this.#next) console.error(say.waitingForChange);
    }
  }
}

/** Lets a worker finish its answers and end. */
function retire(worker: Worker): void {
  if (worker.isConnected()) worker.send(stopMessage);
  const kill = setTimeout(() => worker.process.kill('SIGKILL'), grace);
  worker.once('exit', () => clearTimeout(kill));
}

/** Watches the code of the program's package, or of its folder where there is no package. */
async function watchCode(program: string, changed: (file: string) => void) {
  const { watch } = await import('chokidar');
  const root = packageOf(program) ?? dirname(program);
  const watcher = watch(root, {
    ignoreInitial: true,
    ignored: (path, stats) => {
      const parts = relative(root, path).split(sep);
      if (parts.includes('node_modules') || parts.slice(0, -1).some((part) => part.startsWith('.')))
        return true;
      return stats ? stats.isFile() && !code.test(basename(path)) : false;
    },
  });
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', (_event, path) => {
    clearTimeout(timer);
    timer = setTimeout(changed, calm, relative(root, path));
  });
  watcher.on('error', (error) => console.error(`premier: ${(error as Error).message}`));
  return watcher;
}

/** The nearest folder above the program that is a package. */
function packageOf(program: string): string | undefined {
  for (let folder = dirname(program); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
