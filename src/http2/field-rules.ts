/**
 * What RFC 9113 §8.2 and §8.3 say of a single field of a request.
 *
 * In: a field. Out: its kind, or a fault. What is no method, target, host or field value over HTTP/1.1 is none here.
 * The verdict is kept with the field, so that one that comes out of HPACK's tables again is not judged again.
 */
import { endOfRun, FIELD_VALUE, isDigits, isHost, isToken, TARGET, TOKEN } from '../http/grammar.js';
import { isKnownMethod } from '../http/methods.js';
import type { FaultName } from './faults.js';
import type { Field } from './hpack/field.js';

export const ORDINARY = 1;
export const HOST = 2;
export const COOKIE = 3;
export const CONTENT_LENGTH = 4;
export const EXPECT = 5;
export const PRIORITY_FIELD = 6;
/** The pseudo-fields of a request come last, and `:method` first of them. */
export const METHOD = 7;
export const SCHEME = 8;
export const PATH = 9;
/** The `:path` of OPTIONS that asks about the server as a whole. */
export const ASTERISK = 10;
export const AUTHORITY = 11;
/** RFC 8441 §4. */
export const PROTOCOL = 12;

const FAULTS_OF_FIELDS: FaultName[] = [];

const COLON = 0x3a;
const SLASH = 0x2f;
const SPACE = 0x20;
const TAB = 0x09;

/** A fault as a verdict: below zero. */
function faulty(fault: FaultName): number {
  let index = FAULTS_OF_FIELDS.indexOf(fault);
  if (index < 0) index = FAULTS_OF_FIELDS.push(fault) - 1;
  return -1 - index;
}

/** The fault that a verdict below zero stands for. */
export function faultOfVerdict(verdict: number): FaultName {
  return FAULTS_OF_FIELDS[-1 - verdict];
}

/** The kind of a field of a request; below zero, a fault. */
export function judge(field: Field): number {
  if (field.verdict === 0) field.verdict = judgeNew(field.name, field.value);
  return field.verdict;
}

function judgeNew(name: string, value: string): number {
  // "A field value MUST NOT start or end with an ASCII whitespace character", §8.2.1
  if (
    endOfRun(value, 0, FIELD_VALUE) !== value.length ||
    isSpace(value, 0) ||
    isSpace(value, value.length - 1)
  )
    return faulty('fieldValueInvalid');
  if (name.charCodeAt(0) === COLON) return judgePseudo(name, value);
  if (!isLowerCaseToken(name)) return faulty('fieldNameInvalid');
  switch (name) {
    case 'host':
      return HOST;
    case 'cookie':
      return COOKIE;
    case 'content-length':
      return isCountable(value) ? CONTENT_LENGTH : faulty('contentLengthInvalid');
    case 'expect':
      return EXPECT;
    case 'priority':
      return PRIORITY_FIELD;
    case 'te':
      // "it MUST NOT contain any value other than 'trailers'", §8.2.2
      return value.toLowerCase() === 'trailers' ? ORDINARY : faulty('teInvalid');
    case 'connection':
    case 'proxy-connection':
    case 'keep-alive':
    case 'transfer-encoding':
    case 'upgrade':
      return faulty('connectionSpecificField');
    default:
      return ORDINARY;
  }
}

function judgePseudo(name: string, value: string): number {
  switch (name) {
    case ':method':
      if (isKnownMethod(value)) return METHOD;
      return faulty(isToken(value) ? 'methodUnknown' : 'methodInvalid');
    case ':scheme':
      return /^https?$/i.test(value) ? SCHEME : faulty('schemeInvalid');
    case ':path':
      return judgePath(value);
    case ':authority':
      return value !== '' && isHost(value) ? AUTHORITY : faulty('authorityInvalid');
    case ':protocol':
      return isToken(value) ? PROTOCOL : faulty('fieldValueInvalid');
    default:
      return faulty('pseudoFieldUnknown');
  }
}

/** "This pseudo-header field MUST NOT be empty for http or https URIs", §8.3.1 */
function judgePath(path: string): number {
  if (path === '') return faulty('pathEmpty');
  if (path === '*') return ASTERISK;
  const isTarget = path.charCodeAt(0) === SLASH && endOfRun(path, 0, TARGET) === path.length;
  return isTarget ? PATH : faulty('targetInvalid');
}

function isSpace(value: string, index: number): boolean {
  const code = value.charCodeAt(index);
  return code === SPACE || code === TAB;
}

function isLowerCaseToken(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (TOKEN[code] !== 1 || (code >= 0x41 && code <= 0x5a)) return false;
  }
  return name !== '';
}

function isCountable(value: string): boolean {
  return isDigits(value) && Number(value) <= Number.MAX_SAFE_INTEGER;
}
