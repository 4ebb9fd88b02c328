/**
 * The error object that carries a row of the table of faults.
 */
import { nameOfCode } from './error-codes.js';
import { FAULTS, type FaultName, type Scope } from './faults.js';

/** A fault of a request, a stream or a connection. */
export class Http2Error extends Error {
  /** The row of the table. */
  readonly fault: FaultName;
  readonly scope: Scope;
  /** The code that leaves, RFC 9113 §7; of a reset by the client, the code that came. */
  readonly errorCode: number;
  /** Its name after `HTTP2_`, such as `HTTP2_PROTOCOL_ERROR`. */
  readonly code: string;
  /** The section that was violated. */
  readonly rfc: string;
  /** One sentence: what was wrong. */
  readonly reason: string;
  /** The status of the response that refuses a request; 0 where none is sent. */
  readonly status: number;

  /** @param errorCode - the code that came, where it was the client that ended the stream */
  constructor(fault: FaultName, errorCode: number = FAULTS[fault].code) {
    const { scope, rfc, reason, status } = FAULTS[fault];
    super(`${reason} (${nameOfCode(errorCode)})`);
    this.fault = fault;
    this.scope = scope;
    this.errorCode = errorCode;
    this.code = `HTTP2_${nameOfCode(errorCode)}`;
    this.rfc = rfc;
    this.reason = reason;
    this.status = status;
  }
}
