// What passes between the parent of `--watch` and its workers. A worker knows itself by a variable, which it takes out
// of its environment so that what it starts in turn does not take itself for one.

/** The variable; its value tells why the worker was started: the changed file, or one of the two below. */
export const workerVariable = 'PREMIER_WORKER_FOR';

/** Nothing has listened yet. */
export const firstTime = '';

/** The worker before was killed. */
export const sameAgain = '-';

const startedFor = process.env[workerVariable];
delete process.env[workerVariable];

/** Whether this process runs the program for a parent that watches. */
export const isWorker = startedFor !== undefined;

/** Whether it takes over from a worker before it. */
export const isSuccessor = startedFor !== undefined && startedFor !== firstTime;

/** From the parent: finish the answers under way and end. */
export const stopMessage = 'premier:stop';

/** From the worker: it ends for a reason that no change of the program can mend. */
export const troubleMessage = 'premier:trouble';
