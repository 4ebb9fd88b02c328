// The access log of the command: one line for each answer of any server in this process, in the form asked for. In: what
// servers tell of their answers. Out: lines on stdout, and word of those that nobody read.
import cluster from 'node:cluster';
import { observeServers } from '../observe.js';
import { accessLog } from '../operation/access-log.js';
import { LineWriter } from '../operation/line-writer.js';
import type { Messages } from './language.js';
import { formats, type LogForm } from './log-formats.js';

/**
 * Logs the answers of servers that are made from now on.
 * @param silent the start of targets that are not logged, if any
 */
export function logAnswers(form: LogForm, say: Messages, silent?: string): void {
  const colours = process.stdout.isTTY === true && process.stdout.hasColors();
  const format = formats(say, colours)[form];
  const lines = new LineWriter(process.stdout, {
    shared: cluster.isWorker,
    onLost: (count) => console.error(say.logLinesLost(count)),
  });
  observeServers(accessLog((answer) => lines.write(format(answer)), silent));
}
