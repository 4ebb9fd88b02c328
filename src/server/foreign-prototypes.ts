/**
 * Prototypes that a program built on `node:http`'s classes and gives to premier's messages, as Express does to every request
 * and response: each method they inherit is Node's, and knows nothing of these objects.
 *
 * In: a request listener; where it is no Express app but may call one, what Express says and asks of the first request that it
 * has in hand. Out: prototypes that inherit from premier's, before Node's methods have seen a message of premier's. Never
 * touches anything of Node's in a process where no such request comes.
 */
import http from 'node:http';
import { IncomingMessage } from '../message/incoming-message.js';
import { kOriginal } from '../message/request-state.js';
import { ServerResponse } from '../message/server-response.js';

/** Node's own, which are not to be found under these names any more once `premier/register` has run. */
const NODE_REQUEST = http.IncomingMessage.prototype;
const NODE_RESPONSE = http.ServerResponse.prototype;

/**
 * Express builds the prototypes of its requests and responses on `http.IncomingMessage` and `http.ServerResponse` as
 * they are when it is loaded. Where those were Node's own, puts ours between: they inherit from Node's.
 * @param listener - a request listener; anything without `request` and `response` prototypes is left alone
 * @returns whether it had both
 */
export function adoptPrototypes(listener: unknown): boolean {
  const { request, response } = (listener ?? {}) as { request?: object; response?: object };
  if (typeof request === 'object') graft(request, NODE_REQUEST, IncomingMessage.prototype);
  if (typeof response === 'object') graft(response, NODE_RESPONSE, ServerResponse.prototype);
  return typeof request === 'object' && typeof response === 'object';
}

/** Finds the object in the chain that inherits directly from Node's prototype, and lets it inherit from ours. */
function graft(object: object, nodePrototype: object, ourPrototype: object): void {
  for (let link: object | null = object; link !== null; link = Object.getPrototypeOf(link)) {
    if (inherits(link, ourPrototype)) return;
    if (Object.getPrototypeOf(link) === nodePrototype) {
      // A Proxy of ours can't inherit from it.
      Reflect.setPrototypeOf(link, ourPrototype);
      return;
    }
  }
}

export function inherits(prototype: object, ancestor: object): boolean {
  return prototype === ancestor || Object.prototype.isPrototypeOf.call(ancestor, prototype);
}

let isExpecting = false;

/**
 * Awaits the first request that Express has in hand where it isn't the listener: it says `request.res = response` before it
 * sets the prototypes of both, and asks for `response.locals` right after. Needless where what it is built on is premier's.
 */
export function expectPrototypes(): void {
  if (isExpecting || http.IncomingMessage.prototype !== NODE_REQUEST) return;
  isExpecting = true;
  Object.defineProperty(IncomingMessage.prototype, 'res', {
    configurable: true,
    get: () => undefined,
    set(this: object, response: unknown) {
      Reflect.deleteProperty(IncomingMessage.prototype, 'res');
      giveProperty(this, 'res', response);
      adoptWhereAsked();
    },
  });
}

/** Asked of a response whose prototypes are of the other make, `locals` leads there. */
function adoptWhereAsked(): void {
  giveProperty(ServerResponse.prototype, 'locals', undefined, false);
  // Where a program has frozen Node's prototype, prototypes are seen after a first request.
  Reflect.defineProperty(NODE_RESPONSE, 'locals', {
    configurable: true,
    get(this: object) {
      adoptPrototypesOf(this);
      return undefined;
    },
    set(this: object, locals: unknown) {
      giveProperty(this, 'locals', locals);
    },
  });
}

/** @param response - of either make, and so is the request that it answers */
function adoptPrototypesOf(response: { req?: unknown }): void {
  const { req } = response;
  if (!('_head' in response) || typeof req !== 'object' || req === null || !(kOriginal in req)) return;
  adoptPrototypes({ request: Object.getPrototypeOf(req), response: Object.getPrototypeOf(response) });
}

/** What an assignment does where nothing is inherited. */
function giveProperty(object: object, name: string, value: unknown, enumerable = true): void {
  Object.defineProperty(object, name, { value, enumerable, configurable: true, writable: true });
}
