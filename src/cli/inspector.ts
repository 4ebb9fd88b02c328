// `--inspect`: a live page that shows what the servers of this process and their clients say to each other. In: an address.
// Out: the page's own, with a token in it, or a `Trouble` in plain words.
import { randomBytes } from 'node:crypto';
import { isFurtherWorker, isWorker } from '../operation/worker-role.js';
import { isLoopback } from './addresses.js';
import { type Retry, retrying } from './command-line.js';
import type { Context } from './context.js';
import type { InspectorAddress } from './option-values.js';
import { codeOf, Trouble, UsageError } from './trouble.js';

/** By it all workers of `--watch` have one token: the page that is open stays good when the program is started again. */
const tokenVariable = 'PREMIER_INSPECTOR_TOKEN';

const kept = isWorker ? process.env[tokenVariable] : undefined;
delete process.env[tokenVariable];

/** Draws the token for the workers of this process. */
export function keepToken(): void {
  process.env[tokenVariable] = randomBytes(18).toString('base64url');
}

/**
 * Shows the exchanges of every server that is made from now on.
 * @throws {Trouble} the address can't be had, or others would see it and that was not asked for
 */
export async function startInspector({ host, port }: InspectorAddress, context: Context): Promise<string> {
  const { args, say, command } = context;
  const retry = retrying(command, args.words, args.forProgram);
  const anywhere = args.settings['inspect-anywhere'];
  if (!anywhere && host !== 'localhost' && !isLoopback(host)) {
    throw new UsageError(say.inspectorSeen(host, retry('inspect-anywhere')));
  }
  const { inspectServers } = await import('../inspector/index.js');
  try {
    // The worker before holds the port until it has ended.
    const { url } = await inspectServers({ host, port, anywhere, token: kept, waitForPort: isFurtherWorker });
    return url;
  } catch (error) {
    throw new Trouble(whyNot(error as Error, { host, port }, retry, context));
  }
}

function whyNot(error: Error, { host, port }: InspectorAddress, retry: Retry, { say }: Context): string {
  if (codeOf(error) !== 'EADDRINUSE') return say.cannotInspect(`${host}:${port}`, error.message);
  const next = String(port === 65_535 ? 8082 : port + 1);
  return say.inspectorInUse(port, retry('inspect', host === '127.0.0.1' ? next : `${host}:${next}`));
}
