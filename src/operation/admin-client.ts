/**
 * Asks the admin listener. In: its address and a path. Out: status and text, or an error with the system's code; never
 * waits for long.
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AdminAddress } from './admin-address.js';

/** Milliseconds. */
const patience = 5000;

export interface AdminAnswer {
  status: number;
  text: string;
}

export async function askAdmin(address: AdminAddress, path: string): Promise<AdminAnswer> {
  const where = 'path' in address ? { socketPath: address.path } : address;
  const signal = AbortSignal.timeout(patience);
  const req = request({ ...where, path, agent: false, headers: { host: 'localhost' }, signal }).end();
  const [res] = (await once(req, 'response', { signal })) as [IncomingMessage];
  return { status: res.statusCode ?? 0, text: await text(res) };
}
