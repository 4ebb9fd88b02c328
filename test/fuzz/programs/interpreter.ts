// Runs the steps of a program on the objects of one server.
// In: a program, a trace to note in, a client to act on. Out: notes of what each call returned or threw and of each watched event. Knows
// nothing of which server it runs on.
import { Buffer } from 'node:buffer';
import type { EventEmitter } from 'node:events';
import http, { type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import process from 'node:process';
import { node } from '../../subjects.js';
import type { Client } from './client.js';
import { UNTIMELY } from './departures.js';
import { HandlerRun } from './handler-run.js';
import { type Moment, rowOf } from './left-out-steps.js';
import type { ObjectStep, On, Program, Step, Target, Value, Wait } from './program.js';
import { ResponseUse } from './response-use.js';
import type { Rest } from './rest.js';
import { isMoving, read, snapshot } from './snapshot.js';
import type { Trace } from './trace.js';

/** One exchange's objects: an upgrade has no response. */
type Objects = Partial<Record<Target, object>>;

/** Where a value stands: what a function among the arguments belongs to. */
interface Place {
  on: On;
  name: string;
}

const NOWHERE: Place = { on: { on: 'server' }, name: 'function' };

/** Whether the classes of the running Node have a method: what a line lacks may be there on premier. */
function isThere({ on, call }: { on: Target; call: string }): boolean {
  const prototypes = {
    res: http.ServerResponse,
    req: http.IncomingMessage,
    socket: Socket,
    server: http.Server,
  };
  return call in prototypes[on].prototype;
}

export class Interpreter {
  client: Client | null = null;
  readonly #program: Program;
  readonly #trace: Trace;
  readonly #rest: Rest;
  readonly #server: object;
  readonly #exchanges: Objects[] = [];
  readonly #shared = new Map<string, unknown[]>();
  readonly #sockets = new Map<object, number>();
  readonly #use = new ResponseUse();

  constructor(program: Program, trace: Trace, rest: Rest, server: object) {
    this.#program = program;
    this.#trace = trace;
    this.#rest = rest;
    this.#server = server;
    trace.name(server, 'server');
  }

  #isUntimelyOnSocket(watched: string): boolean {
    if (node < 24 && this.#resets) return true;
    return (watched === 'socket close' || watched === 'socket end') && this.#isInPieces;
  }

  /** Whether requests come in several pieces, so that a connection may end within a body. */
  get #isInPieces(): boolean {
    return this.#program.client.filter((action) => typeof action === 'object').length > 1;
  }

  get #resets(): boolean {
    return /"reset"/.test(JSON.stringify(this.#program));
  }

  get #pipelined(): boolean {
    return this.#program.handlers.length > 1;
  }

  /** The next exchange's steps begin. */
  begin(req: object, res: object | undefined, socket: object): void {
    // Listed with what is refused: requests after one whose answer closed the connection.
    if (this.#isOver()) return;
    const number = this.#exchanges.length;
    const objects: Objects = { req, socket, server: this.#server };
    if (res !== undefined) objects.res = res;
    this.#exchanges.push(objects);
    this.#trace.name(req, `req ${number}`);
    if (res !== undefined) this.#trace.name(res, `res ${number}`);
    if (!this.#sockets.has(socket)) {
      this.#sockets.set(socket, number);
      this.#trace.name(socket, 'socket');
      this.#watch('socket', socket, 'socket');
    }
    this.#trace.event('server', `begins ${number}`);
    this.#watch('req', req, `req ${number}`);
    if (res !== undefined) {
      // What an error that nobody listens for takes along is listed.
      (res as EventEmitter).on('error', () => {});
      this.#watch('res', res, `res ${number}`);
    }
    new HandlerRun(this, number, this.#program.handlers[number] ?? []).go();
  }

  #watch(target: Target, object: object, name: string): void {
    for (const watched of this.#program.watched) {
      const [whose, event] = watched.split(' ') as [Target, string];
      if (whose !== target) continue;
      (object as EventEmitter).on(event, (...values: unknown[]) => {
        const shown = `${event} ${values.map((value) => this.#trace.show(value))}`;
        const untimely =
          target === 'res'
            ? this.#isUntimely(event, Number(name.slice(4)))
            : this.#isUntimelyOnSocket(watched);
        this.#trace.event(name, untimely ? `${shown} ${UNTIMELY}` : shown);
      });
    }
  }

  /** Whether an event of a response is listed: that of one that waits for others, or whose connection is lost. */
  #isUntimely(event: string, number: number): boolean {
    const { res, socket } = this.#exchanges[number] as { res: ServerResponse; socket: Socket };
    if (event === 'close') {
      return this.#waits(number) || (node < 24 && socket.destroyed && this.#pipelined);
    }
    if (event === 'finish') return socket.destroyed || (node < 24 && this.#resets);
    if (event === 'drain' && this.#pipelined) return true;
    return (event === 'prefinish' || event === 'drain') && (res.destroyed || socket.destroyed);
  }

  /** Whether responses before that of an exchange haven't left. */
  #waits(number: number): boolean {
    return this.#responses(number).some((res) => !res.writableFinished);
  }

  /** Whether a response before that of the next exchange says that it is the last. */
  #isOver(): boolean {
    return this.#responses(this.#exchanges.length).some(saysClose);
  }

  #responses(before: number): ServerResponse[] {
    return this.#exchanges
      .slice(0, before)
      .flatMap(({ res }) => (res === undefined ? [] : [res as ServerResponse]));
  }

  /** Runs what a function that a program passed says, in the same turn. */
  callback(number: number, object: On, name: string, steps: Step[]): (...values: unknown[]) => void {
    const owner =
      object.on === 'socket' || object.on === 'server' ? object.on : `${object.on} ${object.of ?? number}`;
    const runner = `${number} ${object.on}${object.of ?? ''} ${name}`;
    let calls = 0;
    return (...values) => {
      calls++;
      const called = `${name} of ${number} called ${values.map((value) => this.#trace.show(value))}`;
      const event = name.replace(' listener', '');
      const untimely = object.on === 'res' && this.#isUntimely(event, object.of ?? number);
      this.#trace.event(owner, untimely ? `${called} ${UNTIMELY}` : called);
      // The callback of `end` may find that the response has left, always before Node 24.
      const isRepeated = event === 'readable' && calls > 1;
      const performs =
        !isRepeated && !untimely && !(name === 'end callback' && (node < 24 || this.#pipelined));
      if (performs)
        for (const step of steps) if (!('throw' in step)) this.perform(number, step, runner, 'call');
    };
  }

  /**
   * Performs a step that doesn't wait.
   * @param runner - what runs it, for the notes
   */
  perform(number: number, step: Step, runner: string, moment: Moment): void {
    if ('throw' in step) {
      this.#trace.step(runner, 'throws');
      throw new Error(step.throw);
    }
    if ('client' in step) {
      // What was written in this turn may leave before or after a reset.
      if (step.client === 'reset' && moment !== 'rest') return;
      // It would cut off what the script still sends.
      if (step.client === 'end' && this.#isInPieces) return;
      if (step.client !== 'quiet') this.client?.act(step.client);
    } else if ('push' in step) {
      this.#shared.get(step.push)?.push(this.#value(number, step.value, NOWHERE));
    } else if ('on' in step) {
      const result = this.#attempt(number, step, moment);
      this.#trace.step(runner, `${describe(step)}: ${result}`);
    }
  }

  #attempt(number: number, step: ObjectStep, moment: Moment): string {
    const trace = this.#trace;
    // A pipelined response gets its turn when those before it have ended: that is listed.
    const atRest = moment === 'rest' || (moment === 'begun' && !this.#pipelined);
    if (step.of !== undefined && !atRest) return 'only at rest';
    const object = this.#exchanges[step.of ?? number]?.[step.on];
    if (object === undefined) return 'absent';
    try {
      if (
        node < 24 &&
        step.on === 'res' &&
        this.#pipelined &&
        (object as ServerResponse).req.socket.destroyed
      )
        return 'listed';
      if ('look' in step) return snapshot(trace, step.on, object, atRest);
      if ('get' in step) {
        if (!atRest && isMoving(step.on, step.get)) return 'moving';
        return read(trace, step.on, object, step.get);
      }
      const row = rowOf(step, {
        object,
        moment,
        res: this.#exchanges[step.of ?? number]?.res as ServerResponse | undefined,
        use: this.#use,
        responses: this.#responses(this.#exchanges.length),
        pipelined: this.#pipelined,
      });
      if (row !== undefined) return `left out: ${row}`;
      if ('set' in step) return `set ${Reflect.set(object, step.set, this.#value(number, step.to, NOWHERE))}`;
      if ('listen' in step) {
        (object as EventEmitter).on(
          step.listen,
          this.callback(number, step, `${step.listen} listener`, step.do),
        );
        return 'listens';
      }
      if (!isThere(step)) return 'not on this line of Node';
      const method = Reflect.get(object, step.call);
      const place = { on: step, name: `${step.call} callback` };
      const values = step.with.map((value) => this.#value(number, value, place));
      const result = Reflect.apply(method, object, values);
      this.#use.note(step, object, this.#exchanges[number]?.res);
      return (step.call === 'write' || step.call === 'unshift') &&
        this.#isMoving(step, step.of ?? number, atRest)
        ? 'moving'
        : trace.show(result);
    } catch (error) {
      return `threw ${trace.show(error)}`;
    }
  }

  /** Whether what a write returns is listed: it depends on what is counted, and on what was written before in this turn. */
  #isMoving({ on }: ObjectStep, number: number, atRest: boolean): boolean {
    const { res, socket } = this.#exchanges[number] as Objects;
    if (on !== 'res' || res === undefined) return !atRest;
    if ((socket as Socket).destroyed || this.#use.corksOf(res) > 0) return true;
    return this.#waits(number) || (this.#pipelined && !atRest);
  }

  #value(number: number, value: Value, place: Place): unknown {
    const of = (inner: Value) => this.#value(number, inner, place);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(of);
    if ('undefined' in value) return undefined;
    if ('repeat' in value) return value.repeat.repeat(value.times);
    if ('bytes' in value) return Buffer.from(value.bytes.repeat(value.times ?? 1), 'latin1');
    if ('array' in value) return new Uint8Array(Buffer.from(value.array, 'latin1'));
    if ('object' in value)
      return Object.fromEntries(Object.entries(value.object).map(([key, item]) => [key, of(item)]));
    if ('map' in value) return new Map(value.map.map(([key, item]) => [key, of(item)]));
    if ('headers' in value) return new Headers(value.headers);
    if ('error' in value) return new Error(value.error);
    if ('do' in value) return this.callback(number, place.on, place.name, value.do);
    if ('itself' in value) return this.#exchanges[number]?.[value.itself];
    const list = value.initially.map(of);
    this.#shared.set(value.shared, list);
    return list;
  }

  /** Uncorks what the program left corked: what becomes of that at the end of a connection is listed. */
  uncork(): void {
    for (const res of this.#responses(this.#exchanges.length)) {
      for (let corks = this.#use.corksOf(res); corks > 0; corks--) res.uncork();
    }
  }

  /** Calls `next` when a wait is over. */
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
}

function saysClose(res: ServerResponse): boolean {
  return /^connection:.*\bclose\b/im.test((res as { _header?: string | null })._header ?? '');
}

/** A step in a few characters, for the trace. */
function describe(step: ObjectStep): string {
  const object = `${step.on}${step.of === undefined ? '' : step.of}`;
  if ('look' in step) return `look at ${object}`;
  if ('get' in step) return `${object}.${step.get}`;
  if ('set' in step) return `${object}.${step.set} =`;
  if ('listen' in step) return `${object}.on(${step.listen})`;
  return `${object}.${step.call}()`;
}
