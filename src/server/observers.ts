/**
 * Who observes which servers.
 *
 * In: observers, of one server or of all that are made from now on. Out: one observer for each server, which calls them in
 * turn; null where there is none. What one of them throws keeps neither the engine nor another observer from going on.
 */
import type { Server } from 'node:net';
import { invalidArgType } from '../node/errors.js';
import { nextTick } from '../node/timers.js';
import { type HttpServer, kEngine, type ServerEngine } from './http-server.js';
import { ConnectionObservation } from './observation.js';
import type { ServerConnection } from './server-connection.js';
import type { ServerObserver } from './server-observer.js';

type EventName = keyof ServerObserver;
type Call = (...args: unknown[]) => void;

/** An observer with no method. All are made of it: what is looked up at each event has one shape. */
const NOTHING = {
  connectionOpened: undefined,
  exchangeOpened: undefined,
  requestHead: undefined,
  handlerReturned: undefined,
  requestBody: undefined,
  requestBytes: undefined,
  requestEnded: undefined,
  interimHead: undefined,
  responseHead: undefined,
  responseBody: undefined,
  responseEnded: undefined,
  turnCame: undefined,
  upgraded: undefined,
  upgradeAnswered: undefined,
  refused: undefined,
  exchangeClosed: undefined,
  connectionClosed: undefined,
  handshakeFailed: undefined,
} satisfies Record<EventName, undefined>;

/** Every method that an observer may have. */
const EVENTS = Object.keys(NOTHING) as EventName[];

function rethrow(error: unknown): never {
  throw error;
}

function guarded(observer: ServerObserver, event: EventName): Call {
  const method = observer[event] as Call;
  return (a, b, c, d) => {
    try {
      method.call(observer, a, b, c, d);
    } catch (error) {
      nextTick(rethrow, error);
    }
  };
}

function both(first: Call, second: Call): Call {
  return (a, b, c, d) => {
    first(a, b, c, d);
    second(a, b, c, d);
  };
}

/** One observer that calls each in turn; null for none. Has the methods only that at least one of them has. */
export function combineObservers(observers: readonly ServerObserver[]): ServerObserver | null {
  if (observers.length === 0) return null;
  const combined: Record<EventName, Call | undefined> = { ...NOTHING };
  for (const event of EVENTS) {
    const calls = observers
      .filter((observer) => observer[event] !== undefined)
      .map((observer) => guarded(observer, event));
    if (calls.length > 0) combined[event] = calls.reduce(both);
  }
  return combined as ServerObserver;
}

/** What can be observed, for whoever gives something else. */
const SERVER = 'a server of premier (or of node:http, made under premier/register)';

/** Observe every server that is made. */
const everywhere: ServerObserver[] = [];

/**
 * Observes every server that is made from now on.
 * @returns ends it for those that are made later; see `unobserve` for the others
 */
export function observeServers(observer: ServerObserver): () => void {
  everywhere.push(observer);
  return () => {
    const index = everywhere.indexOf(observer);
    if (index >= 0) everywhere.splice(index, 1);
  };
}

/** Those of a server that is being made. */
export const presentObservers = (): ServerObserver[] => [...everywhere];

/**
 * Observes a server. Connections that it has are told of at once, exchanges from the next request on.
 * @returns ends it; of exchanges that are under way the observer still hears the end
 * @throws ERR_INVALID_ARG_TYPE for a server that premier has not made
 */
export function observe(server: Server, observer: ServerObserver): () => void {
  if (!(kEngine in Object(server))) throw invalidArgType('server', SERVER, server);
  const httpServer = server as HttpServer;
  const engine = httpServer[kEngine];
  engine.observers.push(observer);
  renew(engine);
  const told = combineObservers([observer]) as ServerObserver;
  for (const { observation } of engine.connections) if (observation) told.connectionOpened?.(observation);
  return () => unobserve(server, observer);
}

/** Ends the observation of a server by one observer; of exchanges that are under way it still hears the end. */
export function unobserve(server: Server, observer: ServerObserver): void {
  const engine = (server as HttpServer)[kEngine];
  const index = engine.observers.indexOf(observer);
  if (index < 0) return;
  engine.observers.splice(index, 1);
  renew(engine);
}

/** Lets nobody observe a server: what it does is part of how others are observed. */
export function keepFromObservers(server: Server): void {
  if (!(kEngine in Object(server))) throw invalidArgType('server', SERVER, server);
  const engine = (server as HttpServer)[kEngine];
  engine.observers.length = 0;
  renew(engine);
}

function renew(engine: ServerEngine): void {
  engine.observer = combineObservers(engine.observers);
  for (const connection of engine.connections) renewObservation(connection, engine.observer);
}

function renewObservation(connection: ServerConnection, observer: ServerObserver | null): void {
  const { observation } = connection;
  if (observer === null) connection.observation = null;
  else if (observation !== null) observation.observer = observer;
  else connection.observation = new ConnectionObservation(connection, observer);
}

/** A connection has come: it is told of to whoever observes its server. */
export function observeConnection(connection: ServerConnection, observer: ServerObserver): void {
  const observation = new ConnectionObservation(connection, observer);
  connection.observation = observation;
  observer.connectionOpened?.(observation);
}
