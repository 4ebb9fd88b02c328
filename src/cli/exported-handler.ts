// What a program exports, as a request listener. In: the value of its default export. Out: a listener, or nothing when
// the value is none of the known kinds.
import { type RequestListener, Server } from 'node:http';
import { type FetchFunction, fetchHandler } from './fetch-handler.js';

type Exported = Record<string, unknown>;

/** Finds the listener in a module: its default export, or `module.exports`. */
export async function handlerOf(module: Exported): Promise<RequestListener | undefined> {
  const exported = module.default as Exported | undefined;
  // A transpiled module keeps its default export under a property of module.exports.
  const value = exported?.__esModule === true ? exported.default : exported;
  // Only a true promise is awaited: a Fastify app has a then() of its own, and awaited it would be gone.
  return value instanceof Promise ? listenerOf(await value) : listenerOf(value);
}

async function listenerOf(value: unknown): Promise<RequestListener | undefined> {
  // A plain listener; Express and Connect apps are functions too.
  if (typeof value === 'function') return value as RequestListener;
  if (typeof value !== 'object' || value === null) return undefined;
  const app = value as Record<string, (...args: unknown[]) => unknown>;
  const has = (name: string) => typeof app[name] === 'function';
  // Fastify
  if (has('routing') && has('ready')) {
    await app.ready?.();
    return app.routing as RequestListener;
  }
  // Koa
  if (has('callback')) return app.callback?.() as RequestListener;
  // Hono, and whatever speaks Fetch
  if (has('fetch')) return fetchHandler((app.fetch as FetchFunction).bind(app)) as RequestListener;
  if (value instanceof Server) return (req, res) => value.emit('request', req, res);
  return undefined;
}
