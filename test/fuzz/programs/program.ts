// A program of the fuzz as data: what a server is made with, what its handlers do, and what its client sends.
// It is JSON, so that it can be shrunk, kept and printed.

/** What a step is about: the objects of one exchange, and the server. */
export type Target = 'res' | 'req' | 'socket' | 'server';

/** A value that a program passes: JSON as it is, anything else as an object with one key that says what it stands for. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Value[]
  | { undefined: true }
  /** A long text. */
  | { repeat: string; times: number }
  /** A Buffer of these latin1 characters. */
  | { bytes: string; times?: number }
  /** The same as a Uint8Array. */
  | { array: string }
  | { object: Record<string, Value> }
  | { map: [string, Value][] }
  | { headers: [string, string][] }
  | { error: string }
  /** A list that later steps can change by its name. */
  | { shared: string; initially: Value[] }
  /** A function that runs steps. */
  | { do: Step[] }
  /** One of the exchange's own objects. */
  | { itself: Target };

/** `of` is the number of the exchange whose object is meant, where that isn't the handler's own. */
export interface On {
  on: Target;
  of?: number;
}

/** A step that concerns an object. */
export type ObjectStep =
  | (On & { call: string; with: Value[] })
  | (On & { get: string })
  | (On & { set: string; to: Value })
  | (On & { listen: string; do: Step[]; by?: 'once' | 'prependListener' | 'prependOnceListener' })
  /** Notes all properties of the object. */
  | (On & { look: true });

export type Step =
  | ObjectStep
  /** Changes a shared list. */
  | { push: string; value: Value }
  | { wait: Wait }
  | { client: ClientAction }
  | { throw: string };

/** `quiet`: until nothing moves any more, in the process or between client and server. */
export type Wait = 'tick' | 'microtask' | 'immediate' | 'quiet';

/** What the client does; `quiet` waits as a step does. */
export type ClientAction = { send: string } | 'end' | 'reset' | 'pause' | 'resume' | 'quiet';

export interface Program {
  /** Options of `createServer`, and properties set on the server. */
  options: Record<string, Value>;
  /** Events of the server, besides 'request', that a handler listens for. */
  listeners: string[];
  /** Events that are noted, as `res finish`. */
  watched: string[];
  /** The steps of each exchange, in the order in which requests reach the server. */
  handlers: Step[][];
  client: ClientAction[];
  /** On how many connections, one after the other, the client does that; one where it is left out. */
  rounds?: number;
}
