/** The bounds of the server, beside those of the protocol engine. docs/limits.md lists them all. */

/**
 * Requests of one connection that wait for their responses before reading stops. Clients that pipeline send a few;
 * each costs about a kilobyte. Node has no such number: it reads on until 16 KiB or more of responses wait.
 */
export const MAX_PIPELINED_REQUESTS = 64;

/**
 * Milliseconds without a request after which a closing server ends the connections on which the last answer promised that
 * they go on.
 */
export const CLOSING_GRACE = 200;

/**
 * How many times a client that takes long from one request to the next is waited for as long, where `closingGrace` is the
 * usual one, and how many milliseconds at most: one that is short of processor time takes two or three times as long now and then.
 */
export const PACES_OF_GRACE = 3;
export const LONGEST_PACED_GRACE = 1000;

/** Milliseconds after which it ends them though requests still come, where `closingGrace` isn't longer. */
export const LONGEST_CLOSING_GRACE = 2000;

/**
 * Milliseconds that a refusal waits for the responses before it. Node doesn't wait: what isn't answered yet when the
 * client sends something malformed is lost. Below the 2 s after which test runners give up on a program.
 */
export const REFUSAL_PATIENCE = 1000;

/** Milliseconds that a proxy has to say who its client is, where it speaks the PROXY protocol. */
export const PROXY_PATIENCE = 5000;

/** Bytes of the head with which a program opens a tunnel, or refuses to, on a stream of HTTP/2. */
export const MAX_TUNNEL_HEAD_BYTES = 16 * 1024;

/** Prototypes that a handler may install on requests and responses and that are learnt, for each server. */
export const MAX_LEARNT_PROTOTYPES = 4;

/**
 * Milliseconds that a handler has to come to its end whose stream its client has reset: so long it still counts as one
 * of the streams that the client may have. Some never end their response once they hear that nobody wants it.
 */
export const RESET_PATIENCE = 5000;

/**
 * Milliseconds that a client of HTTP/2 has to end a request whose response has left, and whose rest nobody reads, before
 * it is told to stop. Most have sent it all by then, and a reset would be one more thing to go wrong.
 */
export const UNREAD_PATIENCE = 100;

/**
 * Milliseconds that a handler has to read the rest of a request of HTTP/2 once its response has left and the request has
 * come: so long that rest counts against what its client may send. Some never read it. The same where bodies that handlers
 * leave unread keep their client from sending any other.
 */
export const READING_PATIENCE = 5000;

/** Connections of HTTP/2 in a process that may have WIDE_CONNECTION_WINDOW at a time: 100 MiB of bodies that nobody reads. */
export const MAX_WIDE_CONNECTIONS = 4;
