/**
 * A document: a file read from disk, its type and charset found, in every content coding it can be had in. In: the
 * file and its precompressed neighbours. Out: the representation that a request prefers. Small documents are held in
 * memory whole; of large ones only the facts.
 */
import type { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { AnswerFields } from './answer-fields.js';
import type { Kept } from './cache.js';
import { charsetOf, looksLikeText } from './charset.js';
import {
  type Coding,
  type CodingOrIdentity,
  compress,
  everyCoding,
  Negotiation,
  ownCodings,
  streaming,
  turnsFor,
} from './encodings.js';
import { type FileFacts, factsFrom, openFile, readSlice, sameFile } from './file.js';
import type { Found } from './locate.js';
import { mediaTypeOf, typeNamed, typeOfBytes } from './media-type.js';
import { type Facts, Representation } from './representation.js';
import type { Samples } from './sample.js';
import { SharedWork } from './shared-work.js';
import { changing } from './status.js';
import { isDateTrusted, moment, settlesIn, tagOfBytes, tagOfCoding, tagOfFile } from './validators.js';

/** What a document is made from. */
export interface Sources {
  readonly file: Found;
  readonly neighbours: ReadonlyMap<Coding, FileFacts>;
}

/** How documents are made, the same for all of a handler. */
export interface Making {
  /** Bytes of the largest document held in memory. */
  readonly entryBytes: number;
  /** Compress what has no neighbour. */
  readonly compress: boolean;
  /** Where to look for the charset of large texts. */
  readonly samples: Samples;
  /** Called when a document takes more memory than at first. */
  readonly grown: (document: Document, bytes: number) => void;
}

/** What an answer has besides its file. */
export interface Edition {
  readonly added: AnswerFields;
  /** It is sent where something else was asked for and isn't there. */
  readonly standsIn?: boolean;
  /** By what a request was told from those that get another answer. */
  readonly vary?: readonly string[];
  /** Changes the text, which is in a charset that agrees with ASCII. */
  readonly edit?: ((bytes: Buffer) => Buffer) | undefined;
}

/** Below this many bytes compressing gains nothing that a reader could notice. */
const worthCompressing = 512;
/** In times of `entryBytes`: up to here a document is compressed in memory, since the result is a fraction of it. */
const compressedWhole = 8;
/** Beyond this, a document is rather sent plain, so that a broken download can be continued. */
const compressedAtAll = 64;
/** Memory that a document takes besides its bytes, roughly. */
const overhead = 2048;

export class Document implements Kept {
  readonly paths = new Set<string>();
  bytes: number;
  readonly #negotiation: Negotiation;
  readonly #coded = new Map<Coding, Representation>();
  /** Codings that made the document no smaller. */
  readonly #useless = new Set<Coding>();
  readonly #underway = new SharedWork<void>();

  constructor(
    readonly key: string,
    readonly identity: Representation,
    readonly making: Making,
    readonly sources: Sources | undefined,
    /** Its file was last changed long enough ago for a further change to show in its times. */
    readonly settled: boolean,
  ) {
    this.#negotiation = Negotiation.among(codingsOf(identity, making, sources));
    this.bytes = overhead + (isHeld(identity) ? (identity.size ?? 0) : 0);
  }

  /**
   * The representation that a request prefers, at once where it is at hand; `undefined` when it refuses them all.
   * A request for a range is never answered with bytes compressed here: a later one could not be sure to continue them.
   * @throws EBUSY when a file has changed since the document was made
   */
  choose(headers: IncomingHttpHeaders): Representation | undefined | Promise<Representation | undefined> {
    const accept = headers['accept-encoding'];
    if (accept === undefined) return this.identity;
    const order = this.#negotiation.order(accept);
    const plain = order.includes('identity');
    for (const coding of order) {
      if (coding === 'identity') return this.identity;
      if (plain && this.#useless.has(coding)) continue;
      if (plain && headers.range !== undefined && !this.sources?.neighbours.has(coding)) continue;
      const ready = this.#coded.get(coding);
      if (plain && !this.#isSoon(coding, ready)) continue;
      if (ready !== undefined) return ready;
      return this.#underway.join(coding, () => this.#make(coding)).then(() => this.choose(headers));
    }
    return undefined;
  }

  /** Whether a coded form can be had without waiting for many others to be compressed. */
  #isSoon(coding: Coding, ready: Representation | undefined): boolean {
    if (ready !== undefined) return ready.size !== undefined || streaming.soon;
    if (this.sources?.neighbours.has(coding) || this.#underway.has(coding)) return true;
    return this.#isStreamed() ? streaming.soon : turnsFor(this.identity.size ?? 0).soon;
  }

  #isStreamed(): boolean {
    return (this.identity.size ?? 0) > compressedWhole * this.making.entryBytes && !isHeld(this.identity);
  }

  /** Makes one coded form. */
  async #make(coding: Coding): Promise<void> {
    const neighbour = this.sources?.neighbours.get(coding);
    const made = await (neighbour ? this.#fromNeighbour(coding, neighbour) : this.#compressed(coding));
    this.#coded.set(coding, made);
    if (made.source instanceof Uint8Array) this.making.grown(this, made.source.length);
  }

  async #compressed(coding: Coding): Promise<Representation> {
    const { source, etag, size = 0 } = this.identity;
    const tag = tagOfCoding(etag, coding);
    if (this.#isStreamed()) return this.#as(coding, tag, source, undefined);
    return turnsFor(size).run(async () => {
      const held =
        source instanceof Uint8Array
          ? source
          : await withFile(source, (handle) => readSlice(handle, 0, source.size));
      const bytes = await compress(held, coding);
      if (bytes.length >= held.length) this.#useless.add(coding);
      return this.#as(coding, tag, bytes, bytes.length);
    });
  }

  async #fromNeighbour(coding: Coding, file: FileFacts): Promise<Representation> {
    if (file.size > this.making.entryBytes) {
      const tag = tagOfFile(file, settlesIn(file) === 0);
      return this.#as(coding, tagOfCoding(tag, coding), file, file.size);
    }
    const bytes = await withFile(file, (handle) => readSlice(handle, 0, file.size));
    return this.#as(coding, tagOfCoding(tagOfBytes(bytes), coding), bytes, bytes.length);
  }

  #as(coding: Coding, etag: string, source: Buffer | FileFacts, size: number | undefined): Representation {
    return new Representation({ ...this.identity.facts, coding, etag, source, size });
  }
}

/** Reads the file and finds out what it is; `undefined` when it is not the file described any more. */
export async function readDocument(
  key: string,
  sources: Sources,
  making: Making,
  { added, standsIn = false, vary = [], edit }: Edition,
): Promise<Document | undefined> {
  const handle = await openFile(sources.file);
  if (handle === undefined) return undefined;
  try {
    const { file, settled } = await settling(sources.file, handle, making);
    const held = file.size <= making.entryBytes ? await readSlice(handle, 0, file.size) : undefined;
    const type = (standsIn ? undefined : added.type) ?? (await fullType(file, handle, held, making.samples));
    const editable = held !== undefined && !type.includes('utf-16');
    const bytes = editable && edit ? edit(held) : held;
    const lastModified = Math.floor(Math.min(file.mtimeMs, Date.now()) / 1000) * 1000;
    const identity = new Representation({
      coding: 'identity',
      type,
      etag: bytes === undefined ? tagOfFile(file, settled) : tagOfBytes(bytes),
      lastModified,
      dateTrusted: isDateTrusted(file),
      size: bytes?.length ?? file.size,
      source: bytes ?? file,
      vary: typeNamed(type.split(';')[0]).compressible ? [...vary, 'Accept-Encoding'] : vary,
      added,
      standsIn,
    });
    return new Document(key, identity, making, { ...sources, file }, settled);
  } finally {
    await handle.close();
  }
}

/** Of a large file changed just now: waits a moment for its facts to be ones to rely on, if it stays as it is. */
async function settling(
  file: Found,
  handle: FileHandle,
  { entryBytes }: Making,
): Promise<{ file: Found; settled: boolean }> {
  const wait = settlesIn(file);
  if (wait === 0 || wait > moment || file.size <= entryBytes) return { file, settled: wait === 0 };
  await delay(wait + 1);
  const now = { ...file, ...factsFrom(file.path, await handle.stat()) };
  return { file: now, settled: sameFile(file, now) };
}

/** A page made on the spot, such as a listing. */
export function pageDocument(
  bytes: Buffer,
  { type, vary, own, added }: Pick<Facts, 'type' | 'vary' | 'own' | 'added'>,
  making: Making,
): Document {
  const identity = new Representation({
    coding: 'identity',
    type,
    etag: tagOfBytes(bytes),
    lastModified: undefined,
    dateTrusted: false,
    size: bytes.length,
    source: bytes,
    vary: [...vary, 'Accept-Encoding'],
    own: own ?? [],
    added,
  });
  return new Document('', identity, making, undefined, false);
}

function isHeld({ source }: Representation): boolean {
  return source instanceof Uint8Array;
}

/** What identifies a document in the cache: its file, and the name that its type was told from. */
export function keyOf(file: Found): string {
  return `${file.path}\0${file.name}`;
}

/** Whether nothing has changed on disk between two looks. */
export function sameSources(a: Sources, b: Sources): boolean {
  if (!sameFile(a.file, b.file) || a.neighbours.size !== b.neighbours.size) return false;
  return [...a.neighbours].every(([coding, file]) => {
    const other = b.neighbours.get(coding);
    return other !== undefined && sameFile(file, other);
  });
}

/** The codings of a document in the order to prefer: what is ready, then what is small. */
function codingsOf(identity: Representation, making: Making, sources?: Sources): CodingOrIdentity[] {
  const beside = everyCoding.filter((coding) => sources?.neighbours.has(coding));
  const size = identity.size ?? 0;
  const compressible =
    making.compress &&
    size > 0 &&
    size <= compressedAtAll * making.entryBytes &&
    identity.facts.vary.includes('Accept-Encoding');
  const own = compressible ? ownCodings.filter((coding) => !beside.includes(coding)) : [];
  return size < worthCompressing ? [...beside, 'identity', ...own] : [...beside, ...own, 'identity'];
}

/** The value of Content-Type. */
async function fullType(
  file: Found,
  handle: FileHandle,
  held: Buffer | undefined,
  samples: Samples,
): Promise<string> {
  const media = mediaTypeOf(file.name);
  if (!media.text) return media.type as string;
  const sample =
    held === undefined ? await samples.of(handle, file) : { head: held, bytes: held, whole: true };
  if (media.type === undefined && !looksLikeText(sample.head)) return typeOfBytes(file.name, sample.head);
  return `${media.type ?? 'text/plain'}; charset=${charsetOf(sample, media.type ?? 'text/plain')}`;
}

async function withFile<T>(file: FileFacts, read: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await openFile(file);
  if (handle === undefined) throw changing();
  try {
    return await read(handle);
  } finally {
    await handle.close();
  }
}
