// What a program exports, as something that can be served. In: the namespace of its module. Out: the very server it
// exports, or a request listener; nothing when the value is none of the known kinds.
import { Server as HttpServer, type RequestListener } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { Server } from 'node:net';
import { answerInStead } from './failed-answer.js';
import { type FetchFunction, fetchHandler, isResponse, send } from './fetch-handler.js';

export interface Exported {
  /** Served as it is: its options, and its listeners for 'upgrade' and all the others, are the program's. */
  server?: HttpServer;
  /** Answers requests on a server of ours. May return a promise, which rejects when it fails. */
  handler?: Listener;
}

/** A request listener whose failure can be told. */
export type Listener = (...args: Parameters<RequestListener>) => unknown;

/** As frameworks call their listeners: `next` is told what they can't answer. */
type Middleware = (...args: [...Parameters<RequestListener>, next?: (error?: unknown) => void]) => unknown;

/** Finds what to serve in a module: its default export, or `module.exports`. */
export async function exportedBy(module: Record<string, unknown>): Promise<Exported> {
  const exported = module.default as Record<string, unknown> | undefined;
  // A transpiled module keeps its default export under a property of module.exports.
  const value = exported?.__esModule === true ? exported.default : exported;
  // Only a true promise is awaited: a Fastify app has a then() of its own, and awaited it would be gone.
  return value instanceof Promise ? servable(await value) : servable(value);
}

async function servable(value: unknown): Promise<Exported> {
  if (typeof value === 'function') return fromFunction(value as Middleware);
  if (typeof value !== 'object' || value === null) return {};
  if (value instanceof Server) return speaksHttp(value) ? { server: value as HttpServer } : {};
  const app = value as Record<string, (...args: unknown[]) => unknown>;
  const has = (name: string) => typeof app[name] === 'function';
  // Fastify
  if (has('routing') && has('ready')) {
    await app.ready?.();
    const { server } = value as { server?: unknown };
    const handler = app.routing as Listener;
    return server instanceof Server ? { server: server as HttpServer, handler } : { handler };
  }
  // Koa
  if (has('callback')) return koa(value as KoaApp);
  // Hono, and whatever speaks Fetch
  if (has('fetch')) return { handler: fetchHandler((app.fetch as FetchFunction).bind(app)) };
  return {};
}

/** Whether it is an HTTP/1 server, or one of HTTP/2, whose classes Node doesn't export. */
const speaksHttp = (server: Server): boolean =>
  server instanceof HttpServer || server instanceof HttpsServer || 'updateSettings' in server;

function fromFunction(exported: Middleware): Exported {
  // It can't be called, only be made an instance of.
  if (/^class\b/.test(Function.prototype.toString.call(exported))) return {};
  if (!takesResponse(exported)) return { handler: fetchHandler(exported as unknown as FetchFunction) };
  return {
    handler: async (req, res) => {
      // Express and Connect apps have a third parameter: without it, they answer failures themselves, and leave the
      // fields of the answer that failed on that.
      const next = (error?: unknown) => answerInStead(res, error);
      const result = await (exported.length > 2 ? exported(req, res, next) : exported(req, res));
      if (isResponse(result)) await send(result, req, res);
      else if (isBody(result) && !res.headersSent && !res.destroyed) throw new TypeError(notSent(result));
    },
  };
}

/**
 * Whether a function is a listener `(req, res)`, and not `(request) => Response`. One that takes all that comes
 * (`...args`, `arguments`), or hides its parameters (bound, native), is taken for a listener.
 */
function takesResponse(exported: Middleware): boolean {
  if (exported.length >= 2) return true;
  const source = Function.prototype.toString.call(exported);
  const parameters = /^[^{=]*/.exec(source)?.[0] ?? '';
  return parameters.includes('...') || /\barguments\b|\{ \[native code\] \}/.test(source);
}

/**
 * Whether what a listener has returned was meant as an answer: text, bytes, or a plain object. What a listener returns
 * without a thought is none: undefined, `res.end()`, a timer, whether a stream takes more, the length of a list.
 */
function isBody(value: unknown): boolean {
  if (typeof value === 'string' || value instanceof Uint8Array) return true;
  if (typeof value !== 'object' || value === null) return false;
  return [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

const notSent = (value: unknown) =>
  `a handler (req, res) answers with res.end(), or returns a Response; this one returned ${typeof value === 'string' ? 'a string' : 'an object'} and answered nothing`;

interface KoaApp {
  callback(): Listener;
  on?(event: 'error', listener: (error: unknown, context?: KoaContext) => void): unknown;
}

interface KoaContext {
  headerSent?: boolean;
  res?: Parameters<RequestListener>[1];
}

/** Koa answers failures well, but leaves an answer half sent, and its client waiting, when a stream breaks. */
function koa(app: KoaApp): Exported {
  const handler = app.callback();
  if (typeof handler !== 'function') return {};
  app.on?.('error', (_error, { headerSent, res } = {}) => {
    if (headerSent && !res?.writableEnded) res?.destroy();
  });
  return { handler };
}
