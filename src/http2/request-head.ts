/**
 * The head of a request, and its trailer section, from the fields of their blocks (RFC 9113 §8).
 *
 * In: fields in the order they came. Out: method, target, scheme, authority and the fields as `rawHeaders` has them:
 * without pseudo-fields, `host` first, the crumbs of the cookie joined; or a fault. Fields after a fault are still taken,
 * since their block has to be decoded.
 */
import { isAuthorityForm, isHost } from '../http/grammar.js';
import { FAULTS, type FaultName } from './faults.js';
import {
  ASTERISK,
  AUTHORITY,
  CONTENT_LENGTH,
  COOKIE,
  EXPECT,
  faultOfVerdict,
  HOST,
  judge,
  METHOD,
  PATH,
  PRIORITY_FIELD,
  PROTOCOL,
  SCHEME,
} from './field-rules.js';
import type { FieldSink } from './hpack/decoder.js';
import type { Field } from './hpack/field.js';

export class RequestHead implements FieldSink {
  method = '';
  /** The `:path`; of CONNECT, the authority. */
  target = '';
  /** In lower case; empty of CONNECT. */
  scheme = '';
  /** The `:authority`, or the Host field where there is none. */
  authority = '';
  /** The `:protocol` of an extended CONNECT, RFC 8441; null where there is none. */
  protocol: string | null = null;
  /** Names and values in turn; `host` first, and no pseudo-fields. */
  rawHeaders: string[] = ['host', ''];
  /** The Expect field, its lines joined with `, `; null where there is none. */
  expect: string | null = null;
  /** The Priority field, RFC 9218; null where there is none. */
  priority: string | null = null;
  /** What Content-Length says; null where there is none. */
  contentLength: number | null = null;
  /** Whether fields were left out because there are too many. */
  shortened = false;
  /** What is wrong with it; null until something is. */
  fault: FaultName | null = null;

  readonly #maxFields: number;
  #host: string | null = null;
  #seen = 0;
  #ordinary = false;
  #asterisk = false;
  #cookie = 0;

  /** @param maxFields - fields beyond which further ones are checked and left out */
  constructor(maxFields: number) {
    this.#maxFields = maxFields;
  }

  onField(field: Field): void {
    const verdict = judge(field);
    if (verdict >= METHOD) this.#takePseudo(verdict, field.value);
    else if (verdict > 0) this.#take(verdict, field);
    else this.#takeFaulty(verdict, field);
  }

  /**
   * Draws the conclusions when the last field has come.
   * @param extendedConnect - whether `:protocol` was announced to be understood
   * @returns what is wrong with the head; null where nothing is
   */
  complete(extendedConnect: boolean): FaultName | null {
    this.#conclude(extendedConnect);
    this.rawHeaders[1] = this.authority;
    return this.fault;
  }

  /** A malformed request is reset; only what is none is refused by a response. */
  #blame(fault: FaultName): void {
    if (this.fault === null || (FAULTS[this.fault].scope === 'request' && FAULTS[fault].scope === 'stream'))
      this.fault = fault;
  }

  #takeFaulty(verdict: number, field: Field): void {
    this.#blame(faultOfVerdict(verdict));
    // A request with a method that is not known, or a bad target, is answered, and logged, as what it is.
    if (field.name === ':method') this.#takePseudo(METHOD, field.value);
    else if (field.name === ':path') this.#takePseudo(PATH, field.value);
    else if (field.name === ':scheme') this.#takePseudo(SCHEME, field.value);
    else if (field.name === ':authority') this.#takePseudo(AUTHORITY, field.value);
  }

  #takePseudo(verdict: number, value: string): void {
    // "All pseudo-header fields MUST appear in a field block before all regular field lines."
    if (this.#ordinary) this.#blame('pseudoFieldLate');
    const bit = 1 << (verdict === ASTERISK ? PATH : verdict);
    // "The same pseudo-header field name MUST NOT appear more than once in a field block."
    if ((this.#seen & bit) !== 0) this.#blame('pseudoFieldRepeated');
    this.#seen |= bit;
    if (verdict === METHOD) this.method = value;
    else if (verdict === SCHEME) this.scheme = lowerCaseScheme(value);
    else if (verdict === AUTHORITY) this.authority = value;
    else if (verdict === PROTOCOL) this.protocol = value;
    else this.target = value;
    if (verdict === ASTERISK) this.#asterisk = true;
  }

  #take(verdict: number, field: Field): void {
    this.#ordinary = true;
    const { value } = field;
    if (verdict === HOST) {
      if (this.#host !== null) this.#blame('hostRepeated');
      this.#host = value;
      return;
    }
    if (verdict === COOKIE) {
      // "these MUST be concatenated into a single octet string using the two-octet delimiter of 0x3b, 0x20", §8.2.3
      if (this.#cookie > 0) {
        this.rawHeaders[this.#cookie] += `; ${value}`;
        return;
      }
      if (this.rawHeaders.length < 2 * this.#maxFields) this.#cookie = this.rawHeaders.length + 1;
    } else if (verdict === CONTENT_LENGTH) {
      if (this.contentLength !== null) this.#blame('contentLengthInvalid');
      this.contentLength = Number(value);
    } else if (verdict === EXPECT) {
      this.expect = this.expect === null ? value : `${this.expect}, ${value}`;
    } else if (verdict === PRIORITY_FIELD) {
      this.priority = this.priority === null ? value : `${this.priority}, ${value}`;
    }
    if (this.rawHeaders.length < 2 * this.#maxFields) this.rawHeaders.push(field.name, value);
    else this.shortened = true;
  }

  #conclude(extendedConnect: boolean): void {
    if (this.#has(PROTOCOL) && !(extendedConnect && this.method === 'CONNECT'))
      this.#blame('pseudoFieldUnknown');
    if (!this.#has(METHOD)) this.#blame('pseudoFieldMissing');
    if (this.method === 'CONNECT' && !this.#has(PROTOCOL))
      this.#concludeConnect(this.#has(SCHEME) || this.#has(PATH));
    else if (!this.#has(SCHEME) || !this.#has(PATH)) this.#blame('pseudoFieldMissing');
    // §8.3.1: OPTIONS about the server as a whole has it.
    // An asterisk is a target of no other method.
    else if (this.#asterisk && this.method !== 'OPTIONS') this.#blame('targetInvalid');
    this.#concludeAuthority(this.#has(AUTHORITY));
  }

  #has(kind: number): boolean {
    return (this.#seen & (1 << kind)) !== 0;
  }

  #concludeConnect(superfluous: boolean): void {
    if (superfluous || (this.#seen & (1 << AUTHORITY)) === 0) this.#blame('connectInvalid');
    else if (!isAuthorityForm(this.authority)) this.#blame('authorityInvalid');
    this.target = this.authority;
  }

  #concludeAuthority(hasAuthority: boolean): void {
    const host = this.#host;
    if (host === null) {
      if (!hasAuthority) this.#blame('authorityMissing');
      return;
    }
    if (hasAuthority) {
      // "A server SHOULD treat a request as malformed if it contains a Host header field that identifies an entity that
      // differs from the entity in the ':authority' pseudo-header field."
      if (host.toLowerCase() !== this.authority.toLowerCase()) this.#blame('authorityContradicted');
      return;
    }
    if (host === '' || !isHost(host)) this.#blame('authorityInvalid');
    this.authority = host;
  }
}

/** Nearly all come in lower case, which costs nothing to see. */
function lowerCaseScheme(scheme: string): string {
  return scheme === 'https' || scheme === 'http' ? scheme : scheme.toLowerCase();
}

export class TrailerSection implements FieldSink {
  /** Names and values in turn. */
  readonly rawTrailers: string[] = [];
  /** Whether fields were left out because there are too many. */
  shortened = false;
  fault: FaultName | null = null;
  readonly #maxFields: number;

  /** @param maxFields - fields beyond which further ones are checked and left out */
  constructor(maxFields: number) {
    this.#maxFields = maxFields;
  }

  onField(field: Field): void {
    const verdict = judge(field);
    // "Pseudo-header fields MUST NOT appear in a trailer section."
    if (field.name.charCodeAt(0) === 0x3a) this.fault ??= 'pseudoFieldLate';
    else if (verdict < 0) this.fault ??= faultOfVerdict(verdict);
    else if (this.rawTrailers.length < 2 * this.#maxFields) this.rawTrailers.push(field.name, field.value);
    else this.shortened = true;
  }
}
