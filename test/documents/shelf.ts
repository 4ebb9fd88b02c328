// A folder of documents for a test, and a server over it.
// In: file names with their contents. Out: a way to ask over a real socket, byte by byte as written.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { createServer as createNodeServer, RequestListener } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import premier from 'premier';
import { type DocumentsOptions, documents } from 'premier/documents';
import { RawClient, type RawResponse } from '../server/raw-client.js';

export type Files = Record<string, string | Uint8Array>;

/** A time at which every file of a test was last changed, unless it says otherwise. */
export const longAgo = new Date('2024-05-06T07:08:09.500Z');
export const longAgoField = 'Mon, 06 May 2024 07:08:09 GMT';

/** Makes a folder with these files, removed after the test; its parent is private to the test. */
export function folderWith(t: Pick<TestContext, 'after'>, files: Files): string {
  const parent = mkdtempSync(join(tmpdir(), 'premier-documents-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const root = join(parent, 'root');
  mkdirSync(root);
  for (const [name, contents] of Object.entries(files)) put(root, name, contents);
  return root;
}

/** Writes one file, changed long ago. */
export function put(root: string, name: string, contents: string | Uint8Array, time = longAgo): void {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  utimesSync(path, time, time);
}

export interface Shelf {
  readonly root: string;
  readonly port: number;
  /** Sends a request on a connection of its own and reads the answer. The target goes out as it is. */
  ask(target: string, fields?: Record<string, string>, method?: string): Promise<RawResponse>;
  connect(): RawClient;
}

/** Serves a folder until the test ends. */
export async function shelf(
  t: Pick<TestContext, 'after'>,
  files: Files,
  options?: DocumentsOptions,
): Promise<Shelf> {
  const root = folderWith(t, files);
  const handler = documents(root, options);
  t.after(() => handler.close());
  return { ...(await serving(t, handler)), root };
}

/** Serves with any listener until the test ends. */
export async function serving(
  t: Pick<TestContext, 'after'>,
  listener: RequestListener,
  createServer: typeof createNodeServer = premier.createServer,
): Promise<Omit<Shelf, 'root'>> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const connect = () => new RawClient(net.connect(port, '127.0.0.1'));
  const ask = async (target: string, fields: Record<string, string> = {}, method = 'GET') => {
    const client = connect();
    try {
      return await client.send(requestOf(target, fields, method)).response(method);
    } finally {
      client.socket.destroy();
    }
  };
  return { port, ask, connect };
}

export function requestOf(target: string, fields: Record<string, string> = {}, method = 'GET'): string {
  const lines = Object.entries({ Host: 'localhost', ...fields }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The body of an answer as bytes. */
export function bytesOf(answer: RawResponse): Buffer {
  return Buffer.from(answer.body, 'latin1');
}

/** The body of an answer as UTF-8. */
export function textOf(answer: RawResponse): string {
  return bytesOf(answer).toString('utf8');
}
