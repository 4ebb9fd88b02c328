// Runs the steps of a program on the objects of one server.
// In: a program, a trace to note in, a client to act on. Out: notes of what each call returned or threw and of each watched event. Knows
// nothing of which server it runs on.
import { Buffer } from 'node:buffer';
import type { EventEmitter } from 'node:events';
import http, { type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import process from 'node:process';
import type { Client } from './client.js';
import { rowOf, UNTIMELY } from './departures.js';
import type { ObjectStep, On, Program, Step, Target, Value, Wait } from './program.js';
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

  constructor(program: Program, trace: Trace, rest: Rest, server: object) {
    this.#program = program;
    this.#trace = trace;
    this.#rest = rest;
    this.#server = server;
    trace.name(server, 'server');
  }

  /** The next exchange's steps begin. */
  begin(req: object, res: object | undefined, socket: object): void {
    // Listed with what is refused: requests behind one whose answer closed the connection.
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
    if (res !== undefined) this.#watch('res', res, `res ${number}`);
    new Run(this, number, this.#program.handlers[number] ?? []).go();
  }

  #watch(target: Target, object: object, name: string): void {
    for (const watched of this.#program.watched) {
      const [whose, event] = watched.split(' ') as [Target, string];
      if (whose !== target) continue;
      (object as EventEmitter).on(event, (...values: unknown[]) => {
        const shown = `${event} ${values.map((value) => this.#trace.show(value))}`;
        const untimely = watched === 'res close' && this.#waits(Number(name.slice(4)));
        this.#trace.event(name, untimely ? `${shown} ${UNTIMELY}` : shown);
      });
    }
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
    return (...values) => {
      const called = `${name} of ${number} called ${values.map((value) => this.#trace.show(value))}`;
      const untimely = name === 'close listener' && object.on === 'res' && this.#waits(object.of ?? number);
      this.#trace.event(owner, untimely ? `${called} ${UNTIMELY}` : called);
      if (!untimely) for (const step of steps) this.perform(number, step, runner, false);
    };
  }

  /**
   * Performs a step that doesn't wait.
   * @param runner - what runs it, for the notes
   * @param atRest - nothing is under way that can't be compared
   */
  perform(number: number, step: Step, runner: string, atRest: boolean): void {
    if ('throw' in step) {
      // Within the parser, what an exception that nobody catches takes along is listed.
      if (!atRest) return;
      this.#trace.step(runner, 'throws');
      throw new Error(step.throw);
    }
    if ('client' in step) {
      if (step.client !== 'quiet') this.client?.act(step.client);
    } else if ('push' in step) {
      this.#shared.get(step.push)?.push(this.#value(number, step.value, NOWHERE));
    } else if ('on' in step) {
      const result = this.#attempt(number, step, atRest);
      this.#trace.step(runner, `${describe(step)}: ${result}`);
    }
  }

  #attempt(number: number, step: ObjectStep, atRest: boolean): string {
    const trace = this.#trace;
    if (step.of !== undefined && !atRest) return 'only at rest';
    const object = this.#exchanges[step.of ?? number]?.[step.on];
    if (object === undefined) return 'absent';
    try {
      if ('look' in step) return snapshot(trace, step.on, object, atRest);
      if ('get' in step) {
        if (!atRest && isMoving(step.on, step.get)) return 'moving';
        return read(trace, step.on, object, step.get);
      }
      if ('set' in step) return `set ${Reflect.set(object, step.set, this.#value(number, step.to, NOWHERE))}`;
      if ('listen' in step) {
        (object as EventEmitter).on(
          step.listen,
          this.callback(number, step, `${step.listen} listener`, step.do),
        );
        return 'listens';
      }
      if (!isThere(step)) return 'not on this line of Node';
      const row = rowOf(step, object, atRest);
      if (row !== undefined) return `left out: ${row}`;
      const method = Reflect.get(object, step.call);
      const place = { on: step, name: `${step.call} callback` };
      const values = step.with.map((value) => this.#value(number, value, place));
      return trace.show(Reflect.apply(method, object, values));
    } catch (error) {
      return `threw ${trace.show(error)}`;
    }
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

  /** Calls `next` when a wait is over. */
  wait(wait: Wait, next: () => void): void {
    if (wait === 'quiet') {
      this.#rest.afterwards(next);
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

/** The steps of one exchange, one after the other. */
class Run {
  #next = 0;
  #atRest = true;

  constructor(
    readonly interpreter: Interpreter,
    readonly number: number,
    readonly steps: readonly Step[],
  ) {}

  go = (): void => {
    while (this.#next < this.steps.length) {
      const step = this.steps[this.#next++] as Step;
      if ('wait' in step) {
        this.#atRest = step.wait === 'quiet';
        this.interpreter.wait(step.wait, this.go);
        return;
      }
      this.interpreter.perform(this.number, step, `handler ${this.number}`, this.#atRest);
      // What moves is comparable until the program moves something itself.
      if (!('look' in step || 'get' in step)) this.#atRest = false;
    }
  };
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
