/** The bounds of what passes through a socket, in and out. docs/limits.md lists them all. */

/** Bytes of the one buffer that connections read into: what one call of the kernel gives at most, as in Node. */
export const SHARED_READ_BYTES = 64 * 1024;

/** Bytes of the one buffer that few connections read into, each while a large body comes faster than it is read. */
export const LARGE_READ_BYTES = 256 * 1024;

/** Connections that do so at a time: what a program has not read yet may be as long as a read. */
export const MAX_LARGE_READERS = 16;

/** Bytes up to which what was read there is looked at through a view that is kept, one for each length. */
export const VIEWED_READ_BYTES = 2 * 1024;

/** Bytes of a buffer up to which it joins the text around it; longer ones are copied or written as bytes. */
export const BYTES_AS_TEXT = 1024;

/** Bytes up to which text and buffers are copied into one buffer, and so into one write; more is written as it is. */
export const ASSEMBLED_BYTES = 128 * 1024;

/** Bytes of a part, in the mean, above which copying costs more than writing the parts as they are. */
export const LARGE_PART_BYTES = 1024;

/** Milliseconds for which a connection that was refused is still read, so that the refusal reaches its client. */
export const LINGER_TIMEOUT = 1000;

/** Bytes that are read and dropped in that time; beyond them the connection is cut. */
export const LINGER_BYTES = 1024 * 1024;
