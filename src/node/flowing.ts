/**
 * Makes a stream that flowed one that nobody has read yet: it flows again when somebody listens.
 *
 * In: a socket that leaves the server. Out: `readableFlowing` is null again, as on `node:http`; there is no public way
 * to that. Where the probe fails, the stream is paused until somebody listens, which only `isPaused()` tells apart.
 */
import { Duplex } from 'node:stream';

function probe(): boolean {
  try {
    const stream = new Duplex({ read() {} });
    stream.pause();
    stream.readableFlowing = null;
    const isForgotten = stream.readableFlowing === null;
    stream.on('data', () => {});
    return isForgotten && stream.readableFlowing === true;
  } catch {
    return false;
  }
}

/** Whether a stream forgets that it flowed, on this Node. */
export const forgetsFlowing = probe();

export function forgetFlowing(stream: Duplex): void {
  if (forgetsFlowing) {
    stream.readableFlowing = null;
    return;
  }
  stream.pause();
  stream.on('newListener', function flow(event: string | symbol) {
    if (event !== 'data' && event !== 'readable') return;
    stream.off('newListener', flow);
    if (event === 'data') stream.resume();
  });
}
