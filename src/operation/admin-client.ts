/**
 * Asks the admin listener. In: its address and a path. Out: status and text, or an error; never waits for long, and keeps no
 * more than an admin listener says, since something else may answer there.
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AdminAddress } from './admin-address.js';

/** Seconds that an answer is waited for. */
export const patience = 5;

/** Bytes of an answer that are read: thousands of workers need less. */
const longest = 2 ** 20;

export interface AdminAnswer {
  status: number;
  text: string;
}

/** @throws an error of the system, or one with the code `ETIMEDOUT` where nothing whole came in time */
export async function askAdmin(
  address: AdminAddress,
  path: string,
  seconds = patience,
): Promise<AdminAnswer> {
  const where = 'path' in address ? { socketPath: address.path } : address;
  const signal = AbortSignal.timeout(seconds * 1000);
  const req = request({ ...where, path, agent: false, headers: { host: 'localhost' }, signal }).end();
  try {
    const [res] = (await once(req, 'response', { signal })) as [IncomingMessage];
    const text = await startOf(res);
    // An answer whose end is that of its connection ends so as well.
    signal.throwIfAborted();
    return { status: res.statusCode ?? 0, text };
  } catch (error) {
    if (signal.aborted) throw Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' });
    throw error;
  } finally {
    req.destroy();
  }
}

async function startOf(res: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of res as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= longest) break;
  }
  return Buffer.concat(chunks).subarray(0, longest).toString();
}
