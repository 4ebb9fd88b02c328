// Other connections of the same server, whose end tells that one of its clocks has struck: what was connected before
// them was looked at no later. So a test learns that a limit did not end its own connection, without counting time.
import type { Served } from '../subjects.js';

/** Resolves when the server's sweep has ended a connection whose head is late; its limits are 1 ms from now on. */
export async function swept({ server, connect }: Served): Promise<void> {
  server.headersTimeout = 1;
  server.requestTimeout = 1;
  await connect().send('GET / HTTP/1.1\r\n').rest();
}

/** Resolves when a connection that is idle after the answer to these bytes has been ended. */
export async function idleEnded({ connect }: Served, bytes: string): Promise<void> {
  const client = connect().send(bytes);
  await client.response();
  await client.nothingMore();
}
