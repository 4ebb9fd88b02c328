/**
 * A connection, as far as the clocks of its server are concerned: idle between two requests, or under way for so long.
 *
 * In: that a request begins or ends, that everything was answered, and that its server closes. Out: what times out. Keeps no
 * timer of its own.
 */
import { now } from '../node/timers.js';
import type { ServerSocket } from '../transport/server-socket.js';
import { type HttpServer, kEngine } from './http-server.js';
import { PACES_OF_GRACE } from './limits.js';
import type { Timed } from './timeouts.js';

/** What is clocked. */
export interface ClockedConnection {
  readonly server: HttpServer;
  readonly socket: ServerSocket;
  /** Whether the head of the request under way is complete. */
  readonly headComplete: boolean;
  onTimeout(): void;
  onRequestTimeout(): void;
}

export class ConnectionClock implements Timed {
  idleSince = 0;
  previousIdle: Timed | null = null;
  nextIdle: Timed | null = null;
  /** When the request under way began; 0 when there is none. The first one is awaited from the start. */
  requestStart = now();
  /** When it came. */
  since = this.requestStart;
  /** Its server closed since it came, or is closed: the connection ends after the response it is at. */
  isLeaving = false;
  readonly #connection: ClockedConnection;
  /** It was told of, since it leaves, that its client may send one more request. */
  #isKept = false;
  /** What had been received when the rest of a request was last waited for. */
  #received: number | undefined = 0;

  constructor(connection: ClockedConnection) {
    this.#connection = connection;
  }

  get headComplete(): boolean {
    return this.#connection.headComplete;
  }

  /**
   * Milliseconds from one of its requests to the next, on average, as long as the next may be expected; 0 where it isn't.
   * @param requests - how many there were
   */
  paceOf(requests: number): number {
    if (requests < 2) return 0;
    const time = now();
    const end = this.idleSince || time;
    const pace = (end - this.since) / requests;
    return time - end > PACES_OF_GRACE * pace ? 0 : pace;
  }

  /** A request has begun to arrive and isn't complete. */
  requestArrives(): void {
    if (this.requestStart !== 0) return;
    this.requestStart = now();
    this.leaveIdle();
  }

  requestEnds(): void {
    this.requestStart = 0;
  }

  /** The program knows that the request is late: it is not told again. */
  isTold(): void {
    this.requestStart = Number.POSITIVE_INFINITY;
  }

  /** A request waits for what was asked before it: neither is it late, nor is the connection idle. */
  requestWaits(): void {
    this.requestStart = Number.POSITIVE_INFINITY;
  }

  becomeIdle(): void {
    const { server, socket } = this.#connection;
    if (this.isLeaving) {
      // An answer from before said that the connection goes on: what the client is sending now is still served.
      server[kEngine].idle.remove(this);
      if (!this.#isKept) server[kEngine].grace.keep();
      this.#isKept = true;
      return;
    }
    server[kEngine].idle.add(this);
    // What the server or a handler set for the time of a request is no limit of the time between two.
    if (this.idleSince !== 0 && socket.timeout) socket.setTimeout(0);
  }

  /** All is answered, and the rest of a request still comes: as on node:http it may pause for as long as the connection may. */
  awaitRest(): void {
    const { server, socket } = this.#connection;
    this.#received = socket.bytesRead;
    server[kEngine].idle.add(this);
  }

  leaveIdle(): void {
    if (this.isLeaving) this.#connection.server[kEngine].grace.requestCame();
    if (this.idleSince === 0) return;
    const { server, socket } = this.#connection;
    server[kEngine].idle.remove(this);
    if (server.timeout) socket.setTimeout?.(server.timeout);
  }

  /** Nothing is waited for any more. */
  stop(): void {
    this.requestStart = 0;
    this.#connection.server[kEngine].idle.remove(this);
  }

  onIdleTimeout(): void {
    const { socket } = this.#connection;
    if (this.requestStart !== 0 && isReceiving(socket, this.#received)) this.awaitRest();
    else this.#connection.onTimeout();
  }

  onRequestTimeout(): void {
    this.#connection.onRequestTimeout();
  }
}

/** A socket of the program's own may not count. */
function isReceiving({ bytesRead }: { bytesRead?: number }, before: number | undefined): boolean {
  return bytesRead === undefined || bytesRead !== before;
}
