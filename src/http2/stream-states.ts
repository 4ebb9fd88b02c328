/**
 * The states of a stream as a table (RFC 9113 §5.1): what each frame means in each state, and which state comes next.
 *
 * In: a state and an input. Out: the next state, and an effect or a fault. "Received" frames come from the client, "sent"
 * ones from this end; nothing is pushed, so that no state is reserved. PRIORITY may come in any state and has no row.
 */
import type { FaultName } from './faults.js';

/** No frame has named the stream. */
export const IDLE = 0;
/** Both ends may send. */
export const OPEN = 1;
/** The client has ended its request. */
export const HALF_CLOSED_REMOTE = 2;
/** The response has ended, the request has not. */
export const HALF_CLOSED_LOCAL = 3;
/** Both have ended. */
export const CLOSED = 4;
/** The client has reset the stream. */
export const RESET_RECEIVED = 5;
/** This end has reset the stream, or ignores it after GOAWAY. */
export const RESET_SENT = 6;
/** Closed so long ago that it is not known how, or passed over: its identifier is lower than one that was used. */
export const FORGOTTEN = 7;

const STATES = 8;

export const RECEIVE_HEADERS = 0;
export const RECEIVE_DATA = 1;
/** The flag END_STREAM of either, after the frame itself. */
export const RECEIVE_END_STREAM = 2;
export const RECEIVE_RST_STREAM = 3;
export const RECEIVE_WINDOW_UPDATE = 4;
export const SEND_END_STREAM = 5;
export const SEND_RST_STREAM = 6;

const INPUTS = 7;

/** What is to be done besides going to the next state. */
export type Effect =
  | 'begin request'
  | 'trailers'
  | 'body'
  | 'end request'
  | 'reset'
  | 'open window'
  | 'none'
  | 'ignore';

export interface Transition {
  readonly next: number;
  readonly effect: Effect;
  readonly fault: FaultName | null;
}

const table: Transition[] = new Array(STATES * INPUTS);

function on(state: number, input: number, next: number, effect: Effect): void {
  table[state * INPUTS + input] = { next, effect, fault: null };
}

function refuse(state: number, input: number, fault: FaultName): void {
  table[state * INPUTS + input] = { next: state, effect: 'ignore', fault };
}

// idle: "Receiving any frame other than HEADERS or PRIORITY on a stream in this state MUST be treated as a connection
// error of type PROTOCOL_ERROR."
on(IDLE, RECEIVE_HEADERS, OPEN, 'begin request');
refuse(IDLE, RECEIVE_DATA, 'streamIdle');
refuse(IDLE, RECEIVE_RST_STREAM, 'streamIdle');
refuse(IDLE, RECEIVE_WINDOW_UPDATE, 'streamIdle');

// open: "may be used by both peers to send frames of any type"
on(OPEN, RECEIVE_HEADERS, OPEN, 'trailers');
on(OPEN, RECEIVE_DATA, OPEN, 'body');
on(OPEN, RECEIVE_END_STREAM, HALF_CLOSED_REMOTE, 'end request');
on(OPEN, RECEIVE_RST_STREAM, RESET_RECEIVED, 'reset');
on(OPEN, RECEIVE_WINDOW_UPDATE, OPEN, 'open window');
on(OPEN, SEND_END_STREAM, HALF_CLOSED_LOCAL, 'none');
on(OPEN, SEND_RST_STREAM, RESET_SENT, 'none');

// half-closed (remote): "If an endpoint receives additional frames, other than WINDOW_UPDATE, PRIORITY, or RST_STREAM,
// for a stream that is in this state, it MUST respond with a stream error of type STREAM_CLOSED."
refuse(HALF_CLOSED_REMOTE, RECEIVE_HEADERS, 'streamHalfClosed');
refuse(HALF_CLOSED_REMOTE, RECEIVE_DATA, 'streamHalfClosed');
on(HALF_CLOSED_REMOTE, RECEIVE_RST_STREAM, RESET_RECEIVED, 'reset');
on(HALF_CLOSED_REMOTE, RECEIVE_WINDOW_UPDATE, HALF_CLOSED_REMOTE, 'open window');
on(HALF_CLOSED_REMOTE, SEND_END_STREAM, CLOSED, 'none');
on(HALF_CLOSED_REMOTE, SEND_RST_STREAM, RESET_SENT, 'none');

// half-closed (local): "An endpoint can receive any type of frame in this state."
on(HALF_CLOSED_LOCAL, RECEIVE_HEADERS, HALF_CLOSED_LOCAL, 'trailers');
on(HALF_CLOSED_LOCAL, RECEIVE_DATA, HALF_CLOSED_LOCAL, 'body');
on(HALF_CLOSED_LOCAL, RECEIVE_END_STREAM, CLOSED, 'end request');
on(HALF_CLOSED_LOCAL, RECEIVE_RST_STREAM, RESET_RECEIVED, 'reset');
// It opens nothing any more, but may be wrong all the same.
on(HALF_CLOSED_LOCAL, RECEIVE_WINDOW_UPDATE, HALF_CLOSED_LOCAL, 'open window');
on(HALF_CLOSED_LOCAL, SEND_RST_STREAM, RESET_SENT, 'none');

// closed by END_STREAM on both sides: "An endpoint MAY treat receipt of any other type of frame on a closed stream as a
// connection error of type STREAM_CLOSED", other than PRIORITY; it "might receive a WINDOW_UPDATE or RST_STREAM frame from
// its peer in the time before the peer receives and processes the frame that closes the stream".
refuse(CLOSED, RECEIVE_HEADERS, 'streamClosed');
refuse(CLOSED, RECEIVE_DATA, 'streamClosed');
// A client that gives up many answers at once, as a browser does that leaves a page, may do so once for each.
on(CLOSED, RECEIVE_RST_STREAM, RESET_RECEIVED, 'ignore');
on(CLOSED, RECEIVE_WINDOW_UPDATE, CLOSED, 'ignore');

// closed by the client's RST_STREAM: the same, but a client that goes on meets a reset of its stream, which is charged
// to it. "To avoid looping, an endpoint MUST NOT send a RST_STREAM in response to a RST_STREAM frame" (§5.4.2).
refuse(RESET_RECEIVED, RECEIVE_HEADERS, 'streamReset');
refuse(RESET_RECEIVED, RECEIVE_DATA, 'streamReset');
on(RESET_RECEIVED, RECEIVE_RST_STREAM, RESET_RECEIVED, 'ignore');
on(RESET_RECEIVED, RECEIVE_WINDOW_UPDATE, RESET_RECEIVED, 'ignore');

// closed by our RST_STREAM: "The peer might have sent or enqueued for sending these frames before processing the
// RST_STREAM frame. An endpoint MUST minimally process and then discard any frames it receives in this state."
on(RESET_SENT, RECEIVE_HEADERS, RESET_SENT, 'ignore');
on(RESET_SENT, RECEIVE_DATA, RESET_SENT, 'ignore');
on(RESET_SENT, RECEIVE_RST_STREAM, RESET_SENT, 'ignore');
on(RESET_SENT, RECEIVE_WINDOW_UPDATE, RESET_SENT, 'ignore');

// §5.1.1: "An endpoint that receives an unexpected stream identifier MUST respond with a connection error of type
// PROTOCOL_ERROR." DATA may have been under way to a stream that was reset long ago.
refuse(FORGOTTEN, RECEIVE_HEADERS, 'streamIdentifierLow');
refuse(FORGOTTEN, RECEIVE_DATA, 'streamReset');
on(FORGOTTEN, RECEIVE_RST_STREAM, FORGOTTEN, 'ignore');
on(FORGOTTEN, RECEIVE_WINDOW_UPDATE, FORGOTTEN, 'ignore');

/** What an input means in a state; undefined for what this end must not send. */
export function transition(state: number, input: number): Transition {
  return table[state * INPUTS + input];
}

/** Whether the client may still send the request's body. */
export function canReceive(state: number): boolean {
  return state === OPEN || state === HALF_CLOSED_LOCAL;
}

/** Whether a response may still be sent. */
export function canSend(state: number): boolean {
  return state === OPEN || state === HALF_CLOSED_REMOTE;
}
