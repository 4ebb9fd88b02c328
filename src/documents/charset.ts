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

/** Charsets of languages that are written in Latin letters. */
const latinCharsets = [
  'cp1252',
  'iso8859-15',
  'mac-roman',
  'cp1250',
  'iso8859-2',
  'mac-latin2',
  'cp1254',
  'cp1257',
];
/** Below this confidence a few accents say nothing of the language, and Western Europe is the likeliest. */
const noise = 0.08;

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
  /** It is all of the text: nothing is cut off at its ends. */
  readonly whole: boolean;
}

/** Finds the charset. */
export async function charsetOf({ head, bytes, whole }: Sample): Promise<string> {
  const marked = byteOrderMark(head);
  if (marked !== undefined) return marked;
  const text = whole ? bytes : withoutCutEnds(bytes);
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
  const start = Math.max(0, Math.min(first - enough / 4, text.length - enough));
  const sample = text.subarray(start, start + enough);
  const latin = usesLatinLetters(sample.toString('latin1'));
  const { encoding, confidence } = chardet.detect(sample, {
    encodingEra: eras,
    ...(latin ? { includeEncodings: latinCharsets } : {}),
  });
  if (latin && confidence < noise) return readsAsMacintosh(sample) ? 'macintosh' : westernCharset(sample);
  const found = encoding === null ? undefined : standardLabel(encoding);
  return found === 'iso-8859-15' || found === 'windows-1252' ? westernCharset(sample) : found;
}

/** A word with accents is mostly ASCII letters in languages that are written in Latin letters, and has none in others. */
function usesLatinLetters(text: string): boolean {
  const accented = (text.match(/[a-z\x80-\xff]+/gi) ?? [])
    .filter((word) => /[\x80-\xff]/.test(word))
    .join('');
  const accents = accented.replace(/[a-z]+/gi, '').length;
  return accents > 0 && accents <= accented.length * 0.7;
}

/**
 * Tells ISO-8859-15 from windows-1252, which stands for ISO-8859-1 on the web: they differ in 0x80 to 0x9F, which only
 * the latter uses, and in eight letters and signs. Where that is a euro or a letter within a word (`c½ur`), it is the
 * former.
 */
function westernCharset(text: Buffer): string {
  const chars = text.toString('latin1');
  const latin9 = /\xa4|[a-z][\xa6\xa8\xb4\xb8\xbc-\xbe]|[\xa6\xa8\xb4\xb8\xbc-\xbe][a-z]/i;
  return !/[\x80-\x9f]/.test(chars) && latin9.test(chars) ? 'iso-8859-15' : 'windows-1252';
}

/** Whether a text of few accents has fewer odd places when read as macintosh than as windows-1252. */
function readsAsMacintosh(text: Buffer): boolean {
  // Typography of windows-1252: quotes, dashes, the euro.
  const windows = text.toString('latin1').replace(/[\x80\x85\x8c\x91-\x97\x9c\xa0]/g, ' ');
  return oddPlaces(new TextDecoder('macintosh').decode(text)) < oddPlaces(windows);
}

/** A capital after a small letter; a sign, control character or quotation mark beside a letter. */
function oddPlaces(text: string): number {
  return (
    text.match(/\p{Ll}\p{Lu}|\p{L}[\p{S}\p{Cc}…«»¿]\p{L}|[\p{S}\x7f-\x9f¿](?=\p{L})|\p{L}[\p{S}\x7f-\x9f]/gu)
      ?.length ?? 0
  );
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
