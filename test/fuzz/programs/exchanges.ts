// The exchanges of a run that have begun, in the order of their requests.
// In: the objects of each. Out: those objects again, and how far the exchanges have got, as the objects themselves tell.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Target } from './program.js';

/** One exchange's objects: an upgrade has no response. */
export type Objects = Partial<Record<Target, object>>;

type Response = ServerResponse & { _last?: boolean };

export class Exchanges {
  readonly #all: Objects[] = [];

  get count(): number {
    return this.#all.length;
  }

  /** Returns the number of the exchange. */
  add(objects: Objects): number {
    return this.#all.push(objects) - 1;
  }

  of(number: number): Objects | undefined {
    return this.#all[number];
  }

  /** The responses before that of an exchange; all where none is given. */
  responses(before = this.count): Response[] {
    return this.#all.slice(0, before).flatMap(({ res }) => (res === undefined ? [] : [res as Response]));
  }

  /** Whether responses before that of an exchange haven't left. */
  waits(number: number): boolean {
    return this.responses(number).some((res) => !res.writableFinished);
  }

  /** Whether the connection has ended after a response before that of an exchange. */
  isAfterLast(number: number): boolean {
    return this.responses(number).some(({ _last, writableFinished }) => _last && writableFinished);
  }

  /** Whether a response, or one before it, says that it is the last of the connection. */
  isLast(number: number): boolean {
    return this.responses(number + 1).some(({ _last }) => _last === true);
  }

  /** Whether a response is the last of the connection: nothing that is asked after it is answered. */
  get isOver(): boolean {
    return this.responses().some(({ _last }) => _last === true);
  }

  /** Whether a request hasn't come to its end. */
  get isCut(): boolean {
    return this.#all.some(({ req }) => !(req as IncomingMessage).complete);
  }
}
