/**
 * Who waits for bytes to leave, in the order of the bytes.
 *
 * In: listeners, each after the bytes it waits for, and word of what became of the writes. Out: each listener is told
 * once. One that throws is the program's, and keeps no other from being told.
 */
import type { Socket } from 'node:net';
import { streamDestroyed } from '../node/errors.js';
import { nextTick } from '../node/timers.js';

/** Told when everything written before it has been handed to the kernel, or could not be. */
export interface WriteListener {
  /** Whether it matters to anybody when that is; else it may be told at once. */
  readonly watched: boolean;
  /** Whether what was written is a whole response with that. */
  readonly endsResponse: boolean;
  onWritten(error: Error | null | undefined): void;
}

/** Listeners that are told together: one by itself, which is the most frequent, or a list. */
export type ListenerGroup = WriteListener | readonly WriteListener[];

/** A write for which nobody waits. */
export const NOBODY: readonly WriteListener[] = Object.freeze([]);

export class WriteListeners {
  /** Those for bytes that are still gathered. */
  #gathered: WriteListener[] = [];
  /** Those for writes that the socket has and the kernel hasn't. */
  readonly #inFlight: ListenerGroup[] = [];
  /** Groups that are told in the next tick. */
  #untold = 0;
  /** Why a write failed, if one did: nothing leaves after it. */
  #failure: Error | null = null;

  add(listener: WriteListener): void {
    this.#gathered.push(listener);
  }

  /** Whether nobody waits for what is gathered. */
  get isEmpty(): boolean {
    return this.#gathered.length === 0;
  }

  /** Whether what is gathered completes a response. */
  get endsResponse(): boolean {
    return this.#gathered.some(endsResponse);
  }

  /** Whether it matters when those for what is gathered are told: to them, or to others that come before them. */
  get watched(): boolean {
    return this.#untold > 0 || this.#gathered.some(isWatched);
  }

  /** Whether the socket has something that the kernel hasn't. */
  get areInFlight(): boolean {
    return this.#inFlight.length > 0;
  }

  /** Takes those for what is gathered. */
  take(): ListenerGroup {
    const { length } = this.#gathered;
    if (length === 0) return NOBODY;
    if (length === 1) return this.#gathered.pop() as WriteListener;
    const group = this.#gathered;
    this.#gathered = [];
    return group;
  }

  /** They are told with the next write that is reported. */
  sent(group: ListenerGroup): void {
    this.#inFlight.push(group);
  }

  /** They wait for nothing more than the write before them. */
  joinLast(group: ListenerGroup, socket: Socket): void {
    const last = this.#inFlight.pop();
    if (last === undefined) this.tellSoon(group, socket);
    else this.#inFlight.push([last, group].flat());
  }

  /** The first write that is in flight has left, or could not. */
  reported(error: Error | null | undefined): void {
    if (error) this.failed(error);
    tell(this.#inFlight.shift() ?? NOBODY, error ?? this.#failure);
  }

  /** A write could not leave, for which nobody was in flight: the socket need not know of it yet. */
  failed(error: Error): void {
    this.#failure ??= error;
  }

  tellNow(group: ListenerGroup, socket: Socket): void {
    tell(group, this.#failure ?? socket.errored);
  }

  tellSoon(group: ListenerGroup, socket: Socket): void {
    if (group === NOBODY) return;
    this.#untold++;
    nextTick(WriteListeners.#tellInOrder, this, group, socket);
  }

  static #tellInOrder(listeners: WriteListeners, group: ListenerGroup, socket: Socket): void {
    try {
      listeners.tellNow(group, socket);
    } finally {
      listeners.#untold--;
    }
  }

  /** What they wait for never leaves. */
  tellDestroyed(group: ListenerGroup): void {
    if (group !== NOBODY) nextTick(tell, group, streamDestroyed('write'));
  }
}

/** Tells each, whatever others throw. */
export function tell(group: ListenerGroup, error: Error | null | undefined): void {
  if (isList(group)) tellFrom(group, 0, error);
  else group.onWritten(error);
}

function isList(group: ListenerGroup): group is readonly WriteListener[] {
  return Array.isArray(group);
}

function tellFrom(list: readonly WriteListener[], first: number, error: Error | null | undefined): void {
  let next = first;
  try {
    while (next < list.length) list[next++].onWritten(error);
  } finally {
    if (next < list.length) nextTick(tellFrom, list, next, error);
  }
}

function endsResponse({ endsResponse }: WriteListener): boolean {
  return endsResponse;
}

function isWatched(listener: WriteListener): boolean {
  return listener.watched;
}
