// Runs a program as it stands, no step left out, on one http module.
// In: a program. Out: what the laws of laws.ts are held against: bytes, states, exceptions that nobody caught, and what of
// each response the program wrote. Nothing is compared step by step, so nothing has to be comparable.
import { Buffer } from 'node:buffer';
import { type EventEmitter, once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import process from 'node:process';
import type { Http } from '../../subjects.js';
import { Client } from './client.js';
import { HandlerRun } from './handler-run.js';
import type { ObjectStep, Program, Step, Target, Wait } from './program.js';
import { ProgramValues } from './program-values.js';
import { Rest } from './rest.js';
import { makeServer } from './run.js';
import { isUnknownEncoding } from './step-values.js';
import { streamFunctions } from './stream-functions.js';
import { Trace } from './trace.js';

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

export interface FreeObservation {
  exchanges: FreeExchange[];
  /** What the client had got when everything had come to rest after its script. */
  early: string;
  /** All that it got. */
  wire: string;
  /** How the connection stood when everything had come to rest. */
  atRest: Trace['state'];
  /** How it stood after the client had ended. */
  atEnd: Trace['state'];
  uncaught: string[];
  /** What was done that may end the connection, by the client or the program. */
  ends: string[];
  /** Bytes of the request that the program was given. */
  heard: string;
  restless: boolean;
  /** The client sent whole requests only. */
  sentWhole: boolean;
  /** The program wrote to the socket, or took it out of HTTP's hands, so that what comes isn't premier's to answer for. */
  isForeign: boolean;
  /** The server has closed once its last connection was gone. */
  hasClosed: boolean;
}

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
const destroying = /^(?:res|req|socket)\.(?:destroy|destroySoon|resetAndDestroy|end)$|^server\.closeAll/;

export class FreeRun {
  readonly exchanges: FreeExchange[] = [];
  client: Client | null = null;
  isForeign = false;
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
    try {
      if ('look' in step) for (const name in object) Reflect.get(object, name);
      else if ('get' in step) Reflect.get(object, step.get);
      else if ('set' in step) Reflect.set(object, step.set, this.#value(number, step.to));
      else if ('listen' in step)
        (object as EventEmitter)[step.by ?? 'on'](step.listen, this.#callback(number, step.do));
      else this.#call(this.exchanges[own] as FreeExchange, number, object, step);
    } catch {
      // What calls throw is compared where steps are.
    }
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
    // Such a call throws at once, or later in another.
    if (/^(?:res|socket)\.(?:write|end)$/.test(what) && isUnknownEncoding(step.with[1])) return;
    const values = step.with.map((value) => this.#value(number, value));
    if (foreign.test(what)) this.isForeign = true;
    if (destroying.test(what)) {
      exchange.isDestroyed = true;
      this.ends.push(`${number} ${what}`);
    }
    if (/^req\.(?:pipe|unpipe|pipeline)$/.test(what)) {
      const own = this.exchanges[number];
      if (own !== undefined) own.written = null;
    }
    const { res } = exchange;
    const isWriting = step.on === 'res' && (step.call === 'write' || step.call === 'end');
    const counts = isWriting && !res?.writableEnded && !res?.destroyed && !exchange.socket.destroyed;
    try {
      Reflect.apply(method, object, values);
    } catch (error) {
      // A listener of the program's threw, not the call: all of it has been written.
      if (!(error instanceof Error) || error.message !== 'thrown') throw error;
    }
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
    if (wait === 'quiet') {
      this.#rest.afterwards(number, next);
      return;
    }
    this.#rest.pending++;
    const after = () => {
      this.#rest.pending--;
      next();
    };
    if (wait === 'tick') process.nextTick(after);
    else if (wait === 'microtask') queueMicrotask(after);
    else setImmediate(after);
  }

  /** Lets go of what the program holds back. */
  uncork(): void {
    for (const { res, socket } of this.exchanges) {
      for (let corks = res?.writableCorked ?? 0; corks > 0; corks--) res?.uncork();
      for (let corks = socket.writableCorked; corks > 0; corks--) socket.uncork();
      if (!socket.destroyed) socket.resume();
    }
  }
}

/** The bytes of a piece, as `write` takes it. */
function bytesOf([chunk, encoding]: readonly unknown[]): Buffer {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  if (typeof chunk !== 'string') return Buffer.alloc(0);
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

export async function runFreely(module: Http, program: Program): Promise<FreeObservation> {
  const trace = new Trace();
  const rest = new Rest(trace);
  const server = makeServer(module, program);
  const run = new FreeRun(program, server, trace, rest);
  const handle = (req: IncomingMessage, res: ServerResponse) => run.begin(req, res, req.socket);
  server.on('request', handle);
  for (const event of program.listeners) {
    if (event === 'checkContinue' || event === 'checkExpectation') server.on(event, handle);
    else if (event === 'upgrade' || event === 'connect')
      server.on(event, (req: IncomingMessage, socket: Socket) => run.begin(req, undefined, socket));
    else if (event === 'clientError') server.on(event, (_, socket) => socket.destroy());
    else server.on(event, () => {});
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new Client((server.address() as AddressInfo).port, trace);
  run.client = client;
  await client.connected();
  const uncaught: string[] = [];
  process.setUncaughtExceptionCaptureCallback((error) => uncaught.push(trace.show(error)));
  const states: Trace['state'][] = [];
  const received = () => trace.sections.map(({ wire }) => wire).join('');
  let hasClosed = false;
  let early = '';
  try {
    for (const action of program.client) {
      if (action === 'quiet') await rest.ofAll();
      else client.act(action);
    }
    client.act('resume');
    await rest.ofAll();
    run.uncork();
    await rest.ofAll();
    states.push(trace.state);
    early = received();
    client.act('end');
    await rest.ofAll();
    states.push(trace.state);
  } finally {
    client.destroy();
    await rest.ofAll();
    server.close(() => {
      hasClosed = true;
      trace.activity++;
    });
    server.closeAllConnections();
    await rest.ofAll();
    // What has left HTTP is nobody's to close but the program's.
    for (const { socket } of run.exchanges) socket.destroy();
    process.setUncaughtExceptionCaptureCallback(null);
  }
  const { exchanges, heard, isForeign, ends } = run;
  const [atRest = 'open', atEnd = 'open'] = states;
  const { restless } = rest;
  const { hasSentWhole: sentWhole } = client;
  return {
    exchanges,
    early,
    wire: received(),
    atRest,
    atEnd,
    uncaught,
    ends,
    heard,
    restless,
    isForeign,
    sentWhole,
    hasClosed,
  };
}
