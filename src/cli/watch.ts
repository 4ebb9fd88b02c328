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
import { firstTime, sameAgain, stopMessage, troubleMessage, workerVariable } from './worker.js';

/** Where premier itself lies; its modules are none of the program's. */
const ownFiles = dirname(dirname(fileURLToPath(import.meta.url))) + sep;

/** Milliseconds without a further listen() before a new worker takes over: a program may listen more than once. */
const settling = 100;

/** Seconds until a program that was killed is started again, each time it has not lived long since the last. */
const pauses = [0, 1, 2, 4, 8, 16, 30];

/** Milliseconds after which a program counts as one that lives. */
const longLife = 60_000;

/** Milliseconds that a replaced worker has for the answers under way; event streams and websockets never finish. */
const grace = 5000;

/** Runs the program, and again at each change, until a signal comes. Resolves with the exit code. */
export async function superviseProgram(args: readonly string[], context: Context): Promise<number> {
  const supervisor = new Supervisor(args, context);
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
  /** Those that listen or did. */
  readonly #listening = new WeakSet<Worker>();
  #stopping = false;
  /** Whether the first line was printed, and on which port. */
  #port: number | undefined;
  readonly #watch = new FileWatch(
    (file) => this.#replace(file),
    ({ message }) => console.error(`premier: ${this.#context.say.cannotWatch(message)}`),
  );
  /** How often in a row the program was killed soon after its start. */
  #killed = 0;
  /** Set while a killed program is to be started again. */
  #pause: NodeJS.Timeout | undefined;
  readonly #args: readonly string[];
  readonly #context: Context;

  constructor(args: readonly string[], context: Context) {
    this.#args = args;
    this.#context = context;
    cluster.setupPrimary({ exec: fileURLToPath(new URL('./main.js', import.meta.url)), args: [...args] });
    this.gaveUp = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
  }

  start(changed = ''): void {
    clearTimeout(this.#pause);
    const startedAt = Date.now();
    const reason = this.#port === undefined ? firstTime : changed || sameAgain;
    const worker = cluster.fork({ ...REPORT_MODULES, [workerVariable]: reason });
    this.#next = worker;
    this.#watch.add(this.#context.target.path, startedAt);
    let timer: NodeJS.Timeout | undefined;
    let reports = false;
    // premier's own modules are reported before, where this Node reports any.
    const watchUnreported = () => {
      if (!reports && !this.#stopping) this.#watch.addSources(dirname(this.#context.target.path));
    };
    worker.on('listening', ({ port }) => {
      this.#port ??= port;
      this.#listening.add(worker);
      watchUnreported();
      clearTimeout(timer);
      timer = setTimeout(() => this.#takeOver(worker, changed), settling);
    });
    let trouble = false;
    worker.on('message', (message) => {
      trouble ||= message === troubleMessage;
      reports ||= isModuleReport(message);
      for (const file of filesIn(message)) this.#watch.add(file, startedAt);
    });
    worker.once('exit', (exitCode, signal) => {
      clearTimeout(timer);
      watchUnreported();
      if (Date.now() - startedAt > longLife) this.#killed = 0;
      this.#ended(worker, { trouble, exitCode, signal });
    });
  }

  /** Starts the changed program; what runs goes on until it listens. */
  #replace(changed: string): void {
    // One that listens may have been given requests already.
    if (this.#next && this.#listening.has(this.#next)) retire(this.#next);
    else this.#next?.process.kill('SIGKILL');
    this.start(changed);
  }

  /** Lets every worker finish its answers and end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#watch.close();
    clearTimeout(this.#pause);
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const alive = workers.filter((worker) => !worker.isDead());
    const ended = Promise.all(alive.map((worker) => once(askToStop(worker), 'exit')));
    // Each cuts by itself what takes too long; one that is past hearing does not.
    const patience = this.#context.args.settings['stop-after'] * 1000 + grace;
    const kill = setTimeout(() => {
      for (const worker of alive) worker.process.kill('SIGKILL');
    }, patience);
    await ended;
    clearTimeout(kill);
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

  #ended(worker: Worker, { trouble, exitCode, signal }: Ending): void {
    if (this.#stopping) return;
    if (worker === this.#next) this.#next = undefined;
    else if (worker === this.#current) this.#current = undefined;
    else return;
    if (this.#next) return;
    const { say } = this.#context;
    if (!this.#current && trouble) this.#giveUp(exitCode);
    else {
      if (!this.#current) this.#keepPort();
      // A signal is none of the program's doing, or the system was out of memory: no change is needed to mend that.
      if (signal) this.#startAgain(signal);
      else console.error(this.#current ? say.stillServing : say.waitingForChange);
    }
  }

  /** Starts a killed program again: at once, or after a pause that grows while it keeps being killed. */
  #startAgain(signal: string): void {
    const { say, target } = this.#context;
    const seconds = pauses[Math.min(this.#killed++, pauses.length - 1)] as number;
    console.error(say.killed(target.shown, signal, seconds));
    this.#pause = setTimeout(() => this.start(), seconds * 1000);
  }

  /** Nobody holds the sockets any more: a port that was picked must be asked for by its number from now on. */
  #keepPort(): void {
    if (this.#context.args.settings.port !== 0 || !this.#port) return;
    const end = this.#args.includes('--') ? this.#args.indexOf('--') : this.#args.length;
    const args = this.#args.toSpliced(end, 0, `--port=${this.#port}`);
    cluster.setupPrimary({ args });
  }
}

/** How a worker came to its end. */
interface Ending {
  /** It said that no change of the code could help. */
  trouble: boolean;
  exitCode: number;
  signal: string | null;
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
