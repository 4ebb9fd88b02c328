// A program with a worker thread that tells whether its node:http is premier.
import http from 'node:http';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import premier from 'premier';

if (isMainThread) new Worker(new URL(import.meta.url)).on('message', console.log);
else parentPort?.postMessage((http.Server as unknown) === premier.Server);
