/**
 * Composes what stands around the head and the body of a response: interim responses and trailers.
 *
 * In: fields that were checked. Out: text. Never a framing field where there is no body.
 */
import { FIELD_STRIDE, type FieldList } from '../http/field-list.js';

/**
 * Content-Length and Transfer-Encoding may not stand in an interim response (RFC 9110 §8.6, RFC 9112 §6.1), nor among
 * trailers (RFC 9110 §6.5.1).
 */
function isFramingField(key: string): boolean {
  return key === 'content-length' || key === 'transfer-encoding';
}

export function interimHead(status: number, reason: string, { entries }: FieldList): string {
  let text = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    if (!isFramingField(entries[i])) text += `${entries[i + 1]}: ${entries[i + 2]}\r\n`;
  }
  return `${text}\r\n`;
}

const NO_TRAILERS = '0\r\n\r\n';

/** The last chunk, and the trailers after it (RFC 9112 §7.1.2). */
export function trailerSection(fields: FieldList): string {
  if (fields.entries.length === 0) return NO_TRAILERS;
  const { entries } = fields;
  let text = '0\r\n';
  for (let i = 0; i < entries.length; i += FIELD_STRIDE) {
    if (!isFramingField(entries[i])) text += `${entries[i + 1]}: ${entries[i + 2]}\r\n`;
  }
  return `${text}\r\n`;
}
