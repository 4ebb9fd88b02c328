// Preloaded into a server whose memory is weighed: answers any message with process.memoryUsage() after a collection.
import process from 'node:process';

process.on('message', () => {
  globalThis.gc();
  setTimeout(() => {
    globalThis.gc();
    process.send(process.memoryUsage());
  }, 100);
});
