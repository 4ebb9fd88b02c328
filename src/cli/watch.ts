// `premier PROGRAM --watch`: the program runs in a worker, and a new worker takes over when the code changes. The parent
// holds the listening sockets (node:cluster), and the worker before serves until the new one listens: nobody is refused.
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isModuleReport, modulesIn, REPORT_MODULES } from '../node/module-reports.js';
import { FileWatch } from './file-watch.js';
import { firstSignal } from './graceful-stop.js';
import type { Context } from './serve.js';
import type { Target } from './target.js';
import { stopMessage, troubleMessage, workerVariable } from './worker.js';

/** Where premier itself lies; its modules are none of the program's. */
const ownFiles = dirname(dirname(fileURLToPath(import.meta.url))) + sep;

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
  const supervisor = new Supervisor(args, target, context);
  const asked = firstSignal();
  supervisor.start();
  const exitCode = await Promise.race([asked.then(() => 0), supervisor.gaveUp]);
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
  /** Whether the first line was printed, and on which port. */
  #port: number | undefined;
  readonly #watch = new FileWatch(
    (file) => this.#replace(file),
    ({ message }) => console.error(`premier: ${this.#context.say.cannotWatch(message)}`),
  );
  readonly #args: readonly string[];
  readonly #target: Target;
  readonly #context: Context;

  constructor(args: readonly string[], target: Target, context: Context) {
    this.#args = args;
    this.#target = target;
    this.#context = context;
    cluster.setupPrimary({ exec: fileURLToPath(new URL('./main.js', import.meta.url)), args: [...args] });
    this.gaveUp = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
  }

  start(changed = ''): void {
    const startedAt = Date.now();
    const successor = this.#port === undefined ? '' : changed;
    const worker = cluster.fork({ ...REPORT_MODULES, [workerVariable]: successor });
    this.#next = worker;
    this.#watch.add(this.#target.path, startedAt);
    let timer: NodeJS.Timeout | undefined;
    let reports = false;
    // premier's own modules are reported before, where this Node reports any.
    const watchUnreported = () => {
      if (!reports && !this.#stopping) this.#watch.addSources(dirname(this.#target.path));
    };
    worker.on('listening', ({ port }) => {
      this.#port ??= port;
      watchUnreported();
      clearTimeout(timer);
      timer = setTimeout(() => this.#takeOver(worker, successor), settling);
    });
    let trouble = false;
    worker.on('message', (message) => {
      trouble ||= message === troubleMessage;
      reports ||= isModuleReport(message);
      for (const file of filesIn(message)) this.#watch.add(file, startedAt);
    });
    worker.once('exit', (exitCode) => {
      clearTimeout(timer);
      watchUnreported();
      this.#ended(worker, trouble, exitCode);
    });
  }

  /** Starts the changed program; what runs goes on until it listens. */
  #replace(changed: string): void {
    this.#next?.process.kill('SIGKILL');
    this.start(changed);
  }

  /** Lets every worker finish its answers and end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#watch.close();
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const alive = workers.filter((worker) => !worker.isDead());
    await Promise.all(alive.map((worker) => once(askToStop(worker), 'exit')));
  }

  #takeOver(worker: Worker, changed: string): void {
    if (this.#next !== worker) return;
    const before = this.#current;
    this.#current = worker;
    this.#next = undefined;
    if (before) retire(before);
    const { say, args } = this.#context;
    if (changed && !args.settings.quiet) console.log(say.restarted(relative(process.cwd(), changed)));
  }

  #ended(worker: Worker, trouble: boolean, exitCode: number): void {
    if (this.#stopping) return;
    if (worker === this.#next) this.#next = undefined;
    else if (worker === this.#current) this.#current = undefined;
    else return;
    if (this.#next) return;
    const { say, args } = this.#context;
    if (this.#current) console.error(say.stillServing);
    else if (trouble) this.#giveUp(exitCode);
    else {
      // Nobody holds the sockets any more: a port that was picked must be asked for by its number from now on.
      if (args.settings.port === 0 && this.#port) {
        cluster.setupPrimary({ args: [...this.#args, `--port=${this.#port}`] });
      }
      console.error(say.waitingForChange);
    }
  }
}

function askToStop(worker: Worker): Worker {
  // It may be on its way out already, and then hears nothing.
  if (worker.isConnected()) worker.send(stopMessage, () => {});
  return worker;
}

/** Lets a worker finish its answers and end; kills it when it takes too long. */
function retire(worker: Worker): void {
  askToStop(worker);
  const kill = setTimeout(() => worker.process.kill('SIGKILL'), grace);
  worker.once('exit', () => clearTimeout(kill));
}

/** The files of the program named in a report of the modules it loads. */
function filesIn(report: unknown): string[] {
  const isOthers = (file: string) => file.includes(`${sep}node_modules${sep}`) || file.startsWith(ownFiles);
  return modulesIn(report).filter((file) => !isOthers(file));
}
