/** Ends this process once what was printed is out, whatever else keeps it open: a program's timers, a worker’s channel. */

/** Milliseconds that whoever reads our output has for the rest. */
const patience = 1000;

/** Never resolves: the process ends, with the exit code that was set. */
export async function leaveProcess(): Promise<void> {
  setTimeout(() => process.exit(), patience);
  // Sockets that were cut close at the end of this turn of the event loop, and the log writes its lines at the end of the next.
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  await new Promise<void>((done) => process.stdout.write('', () => done()));
  process.exit();
}
