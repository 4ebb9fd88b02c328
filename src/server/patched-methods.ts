/**
 * Lets what programs put in the place of Node's own methods of messages act on premier's as well: tools that are loaded
 * first patch `http.ServerResponse.prototype`, and some patch `http.OutgoingMessage.prototype` at any time.
 *
 * In: Node's prototypes as they are. Out: premier's, with those methods in the place of its own; what they call of Node's
 * works on premier's objects. Never takes over what is Node's own.
 */
import http, { OutgoingMessage } from 'node:http';
import { IncomingMessage } from '../message/incoming-message.js';
import { ServerResponse } from '../message/server-response.js';
import { ownMethodTest } from '../node/own-methods.js';

type Method = () => void;

/** As they are before `premier/register` puts others in their place; the one that inherits after the other. */
const NODE_RESPONSE = http.ServerResponse.prototype;
const NODE_REQUEST = http.IncomingMessage.prototype;

/**
 * What a server of Node's calls, and none of premier's does: there is nothing to act on. And what Node's own would do to
 * the connection that all of its responses share: hold it back, or write to it past their turn.
 */
const INTERNAL = new Set([
  'constructor',
  'assignSocket',
  'detachSocket',
  '_finish',
  'cork',
  'uncork',
  '_writeRaw',
]);

/** The names under which premier has something of its own. */
function namesOf(ours: object, theirs: object): Set<string> {
  const names = new Set<string>();
  for (let link = ours; link !== theirs; link = Object.getPrototypeOf(link))
    for (const name of Object.getOwnPropertyNames(link)) if (!INTERNAL.has(name)) names.add(name);
  return names;
}

/** Takes over what was patched before premier was loaded. */
export function adoptPatches(): void {
  const isOwn = ownMethodTest();
  if (isOwn === null) return;
  adoptFrom(OutgoingMessage.prototype, ServerResponse.prototype, NODE_RESPONSE, isOwn);
  adoptFrom(NODE_RESPONSE, ServerResponse.prototype, NODE_RESPONSE, isOwn);
  adoptFrom(NODE_REQUEST, IncomingMessage.prototype, NODE_REQUEST, isOwn);
  for (const method of inherited) method.ours = responseMethod(method.name);
}

function adoptFrom(theirs: object, ours: object, base: object, isOwn: (method: Method) => boolean): void {
  for (const name of namesOf(ours, base)) {
    if (theirs !== base && Object.hasOwn(base, name)) continue;
    const method: unknown = Object.getOwnPropertyDescriptor(theirs, name)?.value;
    if (typeof method === 'function' && !isOwn(method as Method)) put(ours, name, method as Method);
  }
}

const nodeMethods = OutgoingMessage.prototype as unknown as Record<string, Method>;
const responseMethod = (name: string) => (ServerResponse.prototype as never as Record<string, Method>)[name];

/** A method that responses inherit from `http.OutgoingMessage` on `node:http`. */
interface InheritedMethod {
  readonly name: string;
  /** As it was seen last. */
  theirs: Method;
  /** As long as it is this one, the program has put none of its own there. */
  ours: Method | undefined;
  /** Both as they were at first: whoever takes a patch back finds premier's own again. */
  readonly first: { readonly theirs: Method; readonly ours: Method | undefined };
}

const inherited: InheritedMethod[] = [...namesOf(ServerResponse.prototype, NODE_RESPONSE)]
  .filter((name) => !Object.hasOwn(NODE_RESPONSE, name))
  .filter((name) => typeof Object.getOwnPropertyDescriptor(nodeMethods, name)?.value === 'function')
  .map((name) => {
    const first = { theirs: nodeMethods[name] as Method, ours: responseMethod(name) };
    return { name, ...first, first };
  });

/** The only property with a getter that `http.OutgoingMessage` lets anybody define anew, and responses have of their own. */
const FLAG = 'headersSent';
const getterOf = (prototype: object) => Object.getOwnPropertyDescriptor(prototype, FLAG)?.get;
const nodeGetter = getterOf(nodeMethods);
/** As they were seen last. */
const flag = { theirs: nodeGetter, ours: getterOf(ServerResponse.prototype) };

function noticeGetter(): void {
  const theirs = getterOf(nodeMethods);
  if (theirs === flag.theirs) return;
  flag.theirs = theirs;
  // The program has put one of its own there.
  if (getterOf(ServerResponse.prototype) !== flag.ours) return;
  if (theirs === nodeGetter || theirs === undefined) Reflect.deleteProperty(ServerResponse.prototype, FLAG);
  else
    Object.defineProperty(ServerResponse.prototype, FLAG, {
      get: theirs,
      configurable: true,
      enumerable: true,
    });
  flag.ours = getterOf(ServerResponse.prototype);
}

/** Takes over what was patched on `http.OutgoingMessage` since the last time. Called for each connection: quick. */
export function noticePatches(): void {
  noticeGetter();
  for (const method of inherited) {
    const { name, theirs, first } = method;
    if (nodeMethods[name] === theirs) continue;
    method.theirs = nodeMethods[name] as Method;
    if (responseMethod(name) !== method.ours) continue;
    method.ours = method.theirs === first.theirs ? first.ours : method.theirs;
    put(ServerResponse.prototype, name, method.ours as Method);
  }
}

function put(prototype: object, name: string, method: Method): void {
  Object.defineProperty(prototype, name, {
    value: method,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}
