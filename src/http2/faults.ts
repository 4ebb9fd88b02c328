/**
 * What can be wrong with a connection, a stream or a request: one table.
 *
 * `scope` says what ends: a stream by RST_STREAM, a connection by GOAWAY, or neither yet: a request that can be
 * understood as far as its stream is refused by a response, with `status`. `code` is the code that leaves (RFC 9113
 * §7), `rfc` where the rule stands, `reason` one sentence, which GOAWAY takes along as debug data.
 */
import {
  CANCEL,
  COMPRESSION_ERROR,
  ENHANCE_YOUR_CALM,
  FLOW_CONTROL_ERROR,
  FRAME_SIZE_ERROR,
  INTERNAL_ERROR,
  NO_ERROR,
  PROTOCOL_ERROR,
  REFUSED_STREAM,
  SETTINGS_TIMEOUT,
  STREAM_CLOSED,
} from './error-codes.js';

export type Scope = 'request' | 'stream' | 'connection';

interface Fault {
  readonly scope: Scope;
  readonly code: number;
  readonly rfc: string;
  readonly reason: string;
  /** The status of the response that refuses a request; 0 where none is sent. */
  readonly status: number;
}

const connection = (code: number, rfc: string, reason: string): Fault => ({
  scope: 'connection',
  code,
  rfc,
  reason,
  status: 0,
});

const stream = (code: number, rfc: string, reason: string): Fault => ({
  scope: 'stream',
  code,
  rfc,
  reason,
  status: 0,
});

const request = (status: number, rfc: string, reason: string): Fault => ({
  scope: 'request',
  code: NO_ERROR,
  rfc,
  reason,
  status,
});

/** "Malformed requests or responses that are detected MUST be treated as a stream error of type PROTOCOL_ERROR", §8.1.1. */
const malformed = (rfc: string, reason: string): Fault => stream(PROTOCOL_ERROR, rfc, reason);

export const FAULTS = {
  // The connection and its frames
  prefaceInvalid: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §3.4',
    'The first bytes are not the connection preface',
  ),
  settingsExpected: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §3.4',
    'The first frame after the preface is not SETTINGS',
  ),
  frameTooLarge: connection(
    FRAME_SIZE_ERROR,
    'RFC 9113 §4.2',
    'A frame is larger than SETTINGS_MAX_FRAME_SIZE',
  ),
  frameLengthInvalid: connection(
    FRAME_SIZE_ERROR,
    'RFC 9113 §6',
    'A frame has a length that its type has not',
  ),
  priorityLengthInvalid: stream(FRAME_SIZE_ERROR, 'RFC 9113 §6.3', 'A PRIORITY frame is not of 5 octets'),
  streamRequired: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §6',
    'A frame that belongs to a stream came on stream 0',
  ),
  streamForbidden: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §6',
    'A frame that belongs to the connection came on a stream',
  ),
  paddingTooLong: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §6.1',
    'The padding of a frame is as long as its payload or longer',
  ),
  continuationExpected: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §6.2',
    'Another frame came before the end of a field block',
  ),
  continuationUnexpected: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §6.10',
    'CONTINUATION came without a field block',
  ),
  pushPromiseReceived: connection(PROTOCOL_ERROR, 'RFC 9113 §8.4', 'A client cannot push'),
  // Settings
  settingsAckWithPayload: connection(
    FRAME_SIZE_ERROR,
    'RFC 9113 §6.5',
    'An acknowledgement of settings has a payload',
  ),
  enablePushInvalid: connection(PROTOCOL_ERROR, 'RFC 9113 §6.5.2', 'SETTINGS_ENABLE_PUSH is neither 0 nor 1'),
  initialWindowTooLarge: connection(
    FLOW_CONTROL_ERROR,
    'RFC 9113 §6.5.2',
    'SETTINGS_INITIAL_WINDOW_SIZE is above 2^31 - 1',
  ),
  maxFrameSizeInvalid: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §6.5.2',
    'SETTINGS_MAX_FRAME_SIZE is not between 2^14 and 2^24 - 1',
  ),
  connectProtocolInvalid: connection(
    PROTOCOL_ERROR,
    'RFC 8441 §3',
    'SETTINGS_ENABLE_CONNECT_PROTOCOL is neither 0 nor 1, or was taken back',
  ),
  noPrioritiesInvalid: connection(
    PROTOCOL_ERROR,
    'RFC 9218 §2.1',
    'SETTINGS_NO_RFC7540_PRIORITIES is neither 0 nor 1, or changed',
  ),
  // Streams
  streamIdentifierEven: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §5.1.1',
    'A client opened a stream with an even identifier',
  ),
  streamIdentifierLow: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §5.1.1',
    'A new stream has a lower identifier than one before',
  ),
  streamIdle: connection(PROTOCOL_ERROR, 'RFC 9113 §5.1', 'A frame came on a stream that was not opened'),
  streamHalfClosed: stream(
    STREAM_CLOSED,
    'RFC 9113 §5.1',
    'A frame came on a stream after its END_STREAM flag',
  ),
  streamReset: stream(STREAM_CLOSED, 'RFC 9113 §5.1', 'A frame came on a stream that its sender had reset'),
  streamClosed: connection(STREAM_CLOSED, 'RFC 9113 §5.1', 'A frame came on a stream that was closed'),
  streamDependsOnItself: stream(PROTOCOL_ERROR, 'RFC 7540 §5.3.1', 'A stream depends on itself'),
  tooManyStreams: stream(
    REFUSED_STREAM,
    'RFC 9113 §5.1.2',
    'More streams are open than SETTINGS_MAX_CONCURRENT_STREAMS',
  ),
  // Flow control
  windowIncrementZero: stream(PROTOCOL_ERROR, 'RFC 9113 §6.9', 'A WINDOW_UPDATE of a stream adds nothing'),
  connectionWindowIncrementZero: connection(
    PROTOCOL_ERROR,
    'RFC 9113 §6.9',
    'A WINDOW_UPDATE of the connection adds nothing',
  ),
  windowTooLarge: stream(FLOW_CONTROL_ERROR, 'RFC 9113 §6.9.1', 'The window of a stream exceeds 2^31 - 1'),
  connectionWindowTooLarge: connection(
    FLOW_CONTROL_ERROR,
    'RFC 9113 §6.9.1',
    'The window of the connection exceeds 2^31 - 1',
  ),
  initialWindowOverflow: connection(
    FLOW_CONTROL_ERROR,
    'RFC 9113 §6.9.2',
    'SETTINGS_INITIAL_WINDOW_SIZE makes the window of a stream exceed 2^31 - 1',
  ),
  windowExceeded: stream(FLOW_CONTROL_ERROR, 'RFC 9113 §6.9.1', 'DATA exceeds the window of its stream'),
  connectionWindowExceeded: connection(
    FLOW_CONTROL_ERROR,
    'RFC 9113 §6.9.1',
    'DATA exceeds the window of the connection',
  ),
  // Field blocks
  indexInvalid: connection(COMPRESSION_ERROR, 'RFC 7541 §2.3.3', 'A field block names an index of no table'),
  integerInvalid: connection(COMPRESSION_ERROR, 'RFC 7541 §5.1', 'An integer of a field block is too large'),
  huffmanInvalid: connection(
    COMPRESSION_ERROR,
    'RFC 7541 §5.2',
    'A string of a field block is not the Huffman code of any',
  ),
  blockTruncated: connection(COMPRESSION_ERROR, 'RFC 7541 §3.2', 'A field block ends within a field'),
  tableSizeInvalid: connection(
    COMPRESSION_ERROR,
    'RFC 7541 §6.3',
    'A table size is above SETTINGS_HEADER_TABLE_SIZE',
  ),
  tableSizeMisplaced: connection(
    COMPRESSION_ERROR,
    'RFC 7541 §4.2',
    'A table size is not at the beginning of a field block',
  ),
  // Requests that are malformed
  fieldNameInvalid: malformed('RFC 9113 §8.2.1', 'A field name is no token in lower case'),
  fieldValueInvalid: malformed(
    'RFC 9113 §8.2.1',
    'A field value has a control character, or white space at an end',
  ),
  connectionSpecificField: malformed('RFC 9113 §8.2.2', 'A field belongs to the connection of HTTP/1.1'),
  teInvalid: malformed('RFC 9113 §8.2.2', 'TE has another value than trailers'),
  pseudoFieldUnknown: malformed('RFC 9113 §8.3', 'A pseudo-field is none of a request'),
  pseudoFieldLate: malformed('RFC 9113 §8.3', 'A pseudo-field stands after a field, or in the trailers'),
  pseudoFieldRepeated: malformed('RFC 9113 §8.3', 'A pseudo-field stands twice'),
  pseudoFieldMissing: malformed(
    'RFC 9113 §8.3.1',
    'A request has not exactly one :method, :scheme and :path',
  ),
  pathEmpty: malformed('RFC 9113 §8.3.1', 'The :path is empty'),
  methodInvalid: malformed('RFC 9110 §9.1', 'The :method is no token'),
  connectInvalid: malformed('RFC 9113 §8.5', 'A CONNECT request has a :scheme or a :path, or no :authority'),
  contentLengthInvalid: malformed(
    'RFC 9110 §8.6',
    'Content-Length is no number that can be counted, or stands twice',
  ),
  contentLengthMismatch: malformed('RFC 9113 §8.1.1', 'The DATA is not as long as Content-Length says'),
  trailersNotLast: malformed('RFC 9113 §8.1', 'A second field block came without END_STREAM'),
  trailersTooLarge: stream(ENHANCE_YOUR_CALM, 'RFC 6585 §5', 'The trailer section is too large'),
  // Requests that are refused by a response, as over HTTP/1.1
  methodUnknown: request(501, 'RFC 9110 §9.1', 'The method is not known'),
  targetInvalid: request(400, 'RFC 9113 §8.3.1', 'The :path is no request target'),
  schemeInvalid: request(400, 'RFC 9113 §8.3.1', 'The :scheme is neither http nor https'),
  authorityInvalid: request(400, 'RFC 9113 §8.3.1', 'The :authority or Host field names no host'),
  authorityMissing: request(400, 'RFC 9113 §8.3.1', 'There is neither an :authority nor a Host field'),
  authorityContradicted: request(400, 'RFC 9113 §8.3.1', 'The Host field is not what :authority says'),
  hostRepeated: request(400, 'RFC 9112 §3.2', 'More than one Host field'),
  headTooLarge: request(431, 'RFC 6585 §5', 'The fields of the head are too large'),
  tooManyFields: request(431, 'RFC 6585 §5', 'Too many header fields'),
  // What is too much
  fieldBlockTooLarge: connection(
    ENHANCE_YOUR_CALM,
    'RFC 9113 §10.5.1',
    'A field block is far larger than SETTINGS_MAX_HEADER_LIST_SIZE',
  ),
  tooManyContinuations: connection(
    ENHANCE_YOUR_CALM,
    'RFC 9113 §10.5',
    'A field block has too many CONTINUATION frames',
  ),
  continuationEmpty: connection(ENHANCE_YOUR_CALM, 'RFC 9113 §10.5', 'A CONTINUATION frame is empty'),
  tooManyResets: connection(ENHANCE_YOUR_CALM, 'RFC 9113 §10.5', 'Too many streams were reset'),
  tooManySettings: connection(ENHANCE_YOUR_CALM, 'RFC 9113 §10.5', 'Too many settings'),
  tooManyPings: connection(ENHANCE_YOUR_CALM, 'RFC 9113 §10.5', 'Too many PING frames'),
  tooManyPriorities: connection(ENHANCE_YOUR_CALM, 'RFC 9113 §10.5', 'Too many frames about priority'),
  tooManyWindowUpdates: connection(ENHANCE_YOUR_CALM, 'RFC 9113 §10.5', 'Too many WINDOW_UPDATE frames'),
  tooManyEmptyFrames: connection(ENHANCE_YOUR_CALM, 'RFC 9113 §10.5', 'Too many DATA frames without data'),
  tooManyUnknownFrames: connection(
    ENHANCE_YOUR_CALM,
    'RFC 9113 §10.5',
    'Too many frames that mean nothing here',
  ),
  answersUnread: connection(ENHANCE_YOUR_CALM, 'RFC 9113 §10.5', 'Too many answers to frames were not read'),
  responseUnread: stream(
    ENHANCE_YOUR_CALM,
    'RFC 9113 §10.5',
    'Too little of the response was taken in its time',
  ),
  // RFC 9218
  priorityUpdateInvalid: connection(
    PROTOCOL_ERROR,
    'RFC 9218 §7.1',
    'PRIORITY_UPDATE names a stream that cannot be one',
  ),
  // What is not the client's fault
  resetByClient: stream(CANCEL, 'RFC 9113 §6.4', 'The client reset the stream'),
  cancelled: stream(CANCEL, 'RFC 9113 §7', 'The stream is not wanted any more'),
  internalError: stream(INTERNAL_ERROR, 'RFC 9113 §7', 'The response failed'),
  responseComplete: stream(NO_ERROR, 'RFC 9113 §8.1', 'The response is complete, the request need not be'),
  bufferResized: stream(INTERNAL_ERROR, 'RFC 9113 §7', 'A buffer of the response was resized before it left'),
  connectionFailed: connection(INTERNAL_ERROR, 'RFC 9113 §7', 'The server failed'),
  bodyChanged: connection(
    INTERNAL_ERROR,
    'RFC 9113 §7',
    'A part of a response is not as long as it was when it was written',
  ),
  settingsTimeout: connection(
    SETTINGS_TIMEOUT,
    'RFC 9113 §6.5.3',
    'The settings were not acknowledged in time',
  ),
  connectionClosed: connection(NO_ERROR, 'RFC 9113 §9.1', 'The connection was closed'),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
