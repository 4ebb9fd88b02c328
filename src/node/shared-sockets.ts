/**
 * The sockets that a parent holds for its workers (node:cluster, where the system hands out connections). In: a worker.
 * Out: the parent lets go of that worker's sockets, while the worker still accepts from them.
 *
 * A worker that closes a socket tells its parent, which closes its own copy a moment later: what comes in that moment is
 * accepted by nobody, and reset. When all stop the parent is to go first. It lets go when the channel to a worker closes;
 * that is told by an event, which we emit. Where Node does otherwise nothing happens, and the moment is there.
 */
import cluster, { type Worker } from 'node:cluster';

/** To be called when the worker stops for good, for its place among the parent's workers is not kept up after it. */
export function letGoOfSockets(worker: Worker): void {
  if (cluster.schedulingPolicy === cluster.SCHED_NONE) worker.process.emit('disconnect');
}
