/**
 * Composes what stands around the head and the body of a response: interim responses and trailers.
 *
 * In: fields that were checked. Out: text. Never a framing field where there is no body.
 */
import type { FieldList } from '../http/field-list.js';
import { isFieldName } from '../http/grammar.js';

/** Content-Length and Transfer-Encoding may not stand in an interim response (RFC 9110 §8.6, RFC 9112 §6.1). */
function isFramingField(name: string): boolean {
  return isFieldName(name, 'content-length') || isFieldName(name, 'transfer-encoding');
}

export function interimHead(status: number, reason: string, { entries }: FieldList): string {
  let text = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (let i = 0; i < entries.length; i += 2) {
    if (!isFramingField(entries[i])) text += `${entries[i]}: ${entries[i + 1]}\r\n`;
  }
  return `${text}\r\n`;
}

const NO_TRAILERS = '0\r\n\r\n';

/** The last chunk, and the trailers after it (RFC 9112 §7.1.2). */
export function trailerSection(fields: FieldList | null): string {
  if (fields === null || fields.entries.length === 0) return NO_TRAILERS;
  const { entries } = fields;
  let text = '0\r\n';
  for (let i = 0; i < entries.length; i += 2) text += `${entries[i]}: ${entries[i + 1]}\r\n`;
  return `${text}\r\n`;
}
