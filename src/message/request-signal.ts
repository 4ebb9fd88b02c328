/**
 * What aborts `signal` of a request: that its connection closes before its response has left.
 *
 * In: a request of which somebody asks for its signal. Out: the controller of that, which has aborted where it is too late
 * already; whoever abandons a request aborts it later. Never listens to the socket of a connection.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestWithState } from './request-state.js';

interface SignallingRequest
  extends Pick<IncomingMessage, 'socket' | 'destroyed' | 'readableEnded' | 'complete'> {
  upgrade: RequestWithState['upgrade'];
  _lost: RequestWithState['_lost'];
}

export function controllerOf(request: SignallingRequest): AbortController {
  const controller = new AbortController();
  const { destroyed, readableEnded, complete, _lost } = request;
  const isGivenUp = destroyed && !(readableEnded && complete);
  if (isGivenUp || _lost !== null || losesAnswer(request)) controller.abort();
  else if (isByHand(request)) request.socket?.once?.('close', () => controller.abort());
  return controller;
}

/** Whether a program made it: no connection tells it of its end. */
function isByHand({ upgrade }: SignallingRequest): boolean {
  return upgrade === null;
}

/** Whether the socket of a response that has its turn was destroyed, and nobody was told of that yet. */
function losesAnswer(request: SignallingRequest): boolean {
  const socket = request.socket as (Socket & { _httpMessage?: { req?: object } | null }) | null;
  if (!socket?.destroyed) return false;
  return isByHand(request) || socket._httpMessage?.req === request;
}
