/**
 * Why a request was refused: one table of errors, and the error object that carries a row of it.
 *
 * `code` is what programs written for `node:http` test for, `status` what the client is answered, `rfc` where the
 * rule stands, `reason` one sentence for the operator. Where Node's parser refuses the same thing, code and reason
 * are the ones Node gives.
 */

interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly rfc: string;
  readonly reason: string;
}

const row = (code: string, status: number, rfc: string, reason: string): Refusal => ({
  code,
  status,
  rfc,
  reason,
});

export const REFUSALS = {
  methodInvalid: row('HPE_INVALID_METHOD', 400, 'RFC 9112 §3.1', 'Invalid method encountered'),
  methodUnknown: row('HPE_INVALID_METHOD', 501, 'RFC 9110 §9.1', 'Invalid method encountered'),
  responseReceived: row(
    'HPE_INVALID_CONSTANT',
    400,
    'RFC 9112 §2.1',
    'Expected a request line, got a status line',
  ),
  http2Preface: row(
    'HPE_PAUSED_H2_UPGRADE',
    505,
    'RFC 9113 §3.4',
    'The HTTP/2 preface came, and only HTTP/1.1 is spoken here',
  ),
  tlsReceived: row(
    'HPE_INVALID_METHOD',
    400,
    'RFC 9112 §3',
    'Invalid method encountered: a TLS handshake came to a plain HTTP port',
  ),
  targetInvalid: row('HPE_INVALID_URL', 400, 'RFC 9112 §3.2', 'Invalid characters in url'),
  targetFormInvalid: row('HPE_INVALID_URL', 400, 'RFC 9112 §3.2', 'Unexpected start char in url'),
  targetTooLong: row('HPE_HEADER_OVERFLOW', 414, 'RFC 9110 §15.5.15', 'Request target overflow'),
  requestLineInvalid: row('HPE_INVALID_CONSTANT', 400, 'RFC 9112 §3', 'Expected HTTP/, RTSP/ or ICE/'),
  versionInvalid: row('HPE_INVALID_VERSION', 400, 'RFC 9112 §2.3', 'Invalid HTTP version'),
  versionUnsupported: row('HPE_INVALID_VERSION', 505, 'RFC 9110 §15.6.6', 'Invalid HTTP version'),
  lineFeedMissing: row('HPE_LF_EXPECTED', 400, 'RFC 9112 §2.2', 'Missing expected LF after header value'),
  lineFeedExpected: row('HPE_STRICT', 400, 'RFC 9112 §2.2', 'Expected LF after CR'),
  carriageReturnMissing: row(
    'HPE_CR_EXPECTED',
    400,
    'RFC 9112 §2.2',
    'Missing expected CR after header value',
  ),
  headFieldsTooLarge: row('HPE_HEADER_OVERFLOW', 431, 'RFC 6585 §5', 'Header overflow'),
  tooManyFields: row('HPE_HEADER_OVERFLOW', 431, 'RFC 6585 §5', 'Too many header fields'),
  fieldNameInvalid: row('HPE_INVALID_HEADER_TOKEN', 400, 'RFC 9112 §5.1', 'Invalid header token'),
  fieldFolded: row(
    'HPE_INVALID_HEADER_TOKEN',
    400,
    'RFC 9112 §5.2',
    'Unexpected whitespace after header value',
  ),
  fieldValueInvalid: row('HPE_INVALID_HEADER_TOKEN', 400, 'RFC 9110 §5.5', 'Invalid header value char'),
  hostRepeated: row('HPE_INVALID_HEADER_TOKEN', 400, 'RFC 9112 §3.2', 'More than one Host field'),
  hostInvalid: row('HPE_INVALID_HEADER_TOKEN', 400, 'RFC 9112 §3.2', 'Invalid value of the Host field'),
  contentLengthInvalid: row(
    'HPE_INVALID_CONTENT_LENGTH',
    400,
    'RFC 9112 §6.3',
    'Invalid character in Content-Length',
  ),
  contentLengthOverflow: row('HPE_INVALID_CONTENT_LENGTH', 400, 'RFC 9112 §6.3', 'Content-Length overflow'),
  contentLengthRepeated: row(
    'HPE_UNEXPECTED_CONTENT_LENGTH',
    400,
    'RFC 9112 §6.3',
    'Content-Length already present',
  ),
  contentLengthWithTransferEncoding: row(
    'HPE_INVALID_TRANSFER_ENCODING',
    400,
    'RFC 9112 §6.1',
    "Transfer-Encoding can't be present with Content-Length",
  ),
  transferEncodingInHttp10: row(
    'HPE_INVALID_TRANSFER_ENCODING',
    400,
    'RFC 9112 §6.1',
    'Transfer-Encoding in an HTTP/1.0 request',
  ),
  transferEncodingNotChunked: row(
    'HPE_INVALID_TRANSFER_ENCODING',
    400,
    'RFC 9112 §6.3',
    'Request has invalid `Transfer-Encoding`',
  ),
  transferCodingUnknown: row(
    'HPE_INVALID_TRANSFER_ENCODING',
    501,
    'RFC 9112 §6.1',
    'Transfer coding other than chunked',
  ),
  chunkSizeInvalid: row('HPE_INVALID_CHUNK_SIZE', 400, 'RFC 9112 §7.1', 'Invalid character in chunk size'),
  chunkSizeOverflow: row('HPE_INVALID_CHUNK_SIZE', 400, 'RFC 9112 §7.1', 'Chunk size overflow'),
  chunkExtensionInvalid: row(
    'HPE_INVALID_CHUNK_SIZE',
    400,
    'RFC 9112 §7.1.1',
    'Invalid character in chunk extensions',
  ),
  chunkExtensionsTooLarge: row(
    'HPE_CHUNK_EXTENSIONS_OVERFLOW',
    413,
    'RFC 9112 §7.1.1',
    'Chunk extensions overflow',
  ),
  chunkDataUnterminated: row('HPE_STRICT', 400, 'RFC 9112 §7.1', 'Expected LF after chunk data'),
  trailersTooLarge: row('HPE_HEADER_OVERFLOW', 431, 'RFC 9112 §7.1.2', 'Trailer section overflow'),
  connectionClosed: row('HPE_INVALID_EOF_STATE', 400, 'RFC 9112 §8', 'Invalid EOF state'),
} as const satisfies Record<string, Refusal>;

export type RefusalName = keyof typeof REFUSALS;

/** A request that was refused while its bytes were read. */
export class WireError extends Error {
  /** The row of the table: what kind of refusal this is. */
  readonly refusal: RefusalName;
  /** Node's error code, `HPE_*`. */
  readonly code: string;
  /** One sentence: what was wrong. */
  readonly reason: string;
  /** The section that the bytes violate. */
  readonly rfc: string;
  /** The status of the answer to the client. */
  readonly status: number;
  /** Bytes of the packet that were read before the error; what came before the line is added by whoever fed the parser. */
  bytesParsed: number;
  /** How many of those are of the line in question: it came in more than one segment. */
  bytesOfLine = 0;
  /** The packet in which the error was found; set by whoever fed the parser. */
  rawPacket: Uint8Array | undefined = undefined;

  /** @param bytesParsed - bytes of the line in question that were read before the error */
  constructor(refusal: RefusalName, bytesParsed = 0) {
    const { code, status, rfc, reason } = REFUSALS[refusal];
    // As on node:http, a client that has just gone leaves no reason in the message.
    super(refusal === 'connectionClosed' ? 'Parse Error' : `Parse Error: ${reason}`);
    this.refusal = refusal;
    this.code = code;
    this.reason = reason;
    this.rfc = rfc;
    this.status = status;
    this.bytesParsed = bytesParsed;
  }
}

Object.defineProperty(WireError.prototype, 'name', { value: 'Error', writable: true, configurable: true });
