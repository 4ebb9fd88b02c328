/**
 * Keys under which Node's own servers and responses keep state, found by the state that stands under them.
 *
 * Methods borrowed from `http.OutgoingMessage`, and tools that look after servers, read them; so ours keep the same
 * state there as well. A Node line that has no such key gets one of our own, which does no harm.
 */
import { EventEmitter } from 'node:events';
import http, { OutgoingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';
import { clearInterval } from './timers.js';

/** As they are before `premier/register` puts others in their place. */
const { IncomingMessage: NodeRequest, Server: NodeServer } = http;

function keyOf(object: object, holds: (value: unknown) => boolean): symbol | undefined {
  const values = object as Record<symbol, unknown>;
  return Object.getOwnPropertySymbols(object).find((key) => holds(values[key]));
}

const MARK = 0x5eed;
const SOCKET = {};

function isProbedTable(value: unknown): boolean {
  const field = (value as Record<string, unknown> | null)?.['x-probe'];
  return Array.isArray(field) && field[0] === 'X-Probe' && field[1] === 'premier';
}

/** A message of Node's on which something stands under the keys that are looked for. */
function probeMessage(): OutgoingMessage {
  const Message = OutgoingMessage as unknown as new (options: object) => OutgoingMessage;
  const message = new Message({ highWaterMark: MARK });
  message.setHeader('X-Probe', 'premier');
  Object.assign(message, { socket: SOCKET });
  return message;
}

const message = probeMessage();

/** Where messages of Node's keep their high-water mark. */
export const nodeHighWaterMark = keyOf(message, (value) => value === MARK);

/** On a response: the bytes that may wait in it before `write` returns false. */
export const kHighWaterMark: unique symbol = (nodeHighWaterMark ?? Symbol('premier.highWaterMark')) as never;

/** On a message: the table of its fields, `[name, value]` by lower-cased name; undefined where there is none. */
export const fieldTableKey = keyOf(message, isProbedTable);

/** Where responses of Node's keep their socket; undefined where they don't. */
export const nodeSocketKey = keyOf(message, (value) => value === SOCKET);

/** Where responses of Node's note that somebody waits for 'drain', which its servers tell of; undefined where they don't. */
export const nodeNeedDrainKey = learnNeedDrainKey();

function learnNeedDrainKey(): symbol | undefined {
  try {
    const message = probeMessage();
    const values = message as unknown as Record<symbol, unknown>;
    const unset = Object.getOwnPropertySymbols(message).filter((key) => values[key] !== true);
    Object.assign(message, { socket: null, _header: 'x', _headerSent: true, _send: () => false });
    message.write('x');
    return unset.find((key) => values[key] === true);
  } catch {
    return undefined;
  }
}

/** Where requests of Node's keep how many of their raw fields count, as its servers ask; undefined where they don't. */
export const nodeFieldCountKey = learnFieldCountKey();

function learnFieldCountKey(): symbol | undefined {
  try {
    const message = new NodeRequest(null as never);
    Reflect.get(message, '_addHeaderLines').call(message, ['X-Probe', 'premier'], MARK);
    return keyOf(message, (value) => value === MARK);
  } catch {
    return undefined;
  }
}

/** The socket of a response that Node's own constructor made; null on any other. */
export function socketOf(response: object): Socket | null {
  const made = response as Record<string | symbol, Socket | null | undefined>;
  // Under a name on Node 20, under a key from then on.
  const socket =
    Object.hasOwn(response, 'socket') || nodeSocketKey === undefined ? made.socket : made[nodeSocketKey];
  return socket ?? null;
}

/**
 * Gives a prototype what Node's constructor gives each instance under symbols of Node's: its own servers look there
 * also on objects that ours made. Nothing that can be changed in place is shared.
 */
export function lendStateKeys(prototype: object, made: object): void {
  for (const key of Object.getOwnPropertySymbols(made)) {
    const value = (made as Record<symbol, unknown>)[key];
    if (key in prototype) continue;
    const isList = Array.isArray(value) && value.length === 0;
    if (typeof value === 'object' && value !== null && !isList) continue;
    const lent = isList ? Object.freeze([]) : value;
    Object.defineProperty(prototype, key, { value: lent, writable: true, configurable: true });
  }
}

let checkingIntervalKey: symbol | undefined;

/** Where servers of Node's keep the timer that looks for late requests; asked for when a server first listens. */
export function nodeCheckingInterval(): symbol | undefined {
  try {
    const server = new NodeServer();
    // Past what a program may have put in the place of `emit`, which would hear of a server that it didn't make.
    EventEmitter.prototype.emit.call(server, 'listening');
    const key = keyOf(server, (value) => typeof (value as NodeJS.Timeout | null)?.hasRef === 'function');
    if (key !== undefined) clearInterval(Reflect.get(server, key));
    return key;
  } catch {
    return undefined;
  }
}

/** Keeps the timer with which a server looks for requests that take too long to arrive where Node does. */
export function keepCheckingInterval(server: Server, timer: NodeJS.Timeout): void {
  checkingIntervalKey ??= nodeCheckingInterval() ?? Symbol('premier.checkingInterval');
  Object.assign(server, { [checkingIntervalKey]: timer });
}
