/**
 * How a worker leaves. In: how many connections it cut. Out: a promise that resolves once its parent has said that nothing
 * is on the way to it any more: where the parent hands out connections, one in flight to a process that is gone would
 * leave its client without an answer.
 */
import { onParentMessage, tellParent } from './worker-messages.js';
import type { WorkerReport } from './worker-report.js';

/** Milliseconds that the parent has to say good-bye; it may be busy, or stopped. */
const patience = 5000;

export async function leaveParent(cut: number, report?: WorkerReport): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => {
    onParentMessage('bye', () => resolve());
    process.once('disconnect', resolve);
    setTimeout(resolve, patience).unref();
    if (report) void tellParent({ premier: 'report', ...report });
    void tellParent({ premier: 'closed', cut });
  });
}
