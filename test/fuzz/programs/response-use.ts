// What a program has done with each response, whatever became of that.
// In: the steps that were performed. Out: numbers of bytes and of corks, whether it was ended, whether a request's body is
// piped into it, and whether the program listens to its socket.
import { Buffer } from 'node:buffer';
import type { ObjectStep, Value } from './program.js';
import { isLongInOtherUnits } from './step-values.js';

/** More than a head and the framing of a body take. */
export const HEAD_AT_MOST = 1000;

export class ResponseUse {
  readonly #sizes = new WeakMap<object, number>();
  readonly #corks = new WeakMap<object, number>();
  readonly #ended = new WeakSet<object>();
  readonly #piped = new WeakSet<object>();
  readonly #pieces = new WeakMap<object, number>();
  readonly #flushed = new WeakSet<object>();
  readonly #heard = new WeakSet<object>();
  readonly #stopped = new WeakSet<object>();
  readonly #writtenPast = new WeakSet<object>();
  readonly #uncorked = new WeakSet<object>();
  readonly #inOtherUnits = new WeakSet<object>();

  /** A call has thrown: what was to leave before it has left. */
  noteFailure(step: ObjectStep, object: object): void {
    if ('call' in step && step.on === 'socket' && step.call === 'write') this.#writtenPast.add(object);
  }

  /** A step is about to be performed; `res` is the response of its exchange, which hears of a pipe before the call is over. */
  noteBefore(step: ObjectStep, res: object | undefined): void {
    if ('call' in step && step.on === 'req' && step.call === 'pipe' && res !== undefined)
      this.#piped.add(res);
  }

  /** A step was performed on an object. */
  note(step: ObjectStep, object: object): void {
    if ('listen' in step && step.on === 'socket' && (step.listen === 'data' || step.listen === 'readable')) {
      this.#heard.add(object);
    }
    if (!('call' in step)) return;
    if (step.on === 'socket' && step.call === 'cork') this.#corks.set(object, this.corksOf(object) + 1);
    if (step.on === 'socket' && step.call === 'uncork') this.#corks.set(object, this.corksOf(object) - 1);
    if (step.on === 'socket' && step.call === 'uncork') this.#uncorked.add(object);
    if (step.on === 'socket' && step.call === 'write') this.#writtenPast.add(object);
    if (step.on === 'socket' && step.call === 'pause') this.#stopped.add(object);
    if (step.on === 'res') this.#noteHeld(step.call, object);
    if (step.on === 'res' && (step.call === 'write' || step.call === 'end')) {
      this.#sizes.set(object, this.sizeOf(object) + sizeOfChunk(step.with));
      if (isLongInOtherUnits(step.with)) this.#inOtherUnits.add(object);
      if (step.call === 'end') this.#end(object);
    } else if (step.on === 'res' && step.call === 'cork') this.#corks.set(object, this.corksOf(object) + 1);
    else if (step.on === 'res' && step.call === 'uncork') this.#corks.set(object, this.corksOf(object) - 1);
  }

  /** On node:http, a head and what comes with it isn't held by a cork. */
  #noteHeld(call: string, res: object): void {
    if (call === 'cork' && this.corksOf(res) === 0) {
      this.#pieces.set(res, (res as { headersSent?: boolean }).headersSent ? 1 : 0);
      this.#flushed.delete(res);
    } else if (call === 'write' || call === 'flushHeaders') {
      this.#pieces.set(res, this.piecesHeldBy(res) + 1);
      if (call === 'flushHeaders') this.#flushed.add(res);
    }
  }

  #end(res: object): void {
    this.#ended.add(res);
    this.#corks.delete(res);
  }

  /** How often it was corked and not uncorked again. */
  corksOf(res: object): number {
    return this.#corks.get(res) ?? 0;
  }

  /** How many pieces of a response, its head among them, were written since it was corked. */
  piecesHeldBy(res: object): number {
    return this.#pieces.get(res) ?? 0;
  }

  /** Whether it is corked, and its head was flushed meanwhile. */
  holdsHead(res: object): boolean {
    return this.corksOf(res) > 0 && this.#flushed.has(res);
  }

  /** Whether the program listens for what comes through a socket. */
  isHeard(socket: object): boolean {
    return this.#heard.has(socket);
  }

  /** Whether text of which characters aren't bytes was written to it, a lot of it. */
  isInOtherUnits(res: object): boolean {
    return this.#inOtherUnits.has(res);
  }

  /** Whether the program has written to a socket itself. */
  isWrittenPast(socket: object): boolean {
    return this.#writtenPast.has(socket);
  }

  /** Whether the program has uncorked a socket itself. */
  isUncorked(socket: object): boolean {
    return this.#uncorked.has(socket);
  }

  /** Whether the program has paused a socket. */
  isStopped(socket: object): boolean {
    return this.#stopped.has(socket);
  }

  /** Whether the program, or what it pipes, may have ended it. */
  mayHaveEnded(res: object): boolean {
    return this.#ended.has(res) || this.#piped.has(res);
  }

  /** In bytes. */
  sizeOf(res: object): number {
    return this.#sizes.get(res) ?? 0;
  }

  /** Whether it may have been given as much, with a head, as is too much to wait. */
  mayFill(res: object, { writableHighWaterMark }: { writableHighWaterMark: number }): boolean {
    return this.#piped.has(res) || this.sizeOf(res) + HEAD_AT_MOST >= writableHighWaterMark;
  }

  isPiped(res: object): boolean {
    return this.#piped.has(res);
  }
}

/** The bytes of what `write` or `end` is called with. */
export function sizeOfChunk([chunk, encoding]: readonly Value[]): number {
  if (typeof chunk === 'string') return sizeOfText(chunk, encoding);
  if (typeof chunk !== 'object' || chunk === null || Array.isArray(chunk)) return 0;
  if ('repeat' in chunk) return sizeOfText(chunk.repeat, encoding) * chunk.times;
  if ('bytes' in chunk) return chunk.bytes.length * (chunk.times ?? 1);
  return 'array' in chunk ? chunk.array.length : 0;
}

function sizeOfText(text: string, encoding: Value | undefined): number {
  const isKnown = typeof encoding === 'string' && Buffer.isEncoding(encoding);
  return Buffer.byteLength(text, isKnown ? encoding : 'utf8');
}
