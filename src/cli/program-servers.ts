// The servers that a program lets listen by itself. In: every call of listen() in this process. Out: those servers, noted
// so that they can be stopped, and the first lines once they listen.
import { type AddressInfo, Server } from 'node:net';
import { inheritedSockets } from '../operation/inherited-sockets.js';
import { lifecycle } from '../operation/lifecycle.js';
import { type Closable, noteConnections } from '../operation/open-connections.js';
import { printable } from '../operation/printable-text.js';
import { serveWith } from '../operation/served-servers.js';
import { tellParent } from '../operation/worker-messages.js';
import { isFurtherWorker } from '../operation/worker-role.js';
import { addresses } from './addresses.js';
import type { Context } from './context.js';
import { announce, announceFurther } from './start-lines.js';

/** Milliseconds without a further listen() after which a worker is ready: a program may listen more than once. */
const settling = 100;

export interface ListeningServers {
  noted: ReadonlySet<Closable>;
  /** Lets servers listen unnoted from now on. */
  forget(): void;
}

interface Hooks {
  /** Called before the first one listens. */
  onFirst: () => void;
  /** Called with each before it listens; whether it speaks https from now on. */
  secures: (server: Server) => boolean;
  /** Called after the first lines. */
  onAnnounced: () => void;
}

/** Notes which servers begin to listen, and says so before the program hears of it. */
export function listeningServers(
  context: Context,
  { onFirst, secures, onAnnounced }: Hooks,
): ListeningServers {
  const noted = new Set<Server & Closable>();
  const { listen } = Server.prototype;
  let announced = false;
  let settled: NodeJS.Timeout | undefined;
  let isHeard = inheritedSockets.served.length === 0;
  const isSettled = () => {
    if (!isHeard) tellOfUnheard(context);
    isHeard = true;
    serveWith(noted);
    lifecycle.advance('ready');
    void tellParent({ premier: 'ready' });
  };
  const sayWhere = (server: Server, isSecure: boolean): void => {
    clearTimeout(settled);
    settled = setTimeout(isSettled, settling);
    const isFirst = !announced;
    announced = true;
    const found = addressesOf(server, isSecure ? 'https' : 'http');
    if (isFirst) {
      announce(found, context);
      onAnnounced();
    } else announceFurther(found, context);
  };
  Server.prototype.listen = function noting(this: Server, ...args: Parameters<typeof listen>) {
    if (noted.size === 0) onFirst();
    // An address by its descriptor: one of those.
    isHeard ||= typeof Object(args[0]).fd === 'number';
    noted.add(this as Server & Closable);
    noteConnections(this as Server & Closable);
    const isSecure = secures(this) || 'setSecureContext' in this;
    this.prependOnceListener('listening', () => sayWhere(this, isSecure));
    return listen.apply(this, args);
  } as typeof listen;
  return {
    noted,
    forget: () => {
      Server.prototype.listen = listen;
    },
  };
}

/** systemd holds sockets for a program that listens elsewhere. */
function tellOfUnheard({ say, target }: Context): void {
  if (isFurtherWorker) return;
  const names = inheritedSockets.served.map(({ fd, name }) => name || String(fd)).join(', ');
  console.error(`premier: ${printable(say.socketsUnheard(target.shown, names))}`);
}

function addressesOf(server: Server, scheme: 'http' | 'https') {
  const where = server.address() as AddressInfo | string | null;
  if (where === null) return addresses(scheme, [], 0);
  if (typeof where === 'string') return addresses(scheme, [`unix:${where}`], 0);
  return addresses(scheme, [where.address], where.port);
}
