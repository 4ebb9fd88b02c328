// What a program fails at while it answers: a throw, a rejected promise, an error in a callback later on. In: who is
// being answered, and the work. Out: the error on stderr, status 500 or a cut for that client alone; the server goes on.
// An error that belongs to no client ends the process, as it does on Node.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { boundedLine, boundedText, cutText } from '../operation/bounded-line.js';
import { errorLine } from '../operation/json-lines.js';
import { WHOLE_WRITE } from '../operation/line-writer.js';
import { printable, printableLines, textOf } from '../operation/printable-text.js';
import { isWorker } from '../operation/worker-role.js';
import type { Listener } from './exported.js';
import { answerFailure } from './failed-answer.js';
import type { Messages } from './language.js';

/** Characters that are shown of a target: enough to know it by, and no more than fit into one write. */
const longestTarget = 500;

/** Milliseconds after which it is told that a client waits for an answer that nobody has begun. */
const patience = 5000;

export class ProgramFailures {
  /** Whose answer is being made: a response, or a socket that has left HTTP. */
  readonly #answered = new AsyncLocalStorage<ServerResponse | Duplex>();
  readonly #say: Messages;
  /** One answer at a time is waited for, until one was waited for in vain. */
  #waiting: NodeJS.Timeout | 'over' | undefined;

  readonly #asJson: boolean;

  /** @param asJson whether an error is told as a line of JSON, where the log is one too */
  constructor(say: Messages, asJson = false) {
    this.#say = say;
    this.#asJson = asJson;
    process.on('uncaughtException', (error) => this.#onUncaught(error));
    this.#followMicrotasks();
  }

  /** A listener that fails costs its own request an answer, not everybody the server. */
  answering(handler: Listener): (req: IncomingMessage, res: ServerResponse) => void {
    return (req, res) => {
      this.#follow(res, req, res);
      this.#answered.run(res, async () => {
        try {
          const answered = handler(req, res);
          this.expectAnswer(req, res);
          await answered;
        } catch (error) {
          // A client that left is no failure of the program.
          if (!res.destroyed || res.writableEnded) this.#tell(res, error);
        }
      });
    };
  }

  /** Runs what answers a client and returns its result, if it has one; a throw is that client's failure. */
  run<Result>(req: IncomingMessage, client: ServerResponse | Duplex, work: () => Result): Result | undefined {
    // A listener that passes its request on to another is followed already.
    if (this.#answered.getStore() !== client) this.#follow(client, req, client);
    return this.#attempt(client, work);
  }

  #attempt<Result>(client: ServerResponse | Duplex, work: () => Result): Result | undefined {
    return this.#answered.run(client, () => {
      try {
        return work();
      } catch (error) {
        this.#tell(client, error);
        return undefined;
      }
    });
  }

  /**
   * What a request and its response tell later, such as the end of a body, comes from the connection, in whose context
   * nobody is answered: their listeners and callbacks are run for the client here. A throw of theirs stays here as well,
   * so that the connection goes on with its next request.
   */
  #follow(client: ServerResponse | Duplex, req: IncomingMessage, res: ServerResponse | Duplex): void {
    for (const stream of [req, res] as EventEmitter[]) {
      const { emit } = stream;
      replaceMethod(stream, 'emit', (...args) => {
        const tell = () => Reflect.apply(emit, stream, args) as boolean;
        const [event] = args as [string];
        // Without a listener, an 'error' throws.
        const heard = event === 'error' || stream.listenerCount(event) > 0;
        return heard ? (this.#attempt(client, tell) ?? true) : tell();
      });
    }
    for (const name of ['write', 'end'] as const) {
      const method = res[name] as (...args: unknown[]) => unknown;
      replaceMethod(res, name, (...args) => {
        const callback = args.at(-1);
        if (typeof callback === 'function') {
          args[args.length - 1] = (...told: unknown[]) =>
            this.#attempt(client, () => Reflect.apply(callback, res, told));
        }
        return Reflect.apply(method, res, args);
      });
    }
  }

  /** Before Node 24 the error of a microtask is told when its context is over. */
  #followMicrotasks(): void {
    const { queueMicrotask } = globalThis;
    const following: typeof queueMicrotask = (callback) => {
      const client = this.#answered.getStore();
      queueMicrotask(
        client && typeof callback === 'function' ? () => this.#attempt(client, callback) : callback,
      );
    };
    globalThis.queueMicrotask = following;
  }

  #onUncaught(error: unknown): void {
    const client = this.#answered.getStore();
    if (client) this.#tell(client, error);
    else if (process.listenerCount('uncaughtException') === 1) {
      printError(shown(error));
      process.exit(1);
    }
  }

  #tell(client: ServerResponse | Duplex, error: unknown): void {
    const { handlerFailed } = this.#say;
    const asLine = (longest?: number) => errorLine(handlerFailed, error, requestOf(client), longest);
    if (!this.#asJson) printError(`${handlerFailed} ${shown(error)}`);
    // No line of another worker must stand in this one.
    else console.error(isWorker ? boundedLine(WHOLE_WRITE, asLine) : asLine());
    if ('writeHead' in client) answerFailure(client);
    else client.destroy();
  }

  /** Says so, once, when an answer that has not begun has still not a while later. */
  expectAnswer({ method, url }: IncomingMessage, res: ServerResponse): void {
    if (this.#waiting !== undefined || res.headersSent || res.destroyed) return;
    const notice = setTimeout(() => {
      if (res.headersSent) return;
      this.#waiting = 'over';
      const request = printable(`${method} ${cutText(textOf(url) ?? '', longestTarget)}`);
      console.error(`premier: ${this.#say.noAnswer(request, patience / 1000)}`);
    }, patience).unref();
    this.#waiting = notice;
    res.once('close', () => {
      clearTimeout(notice);
      if (this.#waiting === notice) this.#waiting = undefined;
    });
  }
}

/** In one write that a pipe takes whole: what another worker prints must not stand in the middle of it. */
function printError(text: string): void {
  console.error(isWorker ? boundedText(WHOLE_WRITE, text) : text);
}

/** An error as Node prints it; what it says may be quoted from a request. */
const shown = (error: unknown): string => printableLines(typeof error === 'string' ? error : inspect(error));

/** Whose answer failed, for a log; nothing of a socket that has left HTTP. */
function requestOf(client: ServerResponse | Duplex): Record<string, string | undefined> {
  if (!('writeHead' in client)) return {};
  const { method, url } = client.req;
  return { method, target: textOf(url) };
}

/** As own method that a loop over the object's properties doesn't see. */
function replaceMethod(object: object, name: string, value: (...args: unknown[]) => unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, enumerable: false, writable: true });
}
