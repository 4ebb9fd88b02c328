/**
 * How a process knows that it is a worker. In: a variable of its environment, which it takes out, so that what it starts
 * in turn does not take itself for one. Out: whether, and after whom.
 */

/** The variable; its value tells whether anything has been announced by a worker before. */
export const workerVariable = 'PREMIER_WORKER';

/** No worker has served yet: this one says where. */
export const first = 'first';

/** It takes the place of another, or stands beside it. */
export const further = 'further';

const role = process.env[workerVariable];
delete process.env[workerVariable];

/** Whether this process serves for a parent that holds a pool of workers. */
export const isWorker = role !== undefined;

/** Whether others served before it, so that there is nothing to announce. */
export const isFurtherWorker = role === further;
