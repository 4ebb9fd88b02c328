/** The bounds of the server, beside those of the protocol engine. docs/limits.md lists them all. */

/**
 * Requests of one connection that wait for their responses before reading stops. Clients that pipeline send a few;
 * each costs about a kilobyte. Node has no such number: it reads on until 16 KiB or more of responses wait.
 */
export const MAX_PIPELINED_REQUESTS = 64;

/** Bytes of the one buffer that connections read into: what one call of the kernel gives at most, as in Node. */
export const SHARED_READ_BYTES = 64 * 1024;

/** Bytes of a buffer up to which it joins the text around it; longer ones are copied or written as bytes. */
export const BYTES_AS_TEXT = 1024;

/** Bytes up to which text and buffers are copied into one buffer, and so into one write; more is written as it is. */
export const ASSEMBLED_BYTES = 128 * 1024;

/** Bytes of a part, in the mean, above which copying costs more than writing the parts as they are. */
export const LARGE_PART_BYTES = 1024;

/** Milliseconds that a closing server leaves a connection on which the last answer promised that it goes on. */
export const CLOSING_GRACE = 200;

/**
 * Milliseconds that a refusal waits for the responses before it. Node doesn't wait: what isn't answered yet when the
 * client sends something malformed is lost. Below the 2 s after which test runners give up on a program.
 */
export const REFUSAL_PATIENCE = 1000;

/** Milliseconds for which a connection that was refused is still read, so that the refusal reaches its client. */
export const LINGER_TIMEOUT = 1000;

/** Bytes that are read and dropped in that time; beyond them the connection is cut. */
export const LINGER_BYTES = 1024 * 1024;

/** Prototypes that a handler may install on requests and responses and that are learnt, for each server. */
export const MAX_LEARNT_PROTOTYPES = 4;
