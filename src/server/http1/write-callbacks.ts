/**
 * What is done once everything that was put into an output before has left for the kernel, or never will.
 *
 * In: an output, a callback of the program's, or a connection to cut. Out: a listener for the output.
 */
import type { WriteCallback } from '../../message/response-channel.js';
import type { Output } from '../../transport/given-output.js';
import type { WriteListener } from '../../transport/write-listeners.js';

class CallbackListener implements WriteListener {
  readonly watched = true;
  readonly endsResponse = false;
  constructor(readonly onWritten: WriteCallback) {}
}

export function tellWritten(output: Output, callback: WriteCallback): void {
  output.notify(new CallbackListener(callback));
}

/** What was answered before leaves before. */
export function cutAfterWritten(output: Output, error: Error | undefined): void {
  const { socket } = output;
  tellWritten(output, () => socket.destroy(error));
  output.flush();
}
