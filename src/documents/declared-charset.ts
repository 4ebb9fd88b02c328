/**
 * The charset that a document says it is in. In: how it begins, and its media type. Out: a label of the Encoding Standard,
 * or `undefined`. Only what a reader of its type heeds counts: a `<meta>` in a comment, a script or an attribute says
 * nothing (HTML §13.2.3.2, XML §4.3.3, CSS Syntax §3.2).
 */
import type { Buffer } from 'node:buffer';

/** A `<meta>` that comes later than this (bytes) is not looked for. */
const furthest = 4096;

export function declaredCharset(head: Buffer, type: string): string | undefined {
  const start = head.toString('latin1', 0, furthest);
  if (type === 'text/css') return standardLabel(/^@charset "([^"]{1,40})";/.exec(start)?.[1]);
  if (type === 'text/html') return standardLabel(xmlEncoding(start) ?? metaCharset(start));
  if (/[/+]xml$/.test(type)) return standardLabel(xmlEncoding(start));
  return undefined;
}

function xmlEncoding(text: string): string | undefined {
  return /^<\?xml\s[^>]{0,200}?\bencoding\s*=\s*["']([^"']{1,40})["']/.exec(text)?.[1];
}

/** The rest of a tag. */
const attributes = `(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^"'>])*(?:>|$)`;
/** Comments, elements whose contents are no tags, and tags, one after the other. */
const pieces = new RegExp(
  String.raw`<!--[^]*?(?:-->|$)|<(script|style|title|textarea|noframes|iframe|xmp)\b${attributes}[^]*?(?:<\/\1|$)|<\/?[a-z]${attributes}`,
  'gi',
);

function metaCharset(text: string): string | undefined {
  for (const [piece] of text.matchAll(pieces)) {
    if (!/^<meta[\s/]/i.test(piece)) continue;
    const values = attributesOf(piece);
    const charset = values.get('charset');
    if (charset !== undefined) return charset;
    if (values.get('http-equiv')?.toLowerCase() !== 'content-type') continue;
    const named = /charset\s*=\s*["']?([^\s"';]{1,40})/i.exec(values.get('content') ?? '')?.[1];
    if (named !== undefined) return named;
  }
  return undefined;
}

/** The attributes of a tag; of two with the same name the first counts. */
function attributesOf(tag: string): Map<string, string> {
  const values = new Map<string, string>();
  const inside = tag.replace(/^<\w+/, '');
  for (const match of inside.matchAll(/([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/g)) {
    const name = (match[1] as string).toLowerCase();
    if (!values.has(name)) values.set(name, match[2] ?? match[3] ?? match[4] ?? '');
  }
  return values;
}

/** The Encoding Standard's name for a label, if it has one. */
function standardLabel(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return undefined;
  }
}
