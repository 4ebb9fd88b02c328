/**
 * A document's name → its media type, and what follows from it. In: a file name. Out: the type without charset, and
 * whether it is text that needs a charset and whether compressing it pays. Contents are looked at only where the name
 * leaves it open.
 */
import mime from 'mime';

export interface MediaType {
  /** Type and subtype; `undefined` when the name says nothing reliable and the bytes must be looked at. */
  readonly type: string | undefined;
  /** Text whose charset has to be named. JSON is always UTF-8 and has no such parameter (RFC 8259 §11). */
  readonly text: boolean;
  /** Not compressed in itself. */
  readonly compressible: boolean;
}

/** Where the list differs from what a reader of documents expects; `undefined`: look at the bytes. */
const exceptions: Record<string, string | undefined> = {
  cjs: 'text/javascript',
  // Both TypeScript and MPEG transport streams end like this.
  ts: undefined,
  mts: undefined,
  // Served without `Content-Encoding`, it is what it is.
  svgz: 'application/gzip',
  zst: 'application/zstd',
};

const textual = /^text\/|[/+]xml$|^application\/(?:x-sh|sql|toml|x-httpd-php|rtf)$/;
const packed =
  /^application\/(?:wasm|vnd\.ms-fontobject|x-ndjson)$|[/+]json5?$|^font\/(?:ttf|otf|collection)$|^image\/(?:bmp|vnd\.microsoft\.icon|x-icon)$/;

const known = new Map<string, MediaType>();

/** The media type for a file's name, by its extension. */
export function mediaTypeOf(name: string): MediaType {
  const dot = name.lastIndexOf('.');
  const extension = dot < 1 ? '' : name.slice(dot + 1).toLowerCase();
  const type = Object.hasOwn(exceptions, extension)
    ? exceptions[extension]
    : extension && mime.getType(extension);
  return typeNamed(type || undefined);
}

/** The type of bytes that are no text, under a name that says nothing reliable. */
export function typeOfBytes(name: string, head: Uint8Array): string {
  const transport =
    /\.m?ts$/i.test(name) && packets.some(([offset, length]) => isPacked(head, offset, length));
  return transport ? 'video/mp2t' : 'application/octet-stream';
}

/** Where the packets of an MPEG transport stream begin, and how long they are: plain, on a disc, with error correction. */
const packets = [
  [0, 188],
  [4, 192],
  [0, 204],
] as const;
/** The byte with which each packet begins (ISO/IEC 13818-1 §2.4.3). */
const sync = 0x47;

/** Whether the first packets, at least one, begin as they should. */
function isPacked(head: Uint8Array, offset: number, length: number): boolean {
  const whole = Math.min(5, Math.floor(head.length / length));
  return (
    whole > 0 &&
    Array.from({ length: whole }, (_, i) => head[offset + i * length]).every((byte) => byte === sync)
  );
}

/** What follows from a type. */
export function typeNamed(type: string | undefined): MediaType {
  if (type === undefined) return { type, text: true, compressible: true };
  let media = known.get(type);
  if (media === undefined) {
    const text = textual.test(type);
    media = { type, text, compressible: text || packed.test(type) };
    known.set(type, media);
  }
  return media;
}
