/**
 * The bounds of the HTTP/2 engine. Each has a unit, a default and a reason; docs/limits.md lists them.
 * A client can make a connection use no more than these, whatever it sends and whatever it doesn't read.
 */

/** Streams that a client may have at a time; a stream counts until its request's handler is done. RFC 9113 §6.5.2 wants 100 at least. */
export const MAX_CONCURRENT_STREAMS = 100;

/** Octets of a head's names, values and target that are already too many, as over HTTP/1.1. */
export const MAX_HEAD_BYTES = 16 * 1024;

/** Fields of a head beyond which it is refused, as over HTTP/1.1. */
export const MAX_FIELDS = 1000;

/**
 * Octets at which a field block, or the list it decodes to with 32 for each field, ends the connection. What is answered
 * 431 ends at a sixth of it, and 2000 fields of one octet are still below it; a larger `maxHeadBytes` raises it likewise.
 */
export const FATAL_LIST_BYTES = 6 * MAX_HEAD_BYTES;

/**
 * CONTINUATION frames of a field block (CVE-2024-27316): with HEADERS they hold half as much again as a block may; a
 * larger `maxHeadBytes` raises it likewise.
 */
export const MAX_CONTINUATIONS = 8;

/** Entries of a SETTINGS frame; clients send up to ten. */
export const MAX_SETTINGS = 32;

/** Octets of a request's body that may be under way or unread on a stream: one turn of a fast network. */
export const STREAM_WINDOW = 256 * 1024;

/** Octets of all bodies of a connection that may be under way or unread: four streams' windows. */
export const CONNECTION_WINDOW = 1024 * 1024;

/**
 * The same once that window has been closed for long: all streams' windows, so that none waits for those which nobody reads.
 */
export const WIDE_CONNECTION_WINDOW = MAX_CONCURRENT_STREAMS * STREAM_WINDOW;

/** Octets of a stream's data that leave before another stream of the same urgency has its turn; also a frame's most. */
export const QUANTUM_BYTES = 16 * 1024;

/** Octets of answers that are handed to the socket at a time; beyond, what is more urgent would come too late. */
export const HANDED_OUT_BYTES = 128 * 1024;

/** The most of that for a stream which is the only one: each time the kernel takes all of it, twice as many octets. */
export const MOST_HANDED_OUT_BYTES = 1024 * 1024;

/** Octets beyond which a connection whose client reads as fast as it is written to lets others have their turn. */
export const TURN_BYTES = 4 * 1024 * 1024;

/** Buffers up to so many octets are copied between the frame heads, longer ones leave as they are. */
export const COPIED_BYTES = 2 * 1024;

/** Octets of the memory that copies share of what may not leave before its program writes over it. */
export const SHARED_COPIES_BYTES = 32 * 1024;

/** Octets of answers that wait, but for the largest few, beyond which no further request is dispatched. */
export const MAX_BACKLOG_BYTES = 1024 * 1024;

/** The largest answers of a connection, which don't count for that: what a client leaves lying holds up nothing else. */
export const LARGE_ANSWERS = 2;

/** The same for requests that are more urgent than usual: they need not wait for the others. */
export const URGENT_LARGE_ANSWERS = 4;

/**
 * Octets of a stream's answer that its client takes within the server's `sendTimeout` at least, where more wait for it:
 * about 270 a second, what the slowest of telephones do.
 */
export const PROGRESS_BYTES = 16 * 1024;

/** Octets of acknowledgements, resets and window updates that nobody reads, beyond which the connection isn't read. */
export const MAX_CONTROL_BYTES = 16 * 1024;

/** Octets of the same at which the connection is given up: whoever feeds the engine went on beyond the bound above. */
export const FATAL_CONTROL_BYTES = 4 * MAX_CONTROL_BYTES;

/** Streams that were closed of which it is known how; frames that were under way to an older one reset it again. */
export const RECENTLY_CLOSED = 256;

/** PRIORITY_UPDATE frames that are kept for streams that do not exist yet. */
export const MAX_EARLY_PRIORITIES = MAX_CONCURRENT_STREAMS;

/** Members of a Priority field that are looked at; a value with more is made to hurt. */
export const MAX_PRIORITY_MEMBERS = 16;

/** Values of Priority of which it is kept for all connections what they say: browsers send a handful. */
export const KNOWN_PRIORITIES = 64;

/** Characters of such a value; a longer one is read each time. */
export const KNOWN_PRIORITY_LENGTH = 16;

/** An account: frames that may come at once, and those that are added a second. */
export interface AccountBound {
  readonly capacity: number;
  readonly perSecond: number;
}

/**
 * Streams that the client resets before they are answered (CVE-2023-44487), and those that it makes us reset
 * (CVE-2025-8671): twice the streams that can be open, and what a person cancels, many times over.
 */
export const RESETS: AccountBound = { capacity: 200, perSecond: 50 };

/** SETTINGS frames, each of which is answered (CVE-2019-9515); clients send one or two. */
export const SETTINGS_FRAMES: AccountBound = { capacity: 100, perSecond: 5 };

/** PING frames, each of which is answered (CVE-2019-9512); gRPC measures by them while data flow, which earns more. */
export const PINGS: AccountBound = { capacity: 200, perSecond: 20 };

/** PRIORITY and PRIORITY_UPDATE frames (CVE-2019-9513): some for each stream that can be open. */
export const PRIORITIES: AccountBound = { capacity: 500, perSecond: 100 };

/** WINDOW_UPDATE frames; the DATA frames that they answer earn more. */
export const WINDOW_UPDATES: AccountBound = { capacity: 1000, perSecond: 200 };

/** DATA frames that hold nothing and end nothing (CVE-2019-9518). */
export const EMPTY_DATA: AccountBound = { capacity: 100, perSecond: 20 };

/** Frames of types that mean nothing here, and frames that are ignored. */
export const UNKNOWN_FRAMES: AccountBound = { capacity: 200, perSecond: 50 };

/** What a DATA frame of either direction earns the accounts for PING and WINDOW_UPDATE frames: one for each window. */
export const EARNED_BY_DATA = 2;

/** Octets of data that earn one more: clients open windows again for every 4 KiB that they read, or more often. */
export const OCTETS_THAT_EARN = 1024;
