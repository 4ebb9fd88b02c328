// `--workers` and `--watch`: the folder or program is served by a pool of workers, which this process starts, replaces and
// stops. In: the command line and what it asks for. Out: lines about what happens, and the exit code. Serves nothing
// itself.
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isModuleReport, modulesIn, REPORT_MODULES } from '../node/module-reports.js';
import { drain, usualDrainDelay } from '../operation/drain.js';
import { inheritedSockets, socketsForWorkers } from '../operation/inherited-sockets.js';
import { lifecycle } from '../operation/lifecycle.js';
import type { PoolEvent } from '../operation/pool-terms.js';
import type { Ending, PoolWorker } from '../operation/pool-worker.js';
import { onReplaceSignal } from '../operation/replace-signal.js';
import { Service } from '../operation/service.js';
import type { ServiceManager } from '../operation/service-manager.js';
import { echo, stopRequest } from '../operation/stop-request.js';
import { WorkerPool } from '../operation/worker-pool.js';
import { type CertificatesOfPool, certificatesOfPool } from './certificates-of-pool.js';
import type { Context } from './context.js';
import { FileWatch } from './file-watch.js';
import { manage, openAdminFor, tellWorkers } from './reports.js';
import { stopGrace } from './stop.js';
import { version } from './version.js';

/** Where premier itself lies; its modules are none of the program's. */
const ownFiles = dirname(dirname(fileURLToPath(import.meta.url))) + sep;

/** Seconds that a replaced worker has where a program is written: event streams and websockets never finish. */
const patienceWhileWriting = 5;

/**
 * Milliseconds after which clients use no connection any more that they were told to keep: the server's own
 * `keepAliveTimeout`, and some room. Nobody waits for a replaced worker, so it stays so long.
 */
const promised = 6000;

/** Seconds in which a worker must serve, where nobody is at work on the program. */
const bootTimeout = 60;

/** Milliseconds in which each worker tells for how many connections it waits. */
const gathering = 100;

/** Serves with workers until a signal comes. Resolves with the exit code. */
export async function supervise(args: readonly string[], context: Context): Promise<number> {
  const { settings } = context.args;
  const certificates = await certificatesOfPool(context);
  const supervisor = new Supervisor(args, context, certificates);
  const asked = stopRequest({ beforeExit: () => supervisor.kill() });
  if (settings.workers !== undefined) onReplaceSignal((gone) => supervisor.onHangUp(gone));
  await supervisor.start();
  const exitCode = await Promise.race([asked.then(() => undefined), supervisor.gaveUp]);
  lifecycle.advance('draining');
  if (exitCode === undefined) await drain(settings['drain-delay'] ?? usualDrainDelay());
  lifecycle.advance('stopping');
  await supervisor.stop();
  return exitCode ?? 0;
}

class Supervisor {
  /** Resolves with an exit code when nothing serves and no attempt could help. */
  readonly gaveUp: Promise<number>;
  #giveUp!: (exitCode: number) => void;
  readonly service: Service;
  readonly #pool: WorkerPool;
  readonly #manager: ServiceManager;
  readonly #watch: FileWatch | undefined;
  /** Those that tell which modules they load. */
  readonly #reporting = new WeakSet<PoolWorker>();
  /** Where the first server listens. */
  #port: number | undefined;
  /** The newest of whose memory was told. */
  #fullGeneration = 0;
  #finishing: NodeJS.Timeout | undefined;
  #connections = 0;
  readonly #args: readonly string[];
  readonly #context: Context;
  readonly #certificates: CertificatesOfPool | undefined;

  constructor(args: readonly string[], context: Context, certificates: CertificatesOfPool | undefined) {
    this.#args = args;
    this.#certificates = certificates;
    this.#context = context;
    this.gaveUp = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
    const { watch, workers = 1, 'stop-after': stopAfter } = context.args.settings;
    if (watch) {
      this.#watch = new FileWatch(
        (file) => this.#pool.replaceAll(file),
        ({ message }) => console.error(`premier: ${context.say.cannotWatch(message)}`),
      );
    }
    this.#pool = new WorkerPool(
      {
        exec: fileURLToPath(new URL('./main.js', import.meta.url)),
        args,
        env: { ...(watch && REPORT_MODULES), ...socketsForWorkers(inheritedSockets) },
        workers,
        replaced: watch
          ? { stopAfter: patienceWhileWriting, last: false }
          : { stopAfter, grace: promised, last: false },
        stopped: { stopAfter, grace: stopGrace(), last: true },
        bootTimeout: watch ? undefined : bootTimeout,
        awaitsChange: watch,
        keepsCounts: context.args.settings.admin !== undefined,
        waitsForWord: context.args.settings['wait-ready'],
      },
      {
        event: (event) => this.#tell(event),
        forked: (worker) => this.#watch?.add(context.target.path, worker.startedAt),
        message: (worker, message) => this.#hear(worker, message),
        reported: (worker, report) => this.service.record(worker, report),
        gone: (worker, kept) => {
          this.service.forget(worker, kept);
          certificates?.forget(worker);
        },
        ofCertificates: (worker, message) => certificates?.hear(worker, message),
        listening: (worker, { port }) => {
          this.#port ??= port;
          this.#watchUnreported(worker);
        },
      },
    );
    this.service = new Service(
      version(),
      () => this.#pool.workers,
      () => this.#pool.generation,
    );
    this.#manager = manage(() => this.service.isAlive(), context.say);
  }

  async start(): Promise<void> {
    const { admin } = this.#context.args.settings;
    if (admin) tellWorkers(await openAdminFor(this.service, admin, this.#context));
    this.#pool.start();
  }

  /** Replaces all workers; where the terminal is gone, stops as if by SIGTERM. */
  onHangUp(terminalIsGone: boolean): void {
    if (terminalIsGone) process.emit('SIGTERM', 'SIGTERM');
    else {
      this.#manager.reloading();
      this.#pool.replaceAll('');
    }
  }

  /** Lets every worker finish its answers and end. */
  async stop(): Promise<void> {
    const began = performance.now();
    this.#watch?.close();
    this.#certificates?.close();
    const { say, args } = this.#context;
    const cut = await this.#pool.stop();
    clearTimeout(this.#finishing);
    if (cut > 0) console.error(say.cut(cut, args.settings['stop-after']));
    // An echo of the signal would kill us on our way out.
    const left = echo - (performance.now() - began);
    if (left > 0) await drain(left / 1000);
  }

  kill(): void {
    this.#pool.killAll();
  }

  #tell(event: PoolEvent): void {
    const { say, target, args } = this.#context;
    const { quiet, watch } = args.settings;
    switch (event.type) {
      case 'started':
        lifecycle.advance('ready');
        this.#certificates?.serve();
        break;
      case 'succeeded':
        this.service.metrics.countRestart(event.cause === '' ? 'asked' : 'changed');
        break;
      case 'replaced':
        this.#manager.reloaded();
        if (!quiet) console.log(this.#replaced(event.cause));
        break;
      case 'ended':
        this.service.metrics.countRestart(event.ending.late ? 'late' : 'ended');
        if (this.#pool.serving === 0 && !this.#pool.holdsSockets) this.#keepPort();
        if (event.again === 'at a change') console.error(this.#waits());
        else if (event.ending.late) console.error(say.neverReady(target.shown, bootTimeout, event.again));
        else console.error(say.ended(target.shown, event.ending, event.again));
        break;
      case 'listens no more':
        this.service.metrics.countRestart('ended');
        if (this.#pool.serving === 0) this.#keepPort();
        console.error(say.listensNoMore(event.pid, event.again === 'at a change' ? undefined : event.again));
        if (event.again === 'at a change') console.error(this.#waits());
        break;
      case 'failed':
        this.#manager.reloaded();
        if (!watch) console.error(say.successorFailed(target.shown, lateAfter(event.ending)));
        else console.error(this.#waits());
        break;
      case 'worn':
        this.service.metrics.countRestart('worn');
        if (!quiet) console.log(say.worn(event.pid, event.reason));
        break;
      case 'always full':
        // Each of its workers is.
        if (this.#fullGeneration !== event.generation)
          console.error(say.alwaysFull('--max-memory', event.memory));
        this.#fullGeneration = event.generation;
        break;
      case 'stuck':
        console.error(say.stuck(event.pid, event.seconds));
        break;
      case 'finishing':
        this.#tellConnections(event.connections);
        break;
      case 'gave up':
        if (!event.ending.trouble)
          console.error(`premier: ${say.endedUnserved(target.shown, event.ending, lateAfter(event.ending))}`);
        this.#giveUp(event.exitCode);
        break;
    }
  }

  /** Nothing is started before a change. */
  #waits(): string {
    const { say } = this.#context;
    return this.#pool.serving > 0 ? say.stillServing : say.waitingForChange;
  }

  #replaced(cause: string): string {
    const { say, target } = this.#context;
    return cause === '' ? say.replaced(target.shown) : say.restarted(relative(process.cwd(), cause));
  }

  /** One line for what all workers wait for. */
  #tellConnections(connections: number): void {
    this.#connections = connections;
    this.#finishing ??= setTimeout(
      () => console.error(this.#context.say.stopping(this.#connections)),
      gathering,
    );
  }

  #hear(worker: PoolWorker, message: unknown): void {
    if (isModuleReport(message)) this.#reporting.add(worker);
    for (const file of filesIn(message)) this.#watch?.add(file, worker.startedAt);
  }

  /** premier's own modules are reported before a worker listens, where this Node reports any. */
  #watchUnreported(worker: PoolWorker): void {
    if (!this.#reporting.has(worker)) this.#watch?.addSources(dirname(this.#context.target.path));
  }

  /** Nobody holds the sockets any more: a port that was picked must be asked for by its number from now on. */
  #keepPort(): void {
    if (this.#context.args.settings.port !== 0 || !this.#port) return;
    const end = this.#args.includes('--') ? this.#args.indexOf('--') : this.#args.length;
    this.#pool.setArguments(this.#args.toSpliced(end, 0, `--port=${this.#port}`));
  }
}

/** How long was waited for one that did not get ready; undefined for what ended by itself. */
const lateAfter = ({ late }: Ending): number | undefined => (late ? bootTimeout : undefined);

/** The files of the program named in a report of the modules it loads. */
function filesIn(report: unknown): string[] {
  const isOthers = (file: string) => file.includes(`${sep}node_modules${sep}`) || file.startsWith(ownFiles);
  return modulesIn(report).filter((file) => !isOthers(file));
}
