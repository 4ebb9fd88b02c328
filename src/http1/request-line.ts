/**
 * Reads a request line (RFC 9112 §3).
 *
 * In: a window and the index where the line begins. Out: the index after the line, with method, target and minor
 * version set on the head. What can't become a request line is refused as soon as its first bytes show it.
 */

import { endOfRun, isAbsoluteForm, isDigit, TARGET, TOKEN } from '../http/grammar.js';
import { beginsKnownMethod, isKnownMethod } from '../http/methods.js';
import type { LineWindow } from './line-window.js';
import type { RequestHead } from './request-head.js';
import { WireError } from './wire-error.js';

const LF = 0x0a;
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
/** Octets of all of it (RFC 9113 §3.4), with what follows that line. */
const HTTP2_PREFACE_BYTES = 24;

export function readRequestLine(window: LineWindow, start: number, head: RequestHead): number {
  const { bytes } = window;
  let methodEnd = start;
  while (TOKEN[bytes[methodEnd]] === 1) methodEnd++;
  if (bytes[methodEnd] !== SPACE) throw requestLineError(window, start, methodEnd);
  const targetStart = methodEnd + 1;
  let targetEnd = targetStart;
  while (TARGET[bytes[targetEnd]] === 1) targetEnd++;
  head.method = methodOf(window, start, methodEnd);
  if (targetEnd === targetStart || bytes[targetEnd] !== SPACE)
    throw targetError(bytes, targetStart, targetEnd);
  const end = readVersion(window, targetEnd + 1, head);
  head.target = window.slice(targetStart, targetEnd);
  if (bytes[targetStart] !== SLASH) checkTargetForm(head.method, head.target);
  return end;
}

function methodOf(window: LineWindow, start: number, end: number): string {
  const method = window.slice(start, end);
  if (method === 'GET') return 'GET';
  if (!isKnownMethod(method)) refuseImpossibleMethod(window.slice(start, start + EARLY_CHECK_CHARS));
  return method;
}

/**
 * origin-form is checked by its first character; here are the other three forms of RFC 9112 §3.2. What a CONNECT asks
 * for is its listener's affair, as on Node: no framing hangs on it, and nothing after it is read.
 */
function checkTargetForm(method: string, target: string): void {
  if (method === 'CONNECT') return;
  if (target === '*') {
    if (!ASTERISK_METHODS.includes(method)) throw new WireError('targetFormInvalid');
  } else if (!isAbsoluteForm(target)) {
    throw new WireError('targetFormInvalid');
  }
}

/** `HTTP/1.x` and the end of the line. A minor version above 1 is answered as 1.1 would be (RFC 9110 §2.5). */
function readVersion(window: LineWindow, start: number, head: RequestHead): number {
  if (window.startsWith('HTTP/1.1\r\n', start)) {
    head.minorVersion = 1;
    return start + 10;
  }
  const version = window.slice(start, window.lineFeed(start) + 1);
  const major = version.charCodeAt(5);
  const minor = version.charCodeAt(7);
  if (!version.startsWith('HTTP/')) throw new WireError('requestLineInvalid');
  if (version[6] !== '.' || !isDigit(major) || !isDigit(minor)) throw new WireError('versionInvalid');
  if (version.length === 9 && version[8] === '\n') {
    if (head.validation !== 'insecure') throw new WireError('carriageReturnMissing');
  } else if (version.length !== 10 || version[8] !== '\r') throw new WireError('versionInvalid');
  if (version[5] !== '1') throw new WireError('versionUnsupported');
  head.minorVersion = minor - 0x30;
  return start + version.length;
}

/** Why no method and space stand at `start`. */
function requestLineError(window: LineWindow, start: number, methodEnd: number): WireError {
  refuseImpossibleMethod(window.slice(start, Math.min(start + EARLY_CHECK_CHARS, methodEnd + 1)));
  return new WireError('methodInvalid');
}

function targetError(bytes: Uint8Array, start: number, end: number): WireError {
  if (end === start) return new WireError('targetFormInvalid');
  return new WireError(bytes[end] === CR || bytes[end] === LF ? 'requestLineInvalid' : 'targetInvalid');
}

/** How many of the first bytes could have been a method's; the first one was read in any case. */
function possibleLength(method: string): number {
  let length = 1;
  while (beginsKnownMethod(method.slice(0, length + 1))) length++;
  return length;
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
    if (text.length >= HTTP2_PREFACE.length) throw new WireError('http2Preface', HTTP2_PREFACE_BYTES);
    return;
  }
  const possible = beginsKnownMethod(method) || 'PRI'.startsWith(method) || 'HTTP'.startsWith(method);
  if (!possible) throw new WireError('methodUnknown', possibleLength(method));
  if (end === text.length) return;
  if (next !== SPACE) throw new WireError('methodInvalid');
  if (!isKnownMethod(method)) throw new WireError('methodUnknown');
}
