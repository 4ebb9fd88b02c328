// Performs the steps of a program as they stand, none left out; a call that throws has done nothing, on node:http neither.
// In: steps, the objects of each exchange. Out: what of each response was written, what may have ended the connection, and
// whether the program took the socket out of the server's hands. What calls return or throw is compared elsewhere.
import { Buffer } from 'node:buffer';
import type { EventEmitter } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { node } from '../../subjects.js';
import type { Client } from './client.js';
import { beforeCall } from './failed-calls.js';
import { HandlerRun } from './handler-run.js';
import { interim } from './left-out.js';
import type { ObjectStep, Program, Step, Target, Wait } from './program.js';
import { ProgramValues } from './program-values.js';
import type { Rest } from './rest.js';
import { isUnknownEncoding } from './step-values.js';
import { streamFunctions } from './stream-functions.js';
import type { Trace } from './trace.js';

/** One exchange as the program had it. */
export interface FreeExchange {
  req: IncomingMessage;
  /** None where the connection has left HTTP. */
  res: ServerResponse | undefined;
  socket: Socket;
  /** Which request of the client's it is. */
  number: number;
  /** What was written to the response; null where it isn't known. */
  written: Buffer[] | null;
  /** `end` has returned. */
  hasEnded: boolean;
  /** The program destroyed one of the objects. */
  isDestroyed: boolean;
  /** How often each event came, as `res close`. */
  events: Map<string, number>;
}

/** Ends the note of a `closeIdleConnections` while a request has had no answer. */
export const WAITED_FOR = ', and others wait';

/** Says which request a response answers. */
export const ANSWERS = 'x-answers';

/** A method that the classes of the running Node have, or a function that takes such an object. */
function methodOf(object: object, { on, call }: { on: Target; call: string }): unknown {
  const classes = {
    res: http.ServerResponse,
    req: http.IncomingMessage,
    socket: Socket,
    server: http.Server,
  };
  return call in classes[on].prototype ? Reflect.get(object, call) : streamFunctions[call];
}

/** What puts bytes beside the responses, or bytes before the requests. */
const foreign =
  /^socket\.(?:write|end|unshift|read|cork|setEncoding)$|^res\.(?:assignSocket|detachSocket|_\w+)$/;
const destroying =
  /^(?:res|req)\.destroy$|^socket\.(?:destroy|destroySoon|resetAndDestroy|end)$|^server\.closeAll/;

export class FreeProgram {
  readonly exchanges: FreeExchange[] = [];
  client: Client | null = null;
  isForeign = false;
  isHeldLate = false;
  heard = '';
  readonly ends: string[] = [];
  readonly #program: Program;
  readonly #server: object;
  readonly #trace: Trace;
  readonly #rest: Rest;
  readonly #values = new ProgramValues();

  constructor(program: Program, server: object, trace: Trace, rest: Rest) {
    this.#program = program;
    this.#server = server;
    this.#trace = trace;
    this.#rest = rest;
  }

  begin(req: IncomingMessage, res: ServerResponse | undefined, socket: Socket): void {
    const number = this.exchanges.length;
    const written = res === undefined || res.headersSent ? null : [];
    const requested = Number(/^\/(\d+)$/.exec(req.url ?? '')?.[1] ?? number);
    const events = new Map<string, number>();
    const exchange = {
      req,
      res,
      socket,
      number: requested,
      written,
      hasEnded: false,
      isDestroyed: false,
      events,
    };
    this.exchanges.push(exchange);
    if (res === undefined) this.isForeign = true;
    for (const watched of this.#program.watched) {
      const [whose, event = ''] = watched.split(' ');
      const object = { req, res, socket }[whose as string] as EventEmitter | undefined;
      object?.on(event, () => {
        events.set(watched, (events.get(watched) ?? 0) + 1);
        this.#trace.activity++;
      });
    }
    res?.on('error', () => {});
    if (this.#program.handlers.length > 1) res?.setHeader(ANSWERS, requested);
    new HandlerRun(this, number, this.#program.handlers[number] ?? []).go();
  }

  perform(number: number, step: Step): void {
    this.#trace.activity++;
    if ('throw' in step) throw new Error(step.throw);
    if ('client' in step) {
      if (step.client === 'quiet') return;
      this.ends.push(`client ${step.client}`);
      this.client?.act(step.client);
    } else if ('push' in step) this.#values.push(step.push, this.#value(number, step.value));
    else if ('on' in step) this.#attempt(number, step);
  }

  #objects(number: number): Partial<Record<Target, object>> {
    const exchange = this.exchanges[number];
    return exchange === undefined ? {} : { ...exchange, server: this.#server };
  }

  #attempt(number: number, step: ObjectStep): void {
    const own = step.of ?? number;
    const object = this.#objects(own)[step.on];
    if (object === undefined) return;
    const afterFailure = beforeCall(step, object);
    try {
      if ('look' in step) for (const name in object) Reflect.get(object, name);
      else if ('get' in step) Reflect.get(object, step.get);
      else if ('set' in step) {
        if (step.set === 'shouldKeepAlive') this.#noteKept(own, object as ServerResponse);
        Reflect.set(object, step.set, this.#value(number, step.to));
      } else if ('listen' in step)
        (object as EventEmitter)[step.by ?? 'on'](step.listen, this.#callback(number, step.do));
      else this.#call(this.exchanges[own] as FreeExchange, number, object, step);
    } catch {
      // What calls throw is compared where steps are.
      afterFailure();
    }
  }

  /** What it says of the connection counts only before the head: which of the two came first may be listed. */
  #noteKept(number: number, { headersSent }: ServerResponse): void {
    this.ends.push(`${number} keeps${headersSent ? ' late' : ''}`);
  }

  #call(
    exchange: FreeExchange,
    number: number,
    object: object,
    step: Extract<ObjectStep, { call: string }>,
  ): void {
    const what = `${step.on}.${step.call}`;
    const method = methodOf(object, step);
    if (typeof method !== 'function' || what === 'socket.unshift') return;
    // Node never closes such a socket.
    if (what === 'socket.resetAndDestroy' && exchange.socket.writableEnded) return;
    // Before Node 24 it is sent into the body.
    if (node < 24 && interim.has(step.call) && exchange.res?.headersSent) return;
    // Such a call throws at once, or later in another.
    if (/^(?:res|socket)\.(?:write|end)$/.test(what) && isUnknownEncoding(step.with[1])) return;
    const values = step.with.map((value) => this.#value(number, value));
    if (foreign.test(what)) this.isForeign = true;
    // A response that waits for its turn on node:http, though those before it have ended, stays in a corked socket.
    const isShared = what === 'socket.cork' && this.#program.handlers.length > 1;
    if (isShared || (what === 'res.cork' && exchange.res?.writableEnded)) this.isHeldLate = true;
    if (destroying.test(what) || (what === 'socket.emit' && values[0] === 'timeout')) {
      exchange.isDestroyed = true;
      this.ends.push(`${number} ${what}${cutsNothing(what, exchange) ? ' late' : ''}`);
    }
    // What it closes depends on which responses have ended by then.
    if (what === 'server.closeIdleConnections') {
      const ended = this.exchanges.filter(({ res }) => res?.writableEnded);
      const isWaitedFor = ended.length < this.exchanges.length;
      this.ends.push(`${number} ${what} after ${ended.length}${isWaitedFor ? WAITED_FOR : ''}`);
    }
    // The end of a request lets its socket flow: whether that has come by then is listed.
    if (what === 'socket.pause') {
      const complete = this.exchanges.filter(({ req }) => req.complete);
      this.ends.push(`${number} ${what} after ${complete.length}`);
    }
    if (/^req\.(?:pipe|unpipe|pipeline)$/.test(what)) {
      const own = this.exchanges[number];
      if (own !== undefined) own.written = null;
    }
    const { res } = exchange;
    const isWriting = step.on === 'res' && (step.call === 'write' || step.call === 'end');
    // It fails, which cuts a pipeline before the turn of its response: when that comes is listed.
    if (isWriting && exchange.written === null && res?.writableEnded)
      this.ends.push(`${number} ${what} after its end${res.socket === null ? ', before its turn' : ''}`);
    const counts = isWriting && !res?.writableEnded && !res?.destroyed && !exchange.socket.destroyed;
    performed(() => Reflect.apply(method, object, values));
    if (!counts) return;
    if (step.call === 'end') exchange.hasEnded = true;
    exchange.written?.push(bytesOf(values));
  }

  #callback(number: number, steps: readonly Step[]): (...values: unknown[]) => void {
    let calls = 0;
    return (...values) => {
      this.#trace.activity++;
      for (const value of values) {
        if (typeof value === 'string') this.heard += value;
        else if (value instanceof Uint8Array) this.heard += Buffer.from(value).toString('latin1');
      }
      // What writes whenever it may would go on for ever.
      if (++calls <= 20) for (const step of steps) this.perform(number, step);
    };
  }

  #value(number: number, value: Parameters<ProgramValues['of']>[0]): unknown {
    return this.#values.of(value, {
      callback: (steps) => this.#callback(number, steps),
      itself: (target) => this.#objects(number)[target],
    });
  }

  wait(number: number, wait: Wait, next: () => void): void {
    this.#rest.wait(number, wait, next);
  }

  /** Lets go of what the program holds back. Returns what that throws: some of what is wrong is seen when it leaves. */
  uncork(): unknown[] {
    const thrown: unknown[] = [];
    const uncork = (corked: Pick<Socket, 'writableCorked' | 'uncork'> | undefined) => {
      for (let corks = corked?.writableCorked ?? 0; corks > 0; corks--) {
        try {
          performed(() => corked?.uncork());
        } catch (error) {
          thrown.push(error);
        }
      }
    };
    for (const { res, socket } of this.exchanges) {
      uncork(res);
      uncork(socket);
      if (!socket.destroyed) socket.resume();
    }
    return thrown;
  }
}

/** Whether what would cut the connection is over: whether it is by then may be listed. */
function cutsNothing(what: string, { req, res }: FreeExchange): boolean {
  if (what === 'res.destroy') return res?.writableFinished === true;
  return what === 'req.destroy' && req.complete && req.readableEnded;
}

/** A listener of the program's may throw, and not the call: then it has done all that it does. */
function performed(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'thrown') throw error;
  }
}

/** The bytes of a piece, as `write` takes it. */
function bytesOf([chunk, encoding]: readonly unknown[]): Buffer {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  if (typeof chunk !== 'string') return Buffer.alloc(0);
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}
