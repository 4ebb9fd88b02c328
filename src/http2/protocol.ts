/**
 * The numbers of HTTP/2: frame types, flags, settings and their initial values (RFC 9113 §6, §7, §11).
 *
 * Nothing but constants; what they mean to this end of a connection is said where they are used.
 */
import { Buffer } from 'node:buffer';

/** What a client's first bytes are, RFC 9113 §3.4. */
export const CONNECTION_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Octets of a frame's head: length, type, flags, stream identifier (§4.1). */
export const FRAME_HEAD_BYTES = 9;

export const DATA = 0x0;
export const HEADERS = 0x1;
export const PRIORITY = 0x2;
export const RST_STREAM = 0x3;
export const SETTINGS = 0x4;
export const PUSH_PROMISE = 0x5;
export const PING = 0x6;
export const GOAWAY = 0x7;
export const WINDOW_UPDATE = 0x8;
export const CONTINUATION = 0x9;
/** RFC 9218 §7.1. */
export const PRIORITY_UPDATE = 0x10;

/** Of DATA and HEADERS. */
export const END_STREAM = 0x1;
/** Of SETTINGS and PING. */
export const ACK = 0x1;
/** Of HEADERS and CONTINUATION. */
export const END_HEADERS = 0x4;
/** Of DATA and HEADERS. */
export const PADDED = 0x8;
/** Of HEADERS: five octets of the old priority scheme come first. */
export const WITH_PRIORITY = 0x20;

export const SETTINGS_HEADER_TABLE_SIZE = 0x1;
export const SETTINGS_ENABLE_PUSH = 0x2;
export const SETTINGS_MAX_CONCURRENT_STREAMS = 0x3;
export const SETTINGS_INITIAL_WINDOW_SIZE = 0x4;
export const SETTINGS_MAX_FRAME_SIZE = 0x5;
export const SETTINGS_MAX_HEADER_LIST_SIZE = 0x6;
/** RFC 8441 §3. */
export const SETTINGS_ENABLE_CONNECT_PROTOCOL = 0x8;
/** RFC 9218 §2.1. */
export const SETTINGS_NO_RFC7540_PRIORITIES = 0x9;

/** Octets of one setting: identifier and value (§6.5.1). */
export const SETTING_BYTES = 6;

/** The initial values of §6.5.2, and of a connection's window, §6.9.2. */
export const INITIAL_HEADER_TABLE_SIZE = 4096;
export const INITIAL_WINDOW_SIZE = 65535;
export const INITIAL_MAX_FRAME_SIZE = 16384;

/** The largest MAX_FRAME_SIZE, §6.5.2. */
export const LARGEST_FRAME_SIZE = 2 ** 24 - 1;
/** The largest flow-control window, §6.9.1, and stream identifier, §5.1.1. */
export const LARGEST_WINDOW = 2 ** 31 - 1;
export const LARGEST_STREAM_ID = 2 ** 31 - 1;
