// Where `--admin` may not be: at an address that is served. In: the options. Out: nothing, or a `UsageError` with another
// port; without it the system would say that "another program" has the port.
import { adminAddressText } from '../operation/admin-address.js';
import { overlap } from './addresses.js';
import { retrying } from './command-line.js';
import type { Context } from './context.js';
import { UsageError } from './trouble.js';

export function checkAdminAddress({ args, say, command }: Context): void {
  const { admin, host: hosts, port } = args.settings;
  if (admin === undefined || 'path' in admin || admin.port !== port || port === 0) return;
  if (!hosts.some((host) => overlap(host, admin.host))) return;
  const retry = retrying(command, args.words, args.forProgram);
  throw new UsageError(
    say.adminIsServed(port, retry('admin', adminAt(admin, port === 65_535 ? 8081 : port + 1))),
  );
}

const adminAt = ({ host }: { host: string }, port: number): string =>
  host === '127.0.0.1' ? String(port) : adminAddressText({ host, port });
