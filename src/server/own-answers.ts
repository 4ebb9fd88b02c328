/**
 * What a server answers by itself to requests that were read without fault, in place of the program: one table.
 *
 * In: the response of such a request. Out: whoever observes is told why, before the answer is written. `node:http` has no
 * codes for these, since it tells nobody of them.
 */
import type { ServerResponse } from '../message/server-response.js';
import { ObservedChannel } from './observed-channel.js';
import type { Refusal } from './server-observer.js';

export const OWN_ANSWERS = {
  hostMissing: {
    code: 'ERR_HTTP_HOST_MISSING',
    status: 400,
    rfc: 'RFC 9112 §3.2',
    reason: 'The request names no host: it has no Host field',
  },
  expectationUnknown: {
    code: 'ERR_HTTP_EXPECTATION_UNKNOWN',
    status: 417,
    rfc: 'RFC 9110 §10.1.1',
    reason: 'The request expects something other than 100-continue',
  },
  tooManyRequests: {
    code: 'ERR_HTTP_TOO_MANY_REQUESTS',
    status: 503,
    rfc: '',
    reason: 'The connection has had as many requests as maxRequestsPerSocket allows',
  },
} as const satisfies Record<string, Pick<Refusal, 'code' | 'status' | 'rfc' | 'reason'>>;

/** Tells whoever observes the request of a response that the server answers it, and why. */
export function tellOwnAnswer(response: ServerResponse, name: keyof typeof OWN_ANSWERS): void {
  const channel = response._open();
  if (channel instanceof ObservedChannel) channel.exchange.answerInstead(OWN_ANSWERS[name]);
}
