// The spellings in which programs name node:http: the default as a namespace, the names, and the types alone.

import type nodeHttp from 'node:http';
import type { Socket } from 'node:net';
import type { IncomingMessage as JustTheType } from 'premier';
import * as star from 'premier';
import http, {
  Agent,
  type AgentOptions,
  type ClientRequest,
  type ClientRequestArgs,
  createServer,
  get,
  globalAgent,
  type IncomingHttpHeaders,
  IncomingMessage,
  METHODS,
  maxHeaderSize,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  OutgoingMessage,
  type RequestListener,
  type RequestOptions,
  request,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
  setMaxIdleHTTPParsers,
  validateHeaderName,
  validateHeaderValue,
} from 'premier';

export function byDefault(req: http.IncomingMessage, res: http.ServerResponse): void {
  const headers: http.IncomingHttpHeaders = req.headers;
  const length: string | undefined = headers['content-length'];
  const socket: Socket = req.socket;
  res.writeHead(200, { 'Content-Length': length ?? 0, 'X-Port': socket.remotePort }).end();
}

export const listener: RequestListener = (req, res) => {
  const method: string | undefined = req.method;
  res.statusCode = method === 'GET' ? 200 : 405;
  res.end(STATUS_CODES[res.statusCode]);
};

export const server: http.Server = http.createServer(byDefault);
export const another: Server = createServer(listener).listen(0);
export const third: star.Server = new star.Server({ keepAlive: true }, listener);
export const options: ServerOptions = { requestTimeout: 0 };

export const agent: Agent = new Agent({ keepAlive: true } satisfies AgentOptions);
export const outgoing: ClientRequest = request({ agent } satisfies RequestOptions);
export const args: ClientRequestArgs = { host: 'localhost' };
export const fields: OutgoingHttpHeaders = { a: 1, b: ['c'] satisfies OutgoingHttpHeader };
export const all: readonly string[] = METHODS;
export const size: number = maxHeaderSize;
export const isMessage = (value: unknown): value is OutgoingMessage => value instanceof OutgoingMessage;
export const isRequest = (value: unknown): value is JustTheType => value instanceof IncomingMessage;
export const incoming: IncomingHttpHeaders = { 'set-cookie': ['a=b'] };
export const theAgents: http.Agent[] = [globalAgent, http.globalAgent, star.globalAgent];

validateHeaderName('a');
validateHeaderValue('a', 'b');
setMaxIdleHTTPParsers(10);
get('http://localhost/', (res: IncomingMessage) => res.resume());
outgoing.on('response', (res) => res.setEncoding('utf8'));

// What other packages say in the types of node:http fits, both ways.
export const theirs: nodeHttp.Server = server;
export const ours: Server = theirs;
export const theirModule: typeof nodeHttp = http;
export const theirRequest = (req: nodeHttp.IncomingMessage): IncomingMessage => req;
export const theirResponse = (res: nodeHttp.ServerResponse): ServerResponse => res;
export const theirListener: nodeHttp.RequestListener = listener;
export const lazily = (): Promise<typeof import('premier')> => import('premier');
export type Inline = import('premier').IncomingMessage;

// @ts-expect-error: a namespace, and not anything at all
http.createServed();
// @ts-expect-error: the classes are typed
new http.Server().keepAliveTimeout = 'long';
