/** Where the time of an exchange went. In: its moments. Out: phases, which may overlap, in the order of their beginning. */
import type { ExchangeDetail } from './exchange-view.js';

export type PhaseName = 'head' | 'body' | 'loop' | 'handler' | 'unanswered' | 'writing' | 'turn' | 'leaving';

export interface Phase {
  readonly name: PhaseName;
  /** ms since the first byte of the request. */
  readonly from: number;
  readonly to: number;
}

/** @param now - ms since the first byte, for what is under way */
export function phasesOf({ times, request, response, outcome }: ExchangeDetail, now: number): Phase[] {
  const { head, requestEnded, handlerReturned, responseHead, responseEnded, turn, closed } = times;
  if (head === null) return [];
  const end = closed ?? now;
  const phases: Phase[] = [{ name: 'head', from: 0, to: head }];
  const add = (name: PhaseName, from: number, to: number) =>
    phases.push({ name, from, to: Math.max(from, to) });
  if (request !== null && request.body.total > 0) add('body', head, requestEnded ?? end);
  if (handlerReturned !== null) add('loop', head, handlerReturned);
  const isUnanswered = responseHead === null && outcome !== null;
  add(isUnanswered ? 'unanswered' : 'handler', head, responseHead ?? end);
  // What follows the head of an upgrade is no response's.
  if (response === null || responseHead === null || outcome === 'upgraded') return phases;
  add('writing', responseHead, responseEnded ?? end);
  if (turn !== null) add('turn', responseHead, turn);
  if (responseEnded !== null) add('leaving', Math.max(responseEnded, turn ?? 0), end);
  return phases;
}
