/**
 * Tells a response that it has left, whatever its connection speaks.
 *
 * In: that the kernel has all of it, or why it never will. Out: the callback of `end`, what becomes free, then 'finish',
 * in node:http's order. What the callback throws keeps neither of the others back.
 */
import type { ChannelListener } from '../message/response-channel.js';

/** Whoever has a response that leaves. */
export interface Leaving {
  /** @param watched - somebody could notice when the response is over */
  leave(watched: boolean): void;
}

/** @param error - why it never will leave; null or undefined where it has left */
export function tellLeft(response: ChannelListener, error: Error | null | undefined, leaving: Leaving): void {
  const failure = response._noteWritten(error);
  if (!response.watched) {
    if (failure === null) leaving.leave(false);
    return;
  }
  // As on node:http, who gave `end` a callback still finds the socket; the listeners for 'finish' don't.
  try {
    response._tellEnd(failure);
  } finally {
    if (failure === null) tellFinish(response, leaving);
  }
}

function tellFinish(response: ChannelListener, leaving: Leaving): void {
  if (!response._leavesInFinish) {
    leaving.leave(true);
    response._tellFinish();
    return;
  }
  const leave = () => {
    response._leave = null;
    leaving.leave(true);
  };
  response._leave = leave;
  try {
    response._tellFinish();
  } finally {
    if (response._leave !== null) leave();
  }
}
