/**
 * The `HttpRequest` entries that a `PerformanceObserver` of type `http` gets from `node:http`'s server.
 *
 * In: an exchange when it begins and when its response has ended. Out: an entry, as Node makes it. There is no public
 * way to add one; but while somebody observes, the last step of Node's own messages does: so a stand-in of ours goes
 * through it. Costs a few nanoseconds where nobody observes, and never shows the stand-in to anybody.
 */
import { channel } from 'node:diagnostics_channel';
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
const { ServerResponse: NodeServerResponse } = http;

const { _finish: finishRequest } = http.ClientRequest.prototype as unknown as FinishingMethods;
const { _finish: finishResponse } = NodeServerResponse.prototype as unknown as FinishingMethods;

/** What goes through the last step: it wants a socket, and tells listeners that it has none of. */
function standIn(more: object): object {
  const message = Object.assign(new OutgoingMessage(), { emit: () => false, ...more });
  return Object.assign(message, { socket: {} });
}

let asked = false;

/** Its fields are looked at only where somebody observes. */
const question = standIn({
  getHeaders() {
    asked = true;
    return {};
  },
});

function ask(): boolean {
  asked = false;
  finishRequest.call(question);
  return asked;
}

/** Whether Node's messages can be asked at all. */
function probe(): boolean {
  try {
    ask();
    return true;
  } catch {
    return false;
  }
}

/** Whether entries may be made: until it turns out that Node makes them in another way than is known here. */
let makesEntries = probe();

/** The key under which Node keeps what it knows of an entry to come; learnt when somebody first observes. */
let kStatistics: symbol | undefined;

/** Asked while somebody observes. Undefined where it can't be found out. */
function learnKey(): symbol | undefined {
  const request = { method: 'GET', url: '/', headers: {}, httpVersionMajor: 1, httpVersionMinor: 1 };
  try {
    const keys = Object.getOwnPropertySymbols(new NodeServerResponse(request as IncomingMessage));
    return keys.find(({ description }) => description === 'ServerResponseStatistics');
  } catch {
    return undefined;
  }
}

function knowsKey(): boolean {
  if (kStatistics !== undefined) return true;
  // A response of Node's own would be told to whoever listens there: later, then.
  if (channel('http.server.response.created').hasSubscribers) return false;
  kStatistics = learnKey();
  makesEntries = kStatistics !== undefined;
  return makesEntries;
}

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
    answer = makesEntries && ask() && knowsKey();
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
  finishResponse.call(standIn({ statusCode, statusMessage, getHeaders, [kStatistics]: statistics }));
}
