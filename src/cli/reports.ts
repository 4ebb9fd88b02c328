// What is told of this process while it serves: to its parent, or at the admin listener. In: the options. Out: reports and
// that listener, where they are asked for; nothing at all where they are not. To be started before any server is made.
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AdminAddress, adminAddressText } from '../operation/admin-address.js';
import { inspectorPath, openAdmin } from '../operation/admin-server.js';
import { inheritedSockets } from '../operation/inherited-sockets.js';
import { lifecycle } from '../operation/lifecycle.js';
import { printable } from '../operation/printable-text.js';
import { listensNoMore, onListensNoMore } from '../operation/served-servers.js';
import { Service, type ServiceProcess } from '../operation/service.js';
import { notifyServiceManager, type ServiceManager, watchdogTime } from '../operation/service-manager.js';
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

/** Where the parent's admin listener is, where it chose the port: the worker prints what is printed. */
const pickedVariable = 'PREMIER_ADMIN_AT';

const pickedByParent = isWorker ? process.env[pickedVariable] : undefined;
delete process.env[pickedVariable];

let reporter: Reporter | undefined;

/** What is new since the last report; nothing where nobody asks. */
export const lastReport = (): WorkerReport | undefined => reporter?.read();

/**
 * Tells of this process from now on.
 * @returns where the admin listener is, here or at the parent, where it was left to choose its port
 */
export async function startReports(telling: Telling): Promise<string | undefined> {
  const { args, say } = telling;
  const { admin, 'max-requests': requests, 'max-memory': memory } = args.settings;
  if (!isWorker) manage(() => true, say);
  if (isWorker) {
    watchLimits(
      { requests, memory },
      {
        reached: (reached) =>
          void tellParent({
            premier: 'worn',
            reason: say.limitReached(reached),
            limit: 'memory' in reached ? 'memory' : 'requests',
          }),
        alwaysFull: (resident) => void tellParent({ premier: 'alwaysFull', memory: resident }),
      },
    );
    onListensNoMore(() => void tellParent({ premier: 'listensNoMore' }));
  }
  if (admin === undefined && watchdogTime() === undefined) return undefined;
  const service = isWorker ? undefined : new OwnService();
  const picked = service && admin ? await openAdminFor(service.service, admin, telling) : pickedByParent;
  // Servers made before this are not observed: the admin listener is none of those that serve.
  reporter = new Reporter();
  reporter.each(service?.record ?? tellAsWorker);
  return picked;
}

function tellAsWorker(report: WorkerReport): void {
  void tellParent({ premier: 'report', ...report });
}

/** A service of which this process is all there is. */
class OwnService {
  readonly #self: ServiceProcess = {
    name: '1',
    pid: process.pid,
    get state() {
      return lifecycle.stage === 'ready' && listensNoMore() ? 'stopping' : lifecycle.stage;
    },
    generation: 1,
    startedAt: Date.now(),
    report: undefined,
    reportedAt: 0,
  };
  readonly service = new Service(
    version(),
    () => [this.#self],
    () => 1,
  );

  readonly record = (report: WorkerReport): void => this.service.record(this.#self, report);
}

/**
 * Opens the admin listener, on the socket that systemd has opened for it if there is one; the service goes on without one
 * where that can't be had.
 * @returns where it is, where it was left to choose its port
 */
export async function openAdminFor(
  service: Service,
  admin: AdminAddress,
  telling: Telling,
): Promise<string | undefined> {
  const { say } = telling;
  try {
    const server = await openAdmin(inheritedSockets.admin ?? admin, service, await inspectorFor(telling));
    if ('path' in admin || admin.port !== 0 || inheritedSockets.admin) return undefined;
    return adminAddressText({ host: admin.host, port: (server.address() as AddressInfo).port });
  } catch (error) {
    const { fd } = inheritedSockets.admin ?? {};
    const problem =
      fd !== undefined
        ? say.noAdminSocket(say.badInheritedSocket(fd, (error as Error).message))
        : 'path' in admin
          ? say.noAdminSocket(whyNoSocket(error as Error, admin.path, say))
          : say.noAdmin(adminAddressText(admin), (error as Error).message);
    console.error(`premier: ${printable(problem)}`);
    return undefined;
  }
}

/** Lets the workers of this process tell where the admin listener is. */
export function tellWorkers(picked: string | undefined): void {
  if (picked !== undefined) process.env[pickedVariable] = picked;
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
