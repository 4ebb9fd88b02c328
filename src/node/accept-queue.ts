/**
 * The connections that the system has made and nobody has accepted yet, when a server stops listening: it resets them when
 * their socket closes, though their clients may have sent their requests already.
 *
 * In: a server that listens. Out: they are accepted first, and meanwhile the system takes none that are new, as far as it can
 * be told so. Touches a socket that other processes accept from, as in workers of a cluster, only where it is said that all of
 * them are about to close. That none waits shows a connection of our own, for which there is no place but then. While it waits
 * the system makes none that it hasn't begun; one that it has begun, or made at the same time, is let in first. Where there is
 * no such place: the event loop accepts one in each of its rounds; where it accepted none in the last, none waits but what came
 * since.
 *
 * Node's public interface sets the length of the queue when a server begins to listen; the system lets it be set again, and
 * `_handle.listen` does so, but on Linux only: elsewhere 0 means other things. A socket of the file system is unlinked.
 */
import diagnostics from 'node:diagnostics_channel';
import type { AddressInfo } from 'node:net';
import { OnlyPlace } from './only-place.js';
import { countWaiting } from './socket-table.js';
import { nextTick, setImmediate, setTimeout } from './timers.js';
import { closeUnlinked, unlinkPath } from './unlinked-path.js';

interface ListeningHandle {
  fd?: number;
  listen(backlog: number): number;
  close(): void;
  onconnection(error: number, client: unknown): void;
}

/** A `net.Server`, as far as anything is asked of it here. */
interface Listening {
  address(): unknown;
  _handle?: ListeningHandle | null;
  /** What it was told to listen on. */
  _connectionKey?: string;
}

/** Milliseconds of a round of the event loop in which hardly anything but accepting was done. */
const shortRound = 0.2;

/** Rounds in a row without a new connection, after which none waits. */
const enoughRounds = 10;

/** Milliseconds in which connections that wait are accepted, for new ones may come as fast; but all that may wait are. */
const longestQueue = 5000;

/** How often in a row the only place of a queue may be found taken, in which nobody seems to wait and none was accepted. */
const enoughLooks = 4;

/** Milliseconds in which who takes itself for connected tries again: Linux resends after 200 what isn't acknowledged. */
const handshakePause = 250;

/** How often those are waited for. */
const enoughPauses = 8;

/** How many may wait where a program doesn't say it, on Node. */
const usualBacklog = 511;

/** Published when any `net.Server` begins to listen. */
const BEGINS = 'tracing:net.server.listen:asyncStart';

/** Called with how many connections were accepted, and whether it is the tick after that of the close. */
type OnEmpty = (accepted: number, atOnce: boolean) => void;

/** The handle by which this process alone accepts; null where there is none. */
function ownHandle({ _handle: handle }: Listening): ListeningHandle | null {
  // In workers of a cluster it stands for one of their parent, or tells their parent when it closes.
  return handle && (handle.fd ?? -1) >= 0 && !Object.hasOwn(handle, 'close') ? handle : null;
}

/** In which round of the event loop a handle last accepted. */
const lastRounds = new WeakMap<ListeningHandle, number>();

function presentRound(): number | undefined {
  return performance.nodeTiming.uvMetricsInfo?.loopCount;
}

/** Takes note of when a server that listens accepts. */
export function watchAccepts(server: object): void {
  const handle = ownHandle(server as Listening);
  if (handle === null) return;
  const accept = handle.onconnection;
  handle.onconnection = (error, client) => {
    lastRounds.set(handle, presentRound() ?? Number.NEGATIVE_INFINITY);
    accept.call(handle, error, client);
  };
}

/** Of a handle whose only place is taken by a connection of our own. More than one copy of this file may be at work. */
const kOccupied = Symbol.for('premier.occupied');

const isOccupied = (handle: ListeningHandle) => Reflect.has(handle, kOccupied);

/** Whether it did in this round, which may not have come to it yet, or in the one before. */
function mayWait(handle: ListeningHandle): boolean {
  const round = presentRound();
  return round !== undefined && round - (lastRounds.get(handle) ?? Number.NEGATIVE_INFINITY) <= 1;
}

/** Accepts what waits on a server that is about to close. */
export class AcceptQueue {
  readonly #handle: ListeningHandle;
  readonly #accept: ListeningHandle['onconnection'];
  readonly #onEmpty: OnEmpty;
  /** Null where more than one can wait. */
  readonly #place: OnlyPlace | null;
  /** Others have accepted from the same socket: that nobody came here tells nothing. */
  readonly #isShared: boolean;
  readonly #began = performance.now();
  #accepted = 0;
  #idleRounds = 0;
  /** How many had been accepted when the queue was cut down. */
  #acceptedAtCut = 0;
  /** How many had been accepted when it was last looked, and how often it was since. */
  #acceptedBefore = 0;
  #looks = 0;
  #pauses = 0;
  #isFirstLook = true;
  #isOver = false;

  constructor(handle: ListeningHandle, place: OnlyPlace | null, onEmpty: OnEmpty, isShared = false) {
    this.#handle = handle;
    this.#place = place;
    this.#isShared = isShared;
    this.#onEmpty = onEmpty;
    this.#accept = handle.onconnection;
    handle.onconnection = (error, client) => {
      // A process that has no room for it would be told again in each round.
      if (error) return this.end();
      if (place?.isOurs(client)) return (client as { close(): void }).close();
      this.#accepted++;
      this.#accept.call(handle, error, client);
    };
    if (place === null) this.#goOn();
    else this.#look();
  }

  /** The round under way has looked already. */
  #goOn(): void {
    setImmediate(() => this.#nextRound());
  }

  #nextRound(): void {
    const accepted = this.#accepted;
    const began = performance.now();
    setImmediate(() => this.#afterRound(accepted, began));
  }

  /** Goes on until there was none in a round that was too short for one to have come, or in several of a process that is busy. */
  #afterRound(accepted: number, began: number): void {
    const now = performance.now();
    this.#idleRounds = this.#accepted === accepted ? this.#idleRounds + 1 : 0;
    const isEmpty = this.#idleRounds > 0 && now - began < shortRound;
    if (now - this.#began > longestQueue && this.#accepted - this.#acceptedAtCut > usualBacklog) this.end();
    else if (isEmpty || this.#idleRounds >= enoughRounds) this.#look();
    else if (!this.#isOver) this.#nextRound();
  }

  /** Ends it if nobody waits, as far as can be known. */
  #look(): void {
    if (this.#accepted > this.#acceptedBefore) this.#looks = 0;
    this.#acceptedBefore = this.#accepted;
    if (this.#place === null || this.#looks++ === enoughLooks) this.end();
    else if (this.#isOver) return;
    else if (this.#mayPause() && this.#place.unfinished.mayBeHidden) this.#pause();
    else this.#place.take((leave) => this.#afterLook(leave));
  }

  #afterLook(leave: (() => void) | null): void {
    const atOnce = this.#isFirstLook;
    this.#isFirstLook = false;
    if (leave === null) {
      if (!this.#isOver) this.#goOn();
    } else if (this.#mayPause() && this.#place?.unfinished.lookBesideOurs()) {
      leave();
      this.#pause();
    } else if (this.#isBusy() && countWaiting(this.#handle.fd ?? -1) > 1) {
      // Two that come at once both find the place free.
      leave();
      this.#goOn();
    } else {
      nextTick(leave);
      Reflect.set(this.#handle, kOccupied, true);
      try {
        this.#end(atOnce);
      } finally {
        Reflect.deleteProperty(this.#handle, kOccupied);
      }
    }
  }

  /** Nobody is looked for where hardly anybody comes. */
  #isBusy(): boolean {
    return !this.#isOver && (this.#isShared || this.#accepted > 0 || mayWait(this.#handle));
  }

  /** For who takes itself for connected, and would be reset. */
  #mayPause(): boolean {
    return this.#pauses < enoughPauses && this.#isBusy();
  }

  /** They come in when they try again; who connects meanwhile does too. */
  #pause(): void {
    this.#isFirstLook = false;
    this.#pauses++;
    this.#handle.listen(usualBacklog);
    setTimeout(() => this.#afterPause(), handshakePause).unref();
  }

  #afterPause(): void {
    if (this.#isOver) return;
    this.#acceptedAtCut = this.#accepted;
    this.#place?.unfinished.begin();
    this.#handle.listen(0);
    this.#look();
  }

  /** What still waits is not waited for. */
  end(): void {
    this.#end(false);
  }

  #end(atOnce: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handle.onconnection = this.#accept;
    this.#onEmpty(this.#accepted, atOnce);
  }
}

/**
 * Accepts what waits on a server; null where the parent accepts, or nothing listens. It goes on to listen, and closes in the call
 * of `onEmpty`. Workers that accept from one socket may do so together, but then a connection of one's own would be accepted by
 * another.
 * @param isAlone whether nobody else accepts from the same socket
 */
export function acceptWaiting(server: object, isAlone: boolean, onEmpty: OnEmpty): AcceptQueue | null {
  const handle = ownHandle(server as Listening);
  if (handle !== null) return new AcceptQueue(handle, onlyPlaceOf(server), onEmpty);
  const { _handle: shared } = server as Listening;
  if (!shared || (shared.fd ?? -1) < 0) return null;
  const place = onlyPlaceOf(server);
  const whenEmpty: OnEmpty = (...outcome) => {
    if (place !== null && mayBeShared(server as Listening)) shared.listen(usualBacklog);
    onEmpty(...outcome);
  };
  return new AcceptQueue(shared, isAlone ? place : null, whenEmpty, true);
}

/** The place of a server for whom no more than one can wait from here on; null where that can't be had. */
function onlyPlaceOf(server: object): OnlyPlace | null {
  const address = (server as Listening).address();
  if (typeof (address ?? undefined) !== 'object') return null;
  const place = new OnlyPlace(address as AddressInfo);
  return shrinkBacklog(server) ? place : null;
}

/**
 * Where connections may wait, puts off what the next `close` of `net.Server` does to its handle until they are accepted, or
 * somebody begins to listen, who may want the same address. The server listens no more from that `close` on.
 * @returns null where nothing is put off
 */
export function acceptBeforeClose(server: object, onClosed: OnEmpty): AcceptQueue | null {
  const handle = ownHandle(server as Listening);
  if (handle === null || isOccupied(handle)) return null;
  const path = (server as Listening).address();
  const place = onlyPlaceOf(server);
  if (place === null && !mayWait(handle)) return null;
  const unlinked = typeof path === 'string' && !path.startsWith('\0') && unlinkPath(path) ? path : null;
  handle.close = () => {};
  const queue = new AcceptQueue(handle, place, (accepted, atOnce) => {
    diagnostics.unsubscribe(BEGINS, end);
    Reflect.deleteProperty(handle, 'close');
    // Not where nobody else can have it: connections are made between this and the close.
    if (place !== null && mayBeShared(server as Listening)) handle.listen(usualBacklog);
    closeUnlinked(handle, unlinked);
    onClosed(accepted, atOnce);
  });
  const end = () => queue.end();
  diagnostics.subscribe(BEGINS, end);
  return queue;
}

/**
 * Whether others may listen on the same socket when this process closes it: a child that has got it, or who has handed it on
 * as a descriptor. Of children only those are known for which this process stays alive.
 */
function mayBeShared({ _connectionKey: key = '' }: Listening): boolean {
  // Where that can't be told, there may be some.
  return !/^[46]:/.test(key) || process.getActiveResourcesInfo?.().includes('ProcessWrap') !== false;
}

/** Returns whether it could be done. */
export function shrinkBacklog(server: object): boolean {
  const { address, _handle: handle } = server as Partial<Listening>;
  // A socket of the file system lets nobody wait: its clients are refused.
  if (process.platform !== 'linux' || typeof (address?.call(server) ?? undefined) !== 'object') return false;
  return typeof handle?.listen === 'function' && handle.listen(0) === 0;
}
