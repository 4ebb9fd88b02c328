// Servers for the wire cases, plain and over TLS, and ways to send them bytes.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { AddressInfo } from 'node:net';
import { RawClient, type RawResponse } from '../server/raw-client.js';
import type { Options, Server, Subject } from '../subjects.js';
import { subjects } from '../subjects.js';
import { handler } from './echo.js';

/** Premier, plain and over TLS. */
export const premiers: Subject[] = subjects.filter(({ oracle, http2 }) => !oracle && !http2);

export interface Serving {
  server: Server;
  connect(): RawClient;
  close(): Promise<void>;
}

export async function serve(subject: Subject, options: Options = {}): Promise<Serving> {
  const server = subject.createServer(options, handler as never);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clients: RawClient[] = [];
  return {
    server,
    connect() {
      const client = new RawClient(subject.connect({ port }).setNoDelay());
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends one byte at a time, each in a turn of its own; stops when the server has closed. */
export async function sendByBytes(client: RawClient, text: string): Promise<void> {
  const bytes = Buffer.from(text, 'latin1');
  for (let i = 0; i < bytes.length && !client.closed; i++) {
    client.send(bytes.subarray(i, i + 1));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What every final response must have, whatever it says. */
export function checkResponse(response: RawResponse): void {
  const dates = response.fields.filter(([name]) => name.toLowerCase() === 'date');
  assert.equal(dates.length, 1, 'a Date field');
  assert.match(
    dates[0]?.[1] ?? '',
    /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  );
  assert.equal(response.version, '1.1');
  if (response.status === 204 || response.status < 200) {
    assert.equal(response.field('content-length') ?? response.field('transfer-encoding'), undefined);
  }
}

/** The connection still serves: a further request is answered next, and nothing else has come. */
export async function checkOpen(client: RawClient): Promise<void> {
  const response = await client.send('GET /next HTTP/1.1\r\nHost: a\r\n\r\n').response();
  assert.equal(response.status, 200);
  assert.equal(JSON.parse(response.body).url, '/next');
}
