/**
 * The bounds of the protocol engine. Each has a unit, a default and a reason; docs/limits.md lists them.
 * A client can make the engine use no more than these, whatever it sends.
 */

/** Bytes of a request's head (request line and fields). Node's default for `maxHeaderSize`, 16 KiB. */
export const MAX_HEAD_BYTES = 16 * 1024;

/** Fields of a head, or of a trailer section, where the server's `maxHeadersCount` is not set: Node's value. */
export const MAX_FIELDS = 1000;

/** Bytes of the extensions of one chunk. Node's value. */
export const MAX_CHUNK_EXTENSION_BYTES = 16 * 1024;

/** Bytes of chunk extensions in one body: nobody reads them, so they are only a way to keep a server busy. */
export const MAX_BODY_EXTENSION_BYTES = 64 * 1024;

/** Hexadecimal digits of a chunk size. Fourteen reach beyond Number.MAX_SAFE_INTEGER; leading zeros count. */
export const MAX_CHUNK_SIZE_DIGITS = 16;

/**
 * Bytes of a received segment that become one string at a time. Most heads are shorter; a longer window would copy
 * bytes of bodies for nothing and keep them alive as long as a field value that is sliced from it.
 */
export const HEAD_WINDOW_BYTES = 4 * 1024;

/**
 * Bytes of the fields of a head that are kept for the next head of the same connection, which mostly has the same. A
 * browser's fields take about 800 bytes, with cookies more.
 */
export const REPEATED_FIELDS_BYTES = 2 * 1024;

/** Heads of a connection whose fields were as long as those kept, yet others, after which none are kept any more. */
export const REPEATED_FIELDS_MISSES = 4;

/** Data of chunks shorter than this (bytes) is gathered into one buffer for each segment received. */
export const SMALL_CHUNK_BYTES = 1024;

/** Chunks of each segment that are reported one by one, however short, before short ones are gathered. */
export const SEPARATE_CHUNKS = 16;
