// `--inspect`: a live page that shows what the servers of this process and their clients say to each other. In: an address.
// Out: the page's own, with a token in it, or a `Trouble` in plain words.
import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { adminAddressText } from '../operation/admin-address.js';
import { isFurtherWorker, isWorker } from '../operation/worker-role.js';
import { addresses, addressOf } from './addresses.js';
import { type Retry, retrying } from './command-line.js';
import type { Context } from './context.js';
import type { InspectorPlace } from './inspector-on-admin.js';
import { nextPort } from './inspector-option.js';
import type { InspectorAddress } from './option-values.js';
import { codeOf, Trouble } from './trouble.js';

/** By it all workers of `--watch` have one address: the page that is open stays good when the program is started again. */
const keptVariable = 'PREMIER_INSPECTOR';

const [keptToken, keptPort] = isWorker ? (process.env[keptVariable]?.split(' ') ?? []) : [];
delete process.env[keptVariable];

/**
 * Draws the token for the workers of this process, and the port where a free one was asked for.
 * @returns where it will be
 */
export async function keepAddress({ host, port }: InspectorAddress): Promise<InspectorPlace> {
  const token = randomBytes(18).toString('base64url');
  const kept = port === 0 ? await freePort(host) : port;
  process.env[keptVariable] = `${token} ${kept}`;
  return { host: reached(host), port: kept };
}

/** An address that stands for all of this computer's is reached by that of this computer alone. */
const reached = (host: string): string =>
  ({ '0.0.0.0': '127.0.0.1', '::': '::1', localhost: '127.0.0.1' })[addressOf(host) ?? host] ?? host;

/** 0 where none can be had: the worker says why. */
function freePort(host: string): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(0));
    server.listen({ host, port: 0, exclusive: true }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Shows the exchanges of every server that is made from now on.
 * @returns the addresses of its page, that for this computer first, and where it listens
 * @throws {Trouble} the address can't be had
 */
export async function startInspector(asked: InspectorAddress, context: Context) {
  const { host } = asked;
  const port = Number(keptPort ?? asked.port);
  const { args, command } = context;
  const anywhere = args.settings['inspect-anywhere'];
  const { inspectServers } = await import('../inspector/index.js');
  try {
    // The worker before holds the port until it has ended.
    const { url } = await inspectServers({
      host,
      port,
      anywhere,
      token: keptToken,
      waitForPort: isFurtherWorker,
    });
    const page = new URL(url);
    return { pages: pages(host, page), place: { host: reached(host), port: Number(page.port || 80) } };
  } catch (error) {
    const retry = retrying(command, args.words, args.forProgram);
    throw new Trouble(whyNot(error as Error, { host, port }, retry, context));
  }
}

/** An address that stands for all of this computer's is none that a browser can open. */
function pages(host: string, { port, pathname }: URL): string[] {
  const { here, network } = addresses('http', [host], Number(port || 80));
  return [...here, ...network].map((address) => address.slice(0, -1) + pathname);
}

function whyNot(error: Error, at: InspectorAddress, retry: Retry, { say }: Context): string {
  if (codeOf(error) !== 'EADDRINUSE') return say.cannotInspect(adminAddressText(at), error.message);
  return say.inspectorInUse(at.port, retry('inspect', nextPort(at)));
}
