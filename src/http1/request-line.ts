/**
 * Reads a request line (RFC 9112 §3).
 *
 * In: text and the index where the line begins. Out: the index behind the line, with method, target and minor version
 * set on the head, or INCOMPLETE. What can't become a request line is refused as soon as its first bytes show it.
 */

import { INCOMPLETE } from './field-line.js';
import { endOfRun, isAbsoluteForm, isAuthorityForm, isDigit, TARGET, TOKEN } from './grammar.js';
import { beginsKnownMethod, isKnownMethod } from './methods.js';
import type { RequestHead } from './request-head.js';
import { WireError } from './wire-error.js';

const CR = 0x0d;
const SPACE = 0x20;
const SLASH = 0x2f;
/** Characters of a line that show whether it can become a request line: the longest method, or the HTTP/2 preface. */
export const EARLY_CHECK_CHARS = 24;

/** The first byte of a TLS record that opens a handshake. */
const TLS_HANDSHAKE = 0x16;
/** OPTIONS by RFC 9112 §3.2.4, the other two by what UPnP devices send. */
const ASTERISK_METHODS = ['OPTIONS', 'M-SEARCH', 'NOTIFY'];
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n';

export function readRequestLine(text: string, start: number, head: RequestHead): number {
  const methodEnd = endOfRun(text, start, TOKEN);
  const targetEnd = endOfRun(text, methodEnd + 1, TARGET);
  if (
    text.charCodeAt(methodEnd) !== SPACE ||
    text.charCodeAt(targetEnd) !== SPACE ||
    targetEnd === methodEnd + 1 ||
    methodEnd === start
  ) {
    return requestLineProblem(text, start, methodEnd, targetEnd);
  }
  head.method = methodOf(text, start, methodEnd);
  const versionStart = targetEnd + 1;
  let end: number;
  if (text.startsWith('HTTP/1.1\r\n', versionStart)) {
    head.minorVersion = 1;
    end = versionStart + 10;
  } else {
    end = readVersion(text, versionStart, head);
    if (end === INCOMPLETE) return INCOMPLETE;
  }
  head.target = text.slice(methodEnd + 1, targetEnd);
  if (head.target.charCodeAt(0) !== SLASH) checkTargetForm(head.method, head.target);
  return end;
}

function methodOf(text: string, start: number, end: number): string {
  const method = text.slice(start, end);
  if (method === 'GET') return 'GET';
  if (!isKnownMethod(method)) refuseImpossibleMethod(text.slice(start, start + EARLY_CHECK_CHARS));
  return method;
}

/**
 * origin-form is checked by its first character; here are the other three forms of RFC 9112 §3.2. A CONNECT in
 * origin-form, which Node's client sends where it is given no path, names no authority: it is the listener's affair.
 */
function checkTargetForm(method: string, target: string): void {
  if (method === 'CONNECT') {
    if (!isAuthorityForm(target)) throw new WireError('targetFormInvalid');
  } else if (target === '*') {
    if (!ASTERISK_METHODS.includes(method)) throw new WireError('targetFormInvalid');
  } else if (!isAbsoluteForm(target)) {
    throw new WireError('targetFormInvalid');
  }
}

/** `HTTP/1.x` and the end of the line. A minor version above 1 is answered as 1.1 would be (RFC 9110 §2.5). */
function readVersion(text: string, start: number, head: RequestHead): number {
  const lineFeed = text.indexOf('\n', start);
  if (lineFeed < 0) return INCOMPLETE;
  const version = text.slice(start, lineFeed + 1);
  const major = version.charCodeAt(5);
  const minor = version.charCodeAt(7);
  if (!version.startsWith('HTTP/')) throw new WireError('requestLineInvalid');
  if (version[6] !== '.' || !isDigit(major) || !isDigit(minor)) throw new WireError('versionInvalid');
  if (version.length === 9 && version[8] === '\n') throw new WireError('carriageReturnMissing');
  if (version.length !== 10 || version[8] !== '\r') throw new WireError('versionInvalid');
  if (version[5] !== '1') throw new WireError('versionUnsupported');
  head.minorVersion = minor - 0x30;
  return lineFeed + 1;
}

/** Why there is no complete request line at `start`: it has not ended yet, or it never will be one. */
function requestLineProblem(text: string, start: number, methodEnd: number, targetEnd: number): number {
  refuseImpossibleMethod(text.slice(start, start + EARLY_CHECK_CHARS));
  if (methodEnd >= text.length) return INCOMPLETE;
  if (text.charCodeAt(methodEnd) !== SPACE) throw new WireError('methodInvalid');
  if (targetEnd >= text.length) return INCOMPLETE;
  if (targetEnd === methodEnd + 1) throw new WireError('targetFormInvalid');
  const stop = text.charCodeAt(targetEnd);
  throw new WireError(stop === 0x0d || stop === 0x0a ? 'requestLineInvalid' : 'targetInvalid');
}

/**
 * Refuses, from the first bytes of a line, what can't be a request line of this protocol.
 * @param text - the beginning of the line, or all of it that has arrived
 */
export function refuseImpossibleMethod(text: string): void {
  const end = endOfRun(text, 0, TOKEN);
  const method = text.slice(0, end);
  const next = text.charCodeAt(end);
  if (end === 0) {
    if (next === CR || text.length === 0) return;
    throw new WireError(next === TLS_HANDSHAKE ? 'tlsReceived' : 'methodInvalid');
  }
  if (method === 'HTTP' && next === SLASH) throw new WireError('responseReceived');
  if (method === 'PRI' && HTTP2_PREFACE.startsWith(text.slice(0, HTTP2_PREFACE.length))) {
    if (text.length >= HTTP2_PREFACE.length) throw new WireError('http2Preface');
    return;
  }
  const possible = beginsKnownMethod(method) || 'PRI'.startsWith(method) || 'HTTP'.startsWith(method);
  if (!possible) throw new WireError('methodUnknown');
  if (end === text.length) return;
  if (next !== SPACE) throw new WireError('methodInvalid');
  if (!isKnownMethod(method)) throw new WireError('methodUnknown');
}
