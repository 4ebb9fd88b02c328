// Runs the steps of a program on the objects of one server.
// In: a program, a trace to note in, a client to act on. Out: notes of what each call returned or threw and of each watched event. Knows
// nothing of which server it runs on.
import type { EventEmitter } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { node } from '../../subjects.js';
import type { Client } from './client.js';

import { Exchanges, type Objects } from './exchanges.js';
import { beforeCall } from './failed-calls.js';
import { HandlerRun } from './handler-run.js';
import { type Call, interim, type Moment } from './left-out.js';
import { pushRow, rowOf } from './left-out-steps.js';
import { ListedEvents } from './listed-events.js';
import { isLate, UNTIMELY } from './listed-notes.js';
import type { ClientAction, ObjectStep, On, Program, Step, Target, Value, Wait } from './program.js';
import { ProgramValues } from './program-values.js';
import { hasBody, isRead } from './response-facts.js';
import { ResponseUse } from './response-use.js';
import type { Rest } from './rest.js';
import { isMoving, read, snapshot } from './snapshot.js';
import { isLongInOtherUnits } from './step-values.js';
import type { Trace } from './trace.js';

/** Where a value stands: what a function among the arguments belongs to. */
interface Place {
  on: On;
  name: string;
  /** Whether what it does is left out: when it is called decides what that meets. */
  isIdle?: boolean;
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

/** What the row of docs/compatibility.md begins with of which nothing is noted. */
export const overRow = 'requests after an answer that ends the connection';

/** Whether a callback comes, on node:http, before the next piece of a body: `when 'finish' comes`, `what one segment holds`. */
function isBetweenPieces({ on, call }: Call, object: object, moment: Moment, req: IncomingMessage): boolean {
  if (call === 'getConnections') return moment !== 'rest' && hasBody(req);
  if (on !== 'res' || !isRead((object as ServerResponse).req)) return false;
  return interim.has(call) ? moment !== 'rest' : moment === 'call' && call === 'write';
}

/** How often a function may be called out of itself. */
const DEEPEST = 3;

export class Interpreter {
  client: Client | null = null;
  readonly #program: Program;
  readonly #trace: Trace;
  readonly #rest: Rest;
  readonly #server: object;
  readonly #exchanges = new Exchanges();
  readonly #values = new ProgramValues();
  readonly #listed: ListedEvents;
  readonly #sockets = new Set<object>();
  readonly #use = new ResponseUse();
  /** The exchanges that went on after a rest. */
  readonly #rested = new Set<number>();

  constructor(program: Program, trace: Trace, rest: Rest, server: object) {
    this.#program = program;
    this.#trace = trace;
    this.#rest = rest;
    this.#server = server;
    this.#listed = new ListedEvents(program, this.#exchanges, () => this.client);
    trace.name(server, 'server');
  }

  get #pipelined(): boolean {
    return this.#program.handlers.length > 1;
  }

  /** The next exchange's steps begin. */
  begin(req: object, res: object | undefined, socket: object): void {
    if (this.isOver) {
      // A body that nobody reads would keep node:http from seeing the end of the connection.
      (req as IncomingMessage).resume();
      return;
    }
    const objects: Objects = { req, socket, server: this.#server };
    if (res !== undefined) objects.res = res;
    const number = this.#exchanges.add(objects);
    this.#trace.name(req, `req ${number}`);
    if (res !== undefined) this.#trace.name(res, `res ${number}`);
    if (!this.#sockets.has(socket)) {
      this.#sockets.add(socket);
      this.#trace.name(socket, 'socket');
      this.#watch('socket', socket, 'socket', number);
    }
    this.#trace.event('server', `begins ${number}`);
    this.#watch('req', req, `req ${number}`, number);
    if (res !== undefined) {
      // What an error that nobody listens for takes along is listed.
      (res as EventEmitter).on('error', () => {});
      this.#watch('res', res, `res ${number}`, number);
    }
    new HandlerRun(this, number, this.#program.handlers[number] ?? []).go();
  }

  /** Whether what is asked for now is that of `overRow`. */
  get isOver(): boolean {
    return this.#exchanges.isOver;
  }

  #watch(target: Target, object: object, name: string, number: number): void {
    for (const watched of this.#program.watched) {
      const [whose, event] = watched.split(' ') as [Target, string];
      if (whose !== target) continue;
      (object as EventEmitter).on(event, (...values: unknown[]) => {
        const shown = `${event} ${values.map((value) => this.#trace.show(value))}`;
        const untimely = this.#listed.rowOf(target, event, number) !== undefined;
        this.#trace.event(name, untimely ? `${shown} ${UNTIMELY}` : shown);
      });
    }
  }

  /** Runs what a function that a program passed says, in the same turn. */
  callback(number: number, object: On, name: string, steps: Step[]): (...values: unknown[]) => void {
    const owner =
      object.on === 'socket' || object.on === 'server' ? object.on : `${object.on} ${object.of ?? number}`;
    const runner = `${number} ${object.on}${object.of ?? ''} ${name}`;
    let calls = 0;
    let depth = 0;
    return (...values) => {
      calls++;
      const called = `${name} of ${number} called ${values.map((value) => this.#trace.show(value))}`;
      const event = name.replace(' listener', '');
      const untimely = this.#listed.rowOf(object.on, event, object.of ?? number) !== undefined;
      this.#trace.event(owner, untimely ? `${called} ${UNTIMELY}` : called);
      // The callback of `end` may find that the response has left, always before Node 24.
      const isRepeated = event === 'readable' && calls > 1;
      const performs =
        !isRepeated &&
        !untimely &&
        !(object.on === 'socket' && event === 'drain') &&
        // What is asked after the last answer cuts the connection on node:http, before it or after it; so does that answer.
        !(
          event === 'write callback' &&
          (this.#pipelined || isLate(called)) &&
          this.#exchanges.isLast(number)
        ) &&
        !(name === 'end callback' && (node < 24 || this.#pipelined || this.#endsTwice(number)));
      // Where a listener makes itself be called, the stack would overflow in whatever call it comes to.
      if (!performs || depth === DEEPEST) return;
      depth++;
      const by = isLate(called) ? `${runner}, late` : runner;
      for (const step of steps) if (!('throw' in step)) this.perform(number, step, by, 'call');
      depth--;
    };
  }

  /** Whether a handler ends a response more than once: the callbacks of the later calls wait for nothing. */
  #endsTwice(number: number): boolean {
    const steps = JSON.stringify(this.#program.handlers[number]);
    return (steps.match(/"on":"res","call":"end"/g) ?? []).length > 1;
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
      if (step.client === 'end' && this.#listed.isInPieces) return;
      if (step.client !== 'quiet') this.act(step.client);
    } else if ('push' in step) {
      const row = pushRow(step.value);
      if (row === undefined) this.#values.push(step.push, this.#value(number, step.value, NOWHERE));
      else this.#trace.step(runner, `left out: ${row}`);
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
    const isAfterRest = moment === 'rest' || (moment === 'turn' && this.#rested.has(number));
    const hasTicked = moment === 'ticks' && node < 24 && step.on === 'res' && this.#pipelined;
    const counts = 'call' in step && step.call === 'getConnections';
    if ((isAfterRest || hasTicked || counts) && this.#listed.lingers) return 'left out';
    if (this.#rested.has(number) && this.#exchanges.isAfterLast(number)) return 'left out';
    const objects = this.#exchanges.of(step.of ?? number);
    const object = objects?.[step.on];
    if (object === undefined) return 'absent';
    const afterFailure = beforeCall(step, object);
    try {
      if (
        node < 24 &&
        step.on === 'res' &&
        this.#pipelined &&
        (object as ServerResponse).req.socket.destroyed
      )
        return 'listed';
      if (moment === 'ticks' && step.on === 'res' && this.#use.isPiped(object)) return 'left out';
      if ('look' in step) {
        if (moment === 'call' && (step.on === 'req' || this.#use.isPiped(object))) return 'moving';
        const shown = snapshot(trace, step.on, object, atRest);
        return moment === 'call' && step.on === 'res' ? shown.replace(/ destroyed=\w+/, '') : shown;
      }
      const row = rowOf(step, {
        object,
        moment,
        res: objects?.res as ServerResponse | undefined,
        socket: objects?.socket as Socket,
        use: this.#use,
        responses: this.#exchanges.responses(),
        pipelined: this.#pipelined,
        requests: this.#program.handlers.length,
      });
      // Which row it is may depend on the server.
      if (row !== undefined) return 'left out';
      if ('get' in step) {
        const isClosing = moment === 'call' && step.on === 'res' && step.get === 'destroyed';
        if (isClosing || (!atRest && isMoving(step.on, step.get))) return 'moving';
        return read(trace, step.on, object, step.get);
      }
      if ('set' in step) return `set ${Reflect.set(object, step.set, this.#value(number, step.to, NOWHERE))}`;
      if ('listen' in step) {
        (object as EventEmitter)[step.by ?? 'on'](
          step.listen,
          this.callback(number, step, `${step.listen} listener`, step.do),
        );
        this.#use.note(step, object);
        return 'listens';
      }
      if (!isThere(step)) return 'not on this line of Node';
      const method = Reflect.get(object, step.call);
      const isIdle = isBetweenPieces(
        step,
        object,
        moment,
        this.#exchanges.of(number)?.req as IncomingMessage,
      );
      const place = { on: step, name: `${step.call} callback`, isIdle };
      const values = step.with.map((value) => this.#value(number, value, place));
      this.#use.noteBefore(step, this.#exchanges.of(number)?.res);
      const result = Reflect.apply(method, object, values);
      this.#use.note(step, object);
      return (step.call === 'unshift' || step.call.startsWith('write')) &&
        step.call !== 'writeHead' &&
        this.#isMoving(step, step.of ?? number, atRest, moment)
        ? 'moving'
        : trace.show(result);
    } catch (error) {
      afterFailure();
      this.#use.noteFailure(step, object);
      return `threw ${trace.show(error)}`;
    }
  }

  /** Whether what a write returns is listed: it depends on what is counted, and on what was written before in this turn. */
  #isMoving(step: ObjectStep, number: number, atRest: boolean, moment: Moment): boolean {
    const { res, socket } = this.#exchanges.of(number) as Objects;
    const { req } = this.#exchanges.of(number) as { req: IncomingMessage };
    if (step.on === 'req' && req.destroyed) return true;
    if (step.on !== 'res' || res === undefined) return !atRest;
    if (!(socket as Socket).writable || this.#use.corksOf(res) > 0) return true;
    if ('call' in step && isLongInOtherUnits(step.with)) return true;
    if (!atRest && this.#use.isInOtherUnits(res)) return true;
    if (moment === 'call' && this.#use.sizeOf(res) >= 16_384) return true;
    if (!atRest && (moment === 'ticks' || this.#use.isWrittenPast(socket as Socket))) return true;
    return this.#exchanges.waits(number) || (this.#pipelined && !atRest);
  }

  #value(number: number, value: Value, place: Place): unknown {
    return this.#values.of(value, {
      callback: (steps) => this.callback(number, place.on, place.name, place.isIdle ? [] : steps),
      itself: (target) => this.#exchanges.of(number)?.[target],
    });
  }

  /** The client does something. */
  act(action: Exclude<ClientAction, 'quiet'>): void {
    this.#listed.beforeAction();
    // What becomes of what is held when the connection ends is listed.
    if (action === 'end') this.uncork();
    this.client?.act(action);
  }

  /** Uncorks what the program left corked: what becomes of that at the end of a connection is listed. */
  uncork(): void {
    for (const res of this.#exchanges.responses()) this.#uncork('res', res);
    // So is that the refusal of what was cut waits, which in a corked socket is lost.
    if (this.client?.hasSentWhole === false)
      for (const socket of this.#sockets) this.#uncork('socket', socket as Socket);
  }

  #uncork(on: 'res' | 'socket', object: Pick<Socket, 'uncork'>): void {
    while (this.#use.corksOf(object) > 0) {
      object.uncork();
      this.#use.note({ on, call: 'uncork', with: [] }, object);
    }
  }

  /** Calls `next` when a wait is over. */
  wait(number: number, wait: Wait, next: () => void): void {
    this.#rest.wait(number, wait, () => {
      if (wait === 'quiet') this.#rested.add(number);
      next();
    });
  }
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
