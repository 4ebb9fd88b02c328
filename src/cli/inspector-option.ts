// What `--inspect` may not be beside other options. In: the options. Out: nothing, or a `UsageError` with the way out, before
// anything was started.
import { adminAddressText } from '../operation/admin-address.js';
import { isLoopback, overlap } from './addresses.js';
import { retrying } from './command-line.js';
import type { Context } from './context.js';
import { UsageError } from './trouble.js';

export function checkInspectorOption({ args, say, command }: Context): void {
  const { inspect, 'inspect-anywhere': anywhere, workers = 1, admin } = args.settings;
  const retry = retrying(command, args.words, args.forProgram);
  if (inspect === undefined) {
    if (anywhere) throw new UsageError(say.needs('--inspect-anywhere', '--inspect'));
    return;
  }
  // Each worker has exchanges of its own, and there is one page.
  if (workers > 1) throw new UsageError(say.inspectorOfOne(retry('workers', '1')));
  const { host, port } = inspect;
  if (!anywhere && host !== 'localhost' && !isLoopback(host)) {
    throw new UsageError(say.inspectorSeen(host, retry('inspect-anywhere')));
  }
  if (admin === undefined || 'path' in admin || port === 0 || admin.port !== port) return;
  if (!overlap(host, admin.host)) return;
  throw new UsageError(say.inspectorAtAdmin(port, retry('inspect', nextPort(inspect))));
}

/** The same address with another port, as it is written after `--inspect`. */
export function nextPort({ host, port }: { host: string; port: number }): string {
  const next = port === 65_535 ? 8082 : port + 1;
  return host === '127.0.0.1' ? String(next) : adminAddressText({ host, port: next });
}
