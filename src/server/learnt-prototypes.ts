/**
 * The classes that a server's requests and responses are made of.
 *
 * Express calls `Object.setPrototypeOf` on every request and response, which costs more than all the rest of the
 * engine's work. In: what prototypes the objects have once the response has left. Out: constructors whose instances
 * have those from the start, so that the call changes nothing. A handler sees the same objects as without.
 */
import type { Socket } from 'node:net';
import { IncomingMessage } from '../message/incoming-message.js';
import { NO_REQUEST, ServerResponse, type ServerResponseOptions } from '../message/server-response.js';
import { adoptPrototypes, inherits } from './foreign-prototypes.js';
import { MAX_LEARNT_PROTOTYPES } from './limits.js';

/** Of so many requests one is looked at, the first too: to ask for a prototype is a call into V8's runtime. */
const EACH = 8;

type RequestClass = new (socket: Socket) => IncomingMessage;
type ResponseClass = new (request: IncomingMessage, options: ServerResponseOptions) => ServerResponse;

export class LearntPrototypes {
  Request: RequestClass;
  Response: ResponseClass;
  #chances = MAX_LEARNT_PROTOTYPES;
  #count = 0;

  /** Classes of the program's own (options of `createServer`) are used as they are. */
  constructor(Request?: RequestClass, Response?: ResponseClass) {
    // As on node:http, whatever is no truth is none.
    this.Request = Request || IncomingMessage;
    this.Response = Response || ServerResponse;
    if (Request || Response) this.#chances = 0;
  }

  /** Looks at objects that were made by `Request` and `Response` and went through a handler. */
  learn(request: IncomingMessage, response: ServerResponse): void {
    if (this.#count++ % EACH !== 0) return;
    const requestPrototype = Object.getPrototypeOf(request);
    const responsePrototype = Object.getPrototypeOf(response);
    if (requestPrototype === this.Request.prototype && responsePrototype === this.Response.prototype) return;
    if (this.#chances === 0) return;
    this.#chances--;
    adoptPrototypes({ request: requestPrototype, response: responsePrototype });
    if (isLearnable(requestPrototype, IncomingMessage.prototype, requestNames()))
      this.Request = requestClass(requestPrototype);
    if (isLearnable(responsePrototype, ServerResponse.prototype, responseNames()))
      this.Response = responseClass(responsePrototype);
  }
}

/** What a request has of its own before a handler has it. */
function requestNames(): Set<PropertyKey> {
  return new Set(Reflect.ownKeys(new IncomingMessage())).add('joinDuplicateHeaders');
}

function responseNames(): Set<PropertyKey> {
  return new Set(Reflect.ownKeys(new ServerResponse(NO_REQUEST)));
}

/**
 * Whether a constructor may have that prototype: it sets the same properties then as without.
 * @param names - what is set, beside what has a name that begins with an underscore
 */
function isLearnable(prototype: object, ancestor: object, names: Set<PropertyKey>): boolean {
  if (!inherits(prototype, ancestor)) return false;
  const isSet = (name: PropertyKey) => names.has(name) || (typeof name === 'string' && name.startsWith('_'));
  for (let link = prototype; link !== ancestor; link = Object.getPrototypeOf(link))
    if (Reflect.ownKeys(link).some((name) => isSet(name) && !isPlain(link, name))) return false;
  return true;
}

/** Whether an object that inherits a property is given its own where it is assigned. */
function isPlain(prototype: object, name: PropertyKey): boolean {
  return Object.getOwnPropertyDescriptor(prototype, name)?.writable === true;
}

/** Nobody gives it. */
const NEVER: unknown = Symbol('never');

/**
 * Places for properties in an object, by any names. V8 makes as many as a constructor has assignments, run or not, and eight
 * more; once it has seen some objects, as many as they have use for. What has no place lies beside the object, and once there
 * is more of that than places, one that is set by a symbol makes a table of it: engine and Express together set some 25.
 */
type Places = Record<string, unknown>;

/** What has made an object is what stacks of errors call it: a name that a bundler leaves as it is. */
function requestClass(prototype: object): RequestClass {
  const named = {
    IncomingMessage: function (this: Places, socket: Socket) {
      IncomingMessage.call(this, socket);
      if (socket !== NEVER) return;
      // biome-ignore format: as a list it would be a page
      this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = this.i = this.j = this.k = this.l =
        this.m = this.n = this.o = this.p = this.q = this.r = this.s = this.t = this.u = this.v = this.w = this.x = null;
    },
  };
  named.IncomingMessage.prototype = prototype;
  return named.IncomingMessage as unknown as RequestClass;
}

function responseClass(prototype: object): ResponseClass {
  const named = {
    ServerResponse: function (this: Places, request: IncomingMessage, options: ServerResponseOptions) {
      ServerResponse.call(this, request, options);
      if (request !== NEVER) return;
      // biome-ignore format: as a list it would be a page
      this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = this.i = this.j = this.k = this.l =
        this.m = this.n = this.o = this.p = this.q = this.r = this.s = this.t = this.u = this.v = this.w = this.x = null;
    },
  };
  named.ServerResponse.prototype = prototype;
  return named.ServerResponse as unknown as ResponseClass;
}
