// The access log of the command: one line for each answer of any server in this process, in the form asked for. In: what
// servers tell of their answers. Out: lines on stdout, and word of those that nobody read.
import cluster from 'node:cluster';
import { fstatSync } from 'node:fs';
import { observeServers } from '../observe.js';
import { accessLog } from '../operation/access-log.js';
import { boundedAnswers } from '../operation/bounded-line.js';
import { FileLines } from '../operation/file-lines.js';
import { type LineStream, LineWriter, WHOLE_WRITE } from '../operation/line-writer.js';
import type { Messages } from './language.js';
import { formats, type LogForm } from './log-formats.js';

/** Milliseconds that lines wait for others, where nobody looks at them as they come. */
const delay = 50;

/**
 * Logs the answers of servers that are made from now on.
 * @param silent the start of targets that are not logged, if any
 */
export function logAnswers(form: LogForm, say: Messages, silent?: string): void {
  const colours = process.stdout.isTTY === true && process.stdout.hasColors();
  const format = formats(say, colours)[form];
  const stream = logStream(say);
  // A file takes lines of any length whole.
  const isMixed = cluster.isWorker && stream === stdoutLines;
  const line = isMixed ? boundedAnswers(WHOLE_WRITE, format) : format;
  const lines = new LineWriter(stream, {
    delay: process.stdout.isTTY || process.platform === 'win32' ? 0 : delay,
    shared: cluster.isWorker,
    onLost: (count) => console.error(say.logLinesLost(count)),
  });
  // What waits when the process ends is written by then: such a write is over when it returns, but on Windows.
  process.on('exit', () => lines.end());
  process.stdout.once('error', ({ code, message }: NodeJS.ErrnoException) =>
    console.error(`premier: ${say.logUnread(code ?? message)}`),
  );
  observeServers(accessLog((answer) => lines.write(line(answer)), silent));
}

/** stdout, which may have to keep what it is given. */
const stdoutLines: LineStream = {
  get writable() {
    return process.stdout.writable;
  },
  get writableLength() {
    return process.stdout.writableLength;
  },
  write: (lines) => process.stdout.write(Buffer.from(lines)),
};

/** stdout; where that is a file or a device, past its stream, which the first error would end. */
function logStream(say: Messages): LineStream {
  const { fd, isTTY } = process.stdout;
  if (typeof fd !== 'number') return stdoutLines;
  const kind = fstatSync(fd);
  if (isTTY || !(kind.isFile() || kind.isCharacterDevice())) return stdoutLines;
  return new FileLines(fd, ({ code, message }) =>
    console.error(`premier: ${say.logNotWritten(code ?? message)}`),
  );
}
