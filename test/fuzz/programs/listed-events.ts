// Which events docs/compatibility.md lists as coming at another time, or not at all.
// In: an event as it comes. Out: whether it is one of those. What else comes with it stays to be compared.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { node } from '../../subjects.js';
import type { Client } from './client.js';
import type { Exchanges, Objects } from './exchanges.js';
import type { Program, Target } from './program.js';
import { fillsOverTicks, stepsIn, writesNothing } from './program-facts.js';

export const eventRows = {
  lingering: 'a connection that ends while its client still sends',
  refused: 'after a refusal',
  lost: "'close' of a response whose connection is lost before its turn",
  leaving: "when 'finish' comes",
  turn: "the turn of a pipelined response, and its 'socket'",
  reset: 'a connection that the client resets',
  streams: 'small print of streams',
  length: '`writableLength`',
  ends: 'callbacks of `end`',
  waiting: 'a response that waits while its connection is lost',
};

/** What tells of the end of a connection, and of a request that doesn't come to its end. */
const ending = ['aborted', 'error', 'close'];

/** What tells of the end of a socket, and of what its client still sends. */
const endingOfSocket = [...ending, 'end', 'finish', 'data', 'readable'];

/** What of a request depends on which call meets a reset first. */
const tellsOfReset = ['aborted', 'error', 'end', 'close'];

/** What comes of a message whose socket the program ended depends on what had left by then. */
const tellsOfEnd = ['prefinish', 'finish', ...tellsOfReset];

/** How far the client has got. */
type Sending = Pick<Client, 'hasLeft' | 'hasSentWhole'>;

export class ListedEvents {
  readonly #exchanges: Exchanges;
  readonly #isPipelined: boolean;
  readonly #resets: boolean;
  /** The client leaves while a handler runs, or by a reset. */
  readonly #leaves: boolean;
  /** The client leaves by a reset while a handler runs. */
  readonly #resetsInHandler: boolean;
  /** A handler ends the socket itself. */
  readonly #endsSocket: boolean;
  /** A handler writes nothing to a response. */
  readonly #writesNothing: boolean;
  /** A connection is cut, or a response is ended more than once. */
  readonly #isHard: boolean;
  /** A handler writes a lot of text of which characters aren't bytes. */
  readonly #isInOtherUnits: boolean;
  /** A handler corks. */
  readonly #corks: boolean;
  /** A handler flushes a head. */
  readonly #flushes: boolean;
  /** Whether a write returns false depends on what was written in another tick of the turn. */
  readonly #fillsOverTicks: boolean;
  /** The server answers some requests by itself. */
  readonly #hasUnseen: boolean;
  /** Requests come in several pieces. */
  readonly isInPieces: boolean;
  readonly #client: () => Sending | null;
  #hasLingered = false;

  constructor(program: Program, exchanges: Exchanges, client: () => Sending | null) {
    this.#client = client;
    this.#exchanges = exchanges;
    this.#isPipelined = program.handlers.length > 1;
    this.#leaves =
      program.client.includes('end') ||
      /"reset"|"client":"end"/.test(JSON.stringify(program.handlers) + JSON.stringify(program.client));
    this.#resets = JSON.stringify(program).includes('"reset"');
    const steps = JSON.stringify(program.handlers);
    this.#resetsInHandler = steps.includes('"reset"');
    this.#endsSocket = /"on":"socket","call":"(?:end|destroySoon)"/.test(steps);
    const isCut = this.#resets || /"call":"(?:destroy|resetAndDestroy|closeAllConnections)/.test(steps);
    this.#isHard = isCut || (steps.match(/"on":"res","call":"end"/g) ?? []).length > program.handlers.length;
    this.#corks = steps.includes('"cork"');
    this.#flushes = steps.includes('"flushHeaders"');
    this.#writesNothing = stepsIn(program.handlers).some(writesNothing);
    this.#fillsOverTicks = fillsOverTicks(program);
    this.#isInOtherUnits = /"repeat":"[^"]*(?:[^ -~]|\\u)|"repeat".*"(?:utf16|ucs)/.test(steps);
    const sent = program.client.map((action) => (typeof action === 'object' ? action.send : '')).join('');
    this.#hasUnseen = /Expect: something/.test(sent);
    this.isInPieces = program.client.filter((action) => typeof action === 'object').length > 1;
  }

  /** Whether the connection ends within a request, because of the last answer or of a refusal. */
  get lingers(): boolean {
    const exchanges = this.#exchanges;
    const client = this.#client();
    if (this.#hasLingered) return true;
    if (client === null || client.hasSentWhole || !(exchanges.isCut || this.#hasUnseen)) return false;
    return exchanges.isOver || client.hasLeft;
  }

  /** What the client does now comes too late if the connection lingers. */
  beforeAction(): void {
    this.#hasLingered = this.lingers;
  }

  /**
   * The row that lists an event, if one does.
   * @param event - its name, or what was called, as `write callback`
   * @param number - of the exchange
   */
  rowOf(target: Target, event: string, number: number): string | undefined {
    const objects = this.#exchanges.of(number);
    if (objects === undefined) return undefined;
    if (this.lingers && isOfLingering(target, event, objects)) return eventRows.lingering;
    if (this.#endsSocket && target !== 'socket' && tellsOfEnd.includes(event)) return eventRows.streams;
    const mayTellOfReset = node < 24 ? this.#resets : this.#resetsInHandler;
    if (target === 'req' && mayTellOfReset && tellsOfReset.includes(event)) return eventRows.reset;
    if (target === 'socket') return this.#rowOfSocket(event);
    // It is paused where what it is piped into closes.
    if (target === 'req' && event === 'pause' && this.#closesAlone(objects as { socket: Socket }))
      return eventRows.waiting;
    if (target !== 'res') return undefined;
    return this.#rowOfResponse(event, number, objects as { res: ServerResponse; socket: Socket });
  }

  /** Whether a response that waited may close on premier alone. */
  #closesAlone({ socket }: { socket: Socket }): boolean {
    return node < 24 && this.#isPipelined && socket.destroyed;
  }

  #rowOfSocket(event: string): string | undefined {
    if (node < 24 && this.#resets) return eventRows.reset;
    return (event === 'close' || event === 'end') && this.isInPieces ? eventRows.refused : undefined;
  }

  #rowOfResponse(
    event: string,
    number: number,
    { res, socket }: { res: ServerResponse; socket: Socket },
  ): string | undefined {
    const isPipelined = this.#isPipelined;
    const closesAlone = this.#closesAlone({ socket });
    const isLost = res.destroyed || socket.destroyed;
    if (event === 'close') {
      if (node < 24 && this.#resets) return eventRows.reset;
      const exchanges = this.#exchanges;
      const isAfterLast = exchanges.responses(number).some(({ _last }) => _last === true);
      const isLate = exchanges.waits(number) || isAfterLast || closesAlone;
      return isLate ? eventRows.lost : undefined;
    }
    if (event === 'unpipe' && closesAlone) return eventRows.waiting;
    if (event === 'finish')
      return socket.destroyed || (node < 24 && this.#resets) ? eventRows.leaving : undefined;
    if (event === 'drain' && (this.#corks || this.#isInOtherUnits)) return eventRows.length;
    if (event === 'drain' && this.#fillsOverTicks) return eventRows.leaving;
    if (event === 'drain')
      return isPipelined || isLost || this.#leaves || !socket.writable ? eventRows.streams : undefined;
    if (event === 'prefinish' && (number > 0 || this.#hasUnseen)) return eventRows.turn;
    // Before Node 24 it comes where it shouldn't.
    if (event === 'end callback' && this.#resetsInHandler && this.#exchanges.waits(number))
      return eventRows.lost;
    if (event === 'end callback' && this.#resetsInHandler && this.#flushes) return eventRows.ends;
    if (event === 'end callback') return node < 24 && (isLost || this.#isHard) ? eventRows.ends : undefined;
    if (event === 'prefinish') return isLost || this.#resets ? eventRows.streams : undefined;
    if (event === 'write callback' && this.#writesNothing && socket.writableEnded) return eventRows.streams;
    return /^write\w* callback$/.test(event) && (isLost || this.#leaves) ? eventRows.streams : undefined;
  }
}

function isOfLingering(target: Target, event: string, { req, res }: Objects): boolean {
  const { writableFinished: hasLeft = false, destroyed = false } = (res as ServerResponse | undefined) ?? {};
  // What is piped into it hears of its 'close'.
  if (target === 'res') return !hasLeft && (event === 'close' || (event === 'unpipe' && destroyed));
  if (target === 'socket') return endingOfSocket.includes(event);
  const { complete, readableEnded } = req as IncomingMessage;
  return ending.includes(event) && !(complete && (hasLeft || readableEnded));
}
