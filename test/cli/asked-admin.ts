// Asks the admin listener of a service. In: its socket, and a path. Out: the answer.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

export async function ask(socketPath: string, path: string, headers = {}, method = 'GET'): Promise<Answer> {
  const req = get({ socketPath, path, method, headers: { host: 'localhost', ...headers }, agent: false });
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  return { status: res.statusCode ?? 0, headers: res.headers, body: await text(res) };
}
