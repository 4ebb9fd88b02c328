/**
 * The admin listener: `/live`, `/ready`, `/status` and `/metrics`, for balancers, orchestrators and operators. In: what is
 * known of the service. Out: a server at an address of its own, never the served one. It tells of nobody's requests, and
 * a page of somebody else's cannot read it by another name of this computer. What may be told below `/inspector/` is the
 * affair of whoever answers there.
 */
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from '../index.js';
import { keepFromObservers } from '../observe.js';
import type { AdminAddress } from './admin-address.js';
import { listenOnPath } from './file-sockets.js';
import { contentTypes, formatFor } from './metrics/exposition.js';
import type { MetricTotals } from './metrics/metrics.js';
import type { ServiceStatus } from './service-status.js';

/** What the listener shows. */
export interface AdminView {
  status(): ServiceStatus;
  /** Whether some process that serves has told of itself lately. */
  isAlive(): boolean;
  readonly metrics: MetricTotals;
}

interface Page {
  status: number;
  type: string;
  body: string;
}

const plain = (status: number, body: string): Page => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});

const pages: Record<string, (view: AdminView, req: IncomingMessage) => Page> = {
  '/live': (view) => (view.isAlive() ? plain(200, 'live') : plain(503, 'no process answers')),
  '/ready': (view) => {
    const { stage } = view.status();
    if (stage === 'ready' && !view.isAlive()) return plain(503, 'no process answers');
    return plain(stage === 'ready' ? 200 : 503, stage);
  },
  '/status': (view) => ({
    status: 200,
    type: 'application/json',
    body: `${JSON.stringify(view.status(), undefined, 2)}\n`,
  }),
  '/metrics': ({ metrics }, { headers }) => {
    const format = formatFor(headers.accept);
    return { status: 200, type: contentTypes[format], body: metrics.text(format) };
  },
};

/** Where the page of the inspector is, where there is one. */
export const inspectorPath = '/inspector';

/**
 * Listens for whoever looks after the service.
 * @param inspector answers what is asked below `inspectorPath`; whom, it decides by itself
 * @throws a system error where that address can't be had
 */
export async function openAdmin(
  address: AdminAddress | { fd: number },
  view: AdminView,
  inspector?: RequestListener,
): Promise<Server> {
  const server = createServer((req, res) => {
    if (inspector && req.url?.startsWith(`${inspectorPath}/`)) inspector(req, res);
    else answer(req, res, view, inspector !== undefined);
  });
  // Whoever looks after the service is none of those that it serves.
  keepFromObservers(server);
  if ('path' in address) await listenOnPath(server, address.path);
  else await once(server.listen(address), 'listening');
  server.on('error', () => {});
  // It lives as long as the service, and holds it no longer.
  server.unref();
  return server;
}

function answer(req: IncomingMessage, res: ServerResponse, view: AdminView, inspected: boolean): void {
  const page = pageFor(req, view, inspected);
  res.writeHead(page.status, {
    'Content-Type': page.type,
    'Content-Length': Buffer.byteLength(page.body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(page.status === 405 && { Allow: 'GET, HEAD' }),
    ...(page.status === 308 && { Location: `${inspectorPath}/` }),
  });
  res.end(page.body);
}

function pageFor(req: IncomingMessage, view: AdminView, inspected: boolean): Page {
  if (!isAskedByName(req))
    return plain(421, 'The admin listener answers to addresses and to localhost only.');
  if (req.method !== 'GET' && req.method !== 'HEAD') return plain(405, 'Only GET and HEAD.');
  const path = (req.url ?? '').split('?')[0] as string;
  if (inspected && path === inspectorPath) return plain(308, `It is at ${inspectorPath}/.`);
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page !== undefined) return page(view, req);
  const all = [...Object.keys(pages), ...(inspected ? [`${inspectorPath}/`] : [])];
  return plain(404, `There are ${all.join(', ')}.`);
}

/**
 * Whether a request of a browser on this computer is meant for it: the name of another site may lead here (DNS
 * rebinding). Who comes from elsewhere has been let in by whoever chose the address.
 */
function isAskedByName({ headers, socket }: IncomingMessage): boolean {
  const { localAddress = '' } = socket;
  if (!/^(::ffff:)?127\.|^::1$/.test(localAddress)) return true;
  // No browser leaves its host out; checks of balancers do, over HTTP/1.0.
  if (headers.host === undefined) return true;
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(headers.host);
}
