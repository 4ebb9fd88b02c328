/**
 * The charset of a text. In: a sample of its bytes, and what kind of text it is. Out: a label of the WHATWG Encoding
 * Standard, which is what browsers understand. Never a guess where the bytes themselves are proof: a byte order mark
 * first, then valid UTF-8, then what the document says of itself, then statistics.
 */
import { type Buffer, isAscii, isUtf8 } from 'node:buffer';

/** Statistics gain nothing from more text than this (bytes), and cost time. */
const enough = 16 * 1024;

/** Web, ISO and Macintosh encodings; browsers know none of the others. */
const eras = 1 + 2 + 4 + 8;

/** Names that the detector uses and the Encoding Standard does not. */
const labels: Record<string, string> = {
  macroman: 'macintosh',
  'mac-roman': 'macintosh',
  'mac-cyrillic': 'x-mac-cyrillic',
  'utf-16-le': 'utf-16le',
  'utf-16-be': 'utf-16be',
  big5hkscs: 'big5',
  cp949: 'euc-kr',
  cp932: 'shift_jis',
  shift_jis_2004: 'shift_jis',
  euc_jis_2004: 'euc-jp',
};

/** Bytes of a text by which to tell its charset. */
export interface Sample {
  /** How the text begins. */
  readonly head: Buffer;
  /** The text, or a part of it that has what is not ASCII. */
  readonly bytes: Buffer;
}

/** Finds the charset. */
export async function charsetOf({ head, bytes }: Sample): Promise<string> {
  const marked = byteOrderMark(head);
  if (marked !== undefined) return marked;
  const text = withoutCutEnds(bytes);
  if (isUtf8(text)) return (await shiftedAscii(text)) ?? 'utf-8';
  return declaredCharset(head) ?? (await detect(text)) ?? 'windows-1252';
}

/** Whether bytes of an unknown type read like text: no control characters but those of layout. */
export function looksLikeText(sample: Buffer): boolean {
  if (byteOrderMark(sample) !== undefined) return true;
  return !sample.subarray(0, 4096).some((byte) => byte < 32 && !(byte >= 8 && byte <= 13) && byte !== 27);
}

function byteOrderMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** Drops the bytes of characters that were cut at either end of a sample. */
function withoutCutEnds(sample: Buffer): Buffer {
  if (isUtf8(sample)) return sample;
  let start = 0;
  while (start < 3 && ((sample[start] ?? 0) & 0xc0) === 0x80) start++;
  for (let end = sample.length; end > sample.length - 4; end--) {
    if (isUtf8(sample.subarray(start, end))) return sample.subarray(start, end);
  }
  return sample;
}

/** Charsets that look like ASCII and are not: UTF-16 without a mark has zeros, ISO-2022-JP has escapes. */
async function shiftedAscii(text: Buffer): Promise<string | undefined> {
  if (!isAscii(text) || !(text.includes(0) || text.includes(27))) return undefined;
  const found = await detect(text);
  return found?.startsWith('utf-16') || found?.startsWith('iso-2022') ? found : undefined;
}

/** What an HTML, XML or CSS document says of itself near its beginning. UTF-8 it cannot be: the bytes are not. */
function declaredCharset(text: Buffer): string | undefined {
  const start = text.toString('latin1', 0, 1024);
  const label =
    /(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,200}?encoding|^@charset)\s*=?\s*["']?([\w-]{2,40})/i.exec(
      start,
    );
  const found = label === null ? undefined : standardLabel(label[1] as string);
  return found?.startsWith('utf-') ? undefined : found;
}

async function detect(text: Buffer): Promise<string | undefined> {
  const { chardet } = await import('jschardet');
  const first = text.findIndex((byte) => byte > 127);
  const start = Math.max(0, Math.min(first, text.length - enough));
  const sample = text.subarray(start, start + enough);
  const { encoding } = chardet.detect(sample, { encodingEra: eras });
  const found = encoding === null ? undefined : standardLabel(encoding);
  return found === 'iso-8859-15' && !differsFromLatin1(sample) ? 'windows-1252' : found;
}

/** ISO-8859-15 differs from ISO-8859-1 (on the web: windows-1252) in these eight characters only. */
function differsFromLatin1(text: Buffer): boolean {
  return [0xa4, 0xa6, 0xa8, 0xb4, 0xb8, 0xbc, 0xbd, 0xbe].some((byte) => text.includes(byte));
}

/** The Encoding Standard's name for a label, if it has one. */
function standardLabel(label: string): string | undefined {
  const name = label.toLowerCase();
  try {
    return new TextDecoder(labels[name] ?? name.replaceAll('_', '-')).encoding;
  } catch {
    return undefined;
  }
}
