/**
 * Where the admin listener is, as it is written: `8081`, `127.0.0.1:8081`, `[::1]:8081`, `unix:/run/premier-admin.sock`.
 * In: text. Out: options of `listen` and of a request, or nothing where it is none of these.
 */
import { isIP } from 'node:net';

export type AdminAddress = { path: string } | { host: string; port: number };

/** Where it is unless told otherwise. */
export const usualAdminAddress = '127.0.0.1:8081';

export function readAdminAddress(text: string): AdminAddress | undefined {
  if (text.startsWith('unix:')) return text.length > 5 ? { path: text.slice(5) } : undefined;
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]:|([^:[\]]*):)?(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '127.0.0.1';
  const port = Number(digits);
  const isHost = bracketed === undefined ? /^[\w.-]+$/.test(host) : isIP(bracketed) === 6;
  return digits !== undefined && isHost && port <= 65_535 ? { host, port } : undefined;
}

/** As one would write it. */
export function adminAddressText(address: AdminAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  return isIP(address.host) === 6 ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
