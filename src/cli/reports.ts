// What is told of this process while it serves: to its parent, or at the admin listener. In: the options. Out: reports and
// that listener, where they are asked for; nothing at all where they are not. To be started before any server is made.
import type { RequestListener } from 'node:http';
import { type AdminAddress, adminAddressText } from '../operation/admin-address.js';
import { inspectorPath, openAdmin } from '../operation/admin-server.js';
import { inheritedSockets } from '../operation/inherited-sockets.js';
import { lifecycle } from '../operation/lifecycle.js';
import { printable } from '../operation/printable-text.js';
import { Service, type ServiceProcess } from '../operation/service.js';
import { isWatched, notifyServiceManager, type ServiceManager } from '../operation/service-manager.js';
import { watchLimits } from '../operation/worker-limits.js';
import { tellParent } from '../operation/worker-messages.js';
import { Reporter, type WorkerReport } from '../operation/worker-report.js';
import { isWorker } from '../operation/worker-role.js';
import type { Arguments } from './arguments.js';
import type { InspectorPlace } from './inspector-on-admin.js';
import type { Messages } from './language.js';
import { whyNoSocket } from './listen.js';
import { version } from './version.js';

interface Telling {
  args: Arguments;
  say: Messages;
  inspectorPlace?: InspectorPlace | undefined;
}

let reporter: Reporter | undefined;

/** What is new since the last report; nothing where nobody asks. */
export const lastReport = (): WorkerReport | undefined => reporter?.read();

export async function startReports(telling: Telling): Promise<void> {
  const { args, say } = telling;
  const { admin, 'max-requests': requests, 'max-memory': memory } = args.settings;
  if (!isWorker) manage(() => true, say);
  if (isWorker) watchLimits({ requests, memory }, (reason) => void tellParent({ premier: 'worn', reason }));
  if (admin === undefined && !isWatched()) return;
  const tell = isWorker ? tellAsWorker : await tellOfThisProcess(admin, telling);
  // Servers made before this are not observed: the admin listener is none of those that serve.
  reporter = new Reporter();
  reporter.each(tell);
}

function tellAsWorker(report: WorkerReport): void {
  void tellParent({ premier: 'report', ...report });
}

async function tellOfThisProcess(
  admin: AdminAddress | undefined,
  telling: Telling,
): Promise<(report: WorkerReport) => void> {
  const self: ServiceProcess = {
    name: '1',
    pid: process.pid,
    get state() {
      return lifecycle.stage;
    },
    generation: 1,
    startedAt: Date.now(),
    report: undefined,
    reportedAt: 0,
  };
  const service = new Service(
    version(),
    () => [self],
    () => 1,
  );
  if (admin) await openAdminFor(service, admin, telling);
  return (report) => service.record(self, report);
}

/** Opens the admin listener, on the socket that systemd has opened for it if there is one; the service goes on without one where that can't be had. */
export async function openAdminFor(service: Service, admin: AdminAddress, telling: Telling): Promise<void> {
  const { say } = telling;
  try {
    await openAdmin(inheritedSockets.admin ?? admin, service, await inspectorFor(telling));
  } catch (error) {
    const { fd } = inheritedSockets.admin ?? {};
    const problem =
      fd !== undefined
        ? say.noAdminSocket(say.badInheritedSocket(fd, (error as Error).message))
        : 'path' in admin
          ? say.noAdminSocket(whyNoSocket(error as Error, admin.path, say))
          : say.noAdmin(adminAddressText(admin), (error as Error).message);
    console.error(`premier: ${printable(problem)}`);
  }
}

/** What answers for the inspector at that listener, where there is one. */
async function inspectorFor({ args, inspectorPlace }: Telling): Promise<RequestListener | undefined> {
  if (inspectorPlace === undefined) return undefined;
  const { inspectorBelow } = await import('./inspector-on-admin.js');
  return inspectorBelow(inspectorPath, inspectorPlace, args.settings['inspect-anywhere']);
}

/** Tells systemd how the service does, where that wants to hear. */
export function manage(isAlive: () => boolean, say: Messages): ServiceManager {
  const onTrouble = (reason: string) => console.error(`premier: ${say.cannotNotify(reason)}`);
  return notifyServiceManager({ isAlive, onTrouble });
}
