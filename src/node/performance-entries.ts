/**
 * The `HttpRequest` entries that a `PerformanceObserver` of type `http` gets from `node:http`'s server.
 *
 * In: an exchange when it begins and when its response has ended. Out: an entry, as Node makes it. There is no public
 * way to add one; but while somebody observes, the last step of Node's own messages does: so a stand-in of ours goes
 * through it. Costs a few nanoseconds where nobody observes, and never shows the stand-in to anybody.
 */
import http, { type IncomingMessage, type OutgoingHttpHeaders, OutgoingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setImmediate } from './timers.js';

/** What an entry tells of a request. */
type ObservedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** What an entry tells of a response. */
interface ObservedResponse {
  statusCode: number;
  statusMessage: string | undefined;
  getHeaders(): OutgoingHttpHeaders;
}

/** `_finish` is the last step of a message of Node's: private, and so probed below. */
interface FinishingMethods {
  _finish(this: object): void;
}

/** As it is before `premier/register` puts another in its place. */
const { _finish: finish } = http.ServerResponse.prototype as unknown as FinishingMethods;

/** What goes through the last step: it wants a socket, and tells listeners that it has none of. */
function standIn(more: object): object {
  const message = Object.assign(new OutgoingMessage(), { emit: () => false, ...more });
  return Object.assign(message, { socket: {} });
}

const ENOUGH = new Error('Asked, and no entry is wanted');

let asked = false;

/** Its fields are looked at only where somebody observes; nothing becomes of it then. */
const QUESTION = {
  getHeaders() {
    asked = true;
    throw ENOUGH;
  },
};

function ask(question: object): boolean {
  asked = false;
  try {
    finish.call(question);
  } catch (error) {
    if (error !== ENOUGH) throw error;
  }
  return asked;
}

/** The key under which Node keeps what it knows of an entry to come: what the last step looks for. */
function learnKey(): symbol | undefined {
  let key: symbol | undefined;
  const asker = new Proxy(standIn(QUESTION), {
    get(message, name) {
      const isKey = typeof name === 'symbol' && name.description === 'ServerResponseStatistics';
      if (isKey) key = name;
      return isKey || Reflect.get(message, name);
    },
  });
  try {
    ask(asker);
    return key;
  } catch {
    return undefined;
  }
}

/** Where it can't be found out, no entries are made. */
const kStatistics = learnKey();
const question = kStatistics === undefined ? null : standIn({ ...QUESTION, [kStatistics]: true });

const entries = new WeakMap<object, object>();
/** Nothing is looked up before anybody has observed anything. */
let everObserved = false;

/** The answer that holds for the present turn of the event loop; null where nobody has asked in it. */
let answer: boolean | null = null;

function forgetAnswer(): void {
  answer = null;
}

/**
 * Whether somebody observes entries of type `http`, and they can be made. Asked once in a turn of the event loop: it
 * costs more than all else that a request pays for what it doesn't use.
 */
export function isObserved(): boolean {
  if (answer === null) {
    answer = question !== null && ask(question);
    setImmediate(forgetAnswer).unref();
  }
  return answer;
}

/** An exchange begins while somebody observes. */
export function beginEntry({ method, url, headers }: ObservedRequest, response: object): void {
  everObserved = true;
  const detail = { req: { method, url, headers } };
  entries.set(response, { type: 'http', name: 'HttpRequest', detail, startTime: performance.now() });
}

/** The response has ended: its entry is handed to whoever observes, if it was begun. */
export function endEntry(response: ObservedResponse): void {
  if (!everObserved) return;
  const statistics = entries.get(response);
  if (statistics === undefined || kStatistics === undefined) return;
  entries.delete(response);
  const { statusCode, statusMessage } = response;
  const getHeaders = () => response.getHeaders();
  finish.call(standIn({ statusCode, statusMessage, getHeaders, [kStatistics]: statistics }));
}
