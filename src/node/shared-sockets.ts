/**
 * The sockets that a parent holds for its workers (node:cluster, where the system hands out connections). In: a worker.
 * Out: until when the parent holds them for that worker, in our hands.
 *
 * The parent lets go of a worker's sockets when the channel to it closes, and of a socket when its last worker is gone. That
 * is told by events of the worker's process, which are kept back until they may be heard:
 * - Where the only worker is killed, who connects waits for its successor, and is not refused.
 * - Where all stop, the parent goes first. A worker that closes a socket tells its parent, which closes its own copy a moment
 *   later: what comes in that moment is accepted by nobody, and reset.
 *
 * Where Node does otherwise, nothing is held, and those moments are there.
 */
import cluster, { type Worker } from 'node:cluster';
import type { EventEmitter } from 'node:events';

type OnExit = (exitCode: number, signal: string | null) => void;

/** Milliseconds that the end of a channel may come after that of its process: a child of its own may have it as well. */
const latestWord = 1000;

/** What the parent lets go of sockets by. */
const telling = new Set<string | symbol>(['disconnect', 'exit']);

/**
 * Holds a new worker's sockets until the function that this returns is called, also beyond its end.
 * @param onExit called when its process has ended, and what it said before has been heard
 */
export function holdSockets(worker: Worker, onExit: OnExit): () => void {
  const child = worker.process;
  const whenOver = new LastWord(child.connected);
  // Where the parent accepts by itself, it would hand connections to a process that is gone.
  if (cluster.schedulingPolicy !== cluster.SCHED_NONE) {
    child.once('exit', (...args: Parameters<OnExit>) => whenOver.exited(() => onExit(...args)));
    child.once('disconnect', () => whenOver.disconnected());
    return () => {};
  }
  const emit = child.emit as EventEmitter['emit'];
  const held: [name: string | symbol, ...args: unknown[]][] = [];
  let isHeld = true;
  child.emit = (name: string | symbol, ...args: unknown[]): boolean => {
    const isKept = isHeld && telling.has(name);
    if (isKept) held.push([name, ...args]);
    if (name === 'exit') whenOver.exited(() => onExit(...(args as Parameters<OnExit>)));
    if (name === 'disconnect') whenOver.disconnected();
    return isKept || emit.call(child, name, ...args);
  };
  return () => {
    if (!isHeld) return;
    isHeld = false;
    // A worker that still runs is let go of all the same.
    if (!held.some(([name]) => name === 'disconnect')) emit.call(child, 'disconnect');
    for (const event of held) emit.call(child, ...event);
  };
}

/** Waits for the end of a process and for that of its channel, which are told in any order: its last words come between. */
class LastWord {
  #mayCome: boolean;
  #onOver: (() => void) | undefined;
  #latest: NodeJS.Timeout | undefined;

  constructor(mayCome: boolean) {
    this.#mayCome = mayCome;
  }

  exited(onOver: () => void): void {
    this.#onOver = onOver;
    if (this.#mayCome) this.#latest = setTimeout(() => this.disconnected(), latestWord);
    else this.disconnected();
  }

  disconnected(): void {
    clearTimeout(this.#latest);
    this.#mayCome = false;
    const onOver = this.#onOver;
    this.#onOver = undefined;
    onOver?.();
  }
}
