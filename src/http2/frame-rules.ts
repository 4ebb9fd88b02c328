/**
 * What RFC 9113 §6 says of the head of each frame, as a table: on which stream it may come, and how long it is.
 *
 * In: a type, a stream and a length. Out: nothing, or the fault. What hangs on the state of a stream is said in
 * stream-states.ts.
 */
import type { FaultName } from './faults.js';
import {
  CONTINUATION,
  DATA,
  GOAWAY,
  HEADERS,
  INITIAL_MAX_FRAME_SIZE,
  PING,
  PRIORITY,
  PRIORITY_UPDATE,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './protocol.js';

interface FrameRule {
  /** Whether the frame belongs to a stream, to the connection, or to either. */
  readonly on: 'stream' | 'connection' | 'either';
  readonly least: number;
  readonly most: number;
}

const ANY = INITIAL_MAX_FRAME_SIZE;
const rule = (on: FrameRule['on'], least: number, most: number): FrameRule => ({ on, least, most });

const RULES: readonly (FrameRule | undefined)[] = Object.assign(new Array(PRIORITY_UPDATE + 1), {
  // §6.1 "If a DATA frame is received whose Stream Identifier field is 0x00, the recipient MUST respond with a
  // connection error of type PROTOCOL_ERROR."
  [DATA]: rule('stream', 0, ANY),
  [HEADERS]: rule('stream', 0, ANY),
  // §6.3 A PRIORITY frame of another length is an error of its stream, not of the connection, and found when it is read.
  [PRIORITY]: rule('stream', 0, ANY),
  [RST_STREAM]: rule('stream', 4, 4),
  // §6.5 "SETTINGS frames always apply to a connection, never a single stream." That the length is a multiple of six
  // is checked where they are read.
  [SETTINGS]: rule('connection', 0, ANY),
  [PUSH_PROMISE]: rule('stream', 0, ANY),
  [PING]: rule('connection', 8, 8),
  [GOAWAY]: rule('connection', 8, ANY),
  [WINDOW_UPDATE]: rule('either', 4, 4),
  [CONTINUATION]: rule('stream', 0, ANY),
  // RFC 9218 §7.1
  [PRIORITY_UPDATE]: rule('connection', 4, ANY),
});

/** What is wrong with the head of a frame; null where nothing is, as of a type that is not known (§5.5). */
export function faultOfHead(type: number, streamId: number, length: number): FaultName | null {
  if (length > INITIAL_MAX_FRAME_SIZE) return 'frameTooLarge';
  const found = RULES[type];
  if (found === undefined) return null;
  if (streamId === 0) {
    if (found.on === 'stream') return 'streamRequired';
  } else if (found.on === 'connection') {
    return 'streamForbidden';
  }
  return length < found.least || length > found.most ? 'frameLengthInvalid' : null;
}

/** Whether the type of a frame means anything here. */
export function isKnownFrame(type: number): boolean {
  return RULES[type] !== undefined;
}
