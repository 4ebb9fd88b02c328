/**
 * The `HttpRequest` entries that a `PerformanceObserver` of type `http` gets from `node:http`'s server.
 *
 * In: an exchange when it begins and when its response has ended. Out: an entry, as Node makes it. There is no public
 * way to add one; but while somebody observes, the last step of Node's own messages does: so a stand-in of ours goes
 * through it. Costs a few nanoseconds where nobody observes, and never shows the stand-in to anybody.
 */
import { channel } from 'node:diagnostics_channel';
import {
  ClientRequest,
  type IncomingMessage,
  ServerResponse as NodeServerResponse,
  type OutgoingHttpHeaders,
  OutgoingMessage,
} from 'node:http';
import { PerformanceObserver, performance } from 'node:perf_hooks';

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

const { _finish: finishRequest } = ClientRequest.prototype as unknown as FinishingMethods;
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

/** The key under which Node keeps what it knows of an entry to come; undefined where it can't be found out. */
function learnKey(): symbol | undefined {
  // A response of Node's own would be told to whoever listens there.
  if (channel('http.server.response.created').hasSubscribers) return undefined;
  const observer = new PerformanceObserver(() => {});
  try {
    const unobserved = !ask();
    observer.observe({ type: 'http' });
    if (!unobserved || !ask()) return undefined;
    const request = { method: 'GET', url: '/', headers: {}, httpVersionMajor: 1, httpVersionMinor: 1 };
    const response = new NodeServerResponse(request as IncomingMessage);
    const keys = Object.getOwnPropertySymbols(response);
    return keys.find(({ description }) => description === 'ServerResponseStatistics');
  } catch {
    return undefined;
  } finally {
    observer.disconnect();
  }
}

const kStatistics = learnKey();
const entries = new WeakMap<object, object>();
/** Nothing is looked up before anybody has observed anything. */
let everObserved = false;

/** Whether Node's way of making entries is the one known here; else none are made. */
export const makesEntries = kStatistics !== undefined;

/** Whether somebody observes entries of type `http` now. */
export const isObserved: () => boolean = makesEntries ? ask : () => false;

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
