// One connection of the engine, with a listener that keeps what it is told and answers as a test wants.
// In: frames of a client. Out: what the listener was told, and the frames that left, both as lines of text that do not
// depend on how the bytes were cut.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { Http2Connection } from '../../dist/http2/connection.js';
import type { ConnectionListener } from '../../dist/http2/connection-listener.js';
import { nameOfCode } from '../../dist/http2/error-codes.js';
import type { Http2Error } from '../../dist/http2/errors.js';
import type { FaultName } from '../../dist/http2/faults.js';
import { HpackDecoder } from '../../dist/http2/hpack/decoder.js';
import type { LeftListener } from '../../dist/http2/outgoing-body.js';
import type { RequestHead } from '../../dist/http2/request-head.js';
import type { Output } from '../../dist/http2/sender.js';
import type { ConnectionOptions } from '../../dist/http2/server-settings.js';
import type { Stream } from '../../dist/http2/stream.js';
import { fieldList } from './field-list.js';
import { type Frame, frame, parseFrames, preface, settings } from './frames.js';

export const DATA = 0;
export const HEADERS = 1;
export const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;
export const PRIORITY_UPDATE = 16;

export const END_STREAM = 1;
export const END_HEADERS = 4;
export const PADDED = 8;

/** What a client sends first. */
export const greeting = Buffer.concat([preface, settings()]);

/** A field block: literals without indexing and without Huffman coding. */
export function block(fields: readonly string[]): Buffer {
  const octets = (text: string) => {
    const { length } = text;
    if (length < 127) return Buffer.concat([Buffer.from([length]), Buffer.from(text, 'latin1')]);
    const continued: number[] = [];
    let rest = length - 127;
    for (; rest >= 128; rest >>= 7) continued.push(0x80 | (rest & 0x7f));
    return Buffer.concat([Buffer.from([127, ...continued, rest]), Buffer.from(text, 'latin1')]);
  };
  const parts: Buffer[] = [];
  for (let i = 0; i < fields.length; i += 2)
    parts.push(Buffer.from([0]), octets(fields[i] as string), octets(fields[i + 1] as string));
  return Buffer.concat(parts);
}

export const get = [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'a'];
export const post = get.with(1, 'POST');

const LARGEST_FRAME = 16_384;

/** A field block in as few frames as it takes. */
export function headers(id: number, fields: readonly string[], flags = END_STREAM): Buffer {
  const octets = block(fields);
  const frames: Buffer[] = [];
  for (let at = 0; at === 0 || at < octets.length; at += LARGEST_FRAME) {
    const last = at + LARGEST_FRAME >= octets.length ? END_HEADERS : 0;
    const part = octets.subarray(at, at + LARGEST_FRAME);
    frames.push(at === 0 ? frame(HEADERS, flags | last, id, part) : frame(CONTINUATION, last, id, part));
  }
  return Buffer.concat(frames);
}

/** A stream for tests, which say only what matters to them. */
export class Answer {
  constructor(readonly stream: Stream) {}

  get id(): number {
    return this.stream.id;
  }

  interim(status: number, words: string[] = []): void {
    this.stream.interim(status, fieldList(words));
  }

  head(status: number, words: string[] = []): void {
    this.stream.head(status, fieldList(words));
  }

  body(data: string | Uint8Array, encoding: BufferEncoding = 'utf8', written: Written | null = null): void {
    const length = typeof data === 'string' ? Buffer.byteLength(data, encoding) : data.length;
    this.stream.body(data, encoding, length, listenerOf(written));
  }

  end(trailers: string[] = [], written: Written | null = null): void {
    this.stream.end(fieldList(trailers), listenerOf(written));
  }
}

type Written = (error: Error | null | undefined) => void;

const listenerOf = (written: Written | null): LeftListener | null => written && { onLeft: written };

/** What a listener does with requests; nothing where it is left out. */
export interface Script {
  options?: ConnectionOptions;
  onHead?(answer: Answer, connection: Http2Connection, head: RequestHead): void;
  onBody?(answer: Answer, data: Buffer): void;
  onEnd?(answer: Answer): void;
}

/** Answers every request when it is complete. */
export const answering: Script = {
  onBody: ({ stream }, data) => stream.consumed(data.length),
  onEnd(answer) {
    answer.head(200);
    answer.body('answer');
    answer.end();
  },
};

export class Exchange implements ConnectionListener {
  readonly connection: Http2Connection;
  /** What the listener was told, parts of a body joined. */
  readonly told: string[] = [];
  readonly answers = new Map<number, Answer>();
  /** The frames that left. */
  readonly frames: Frame[] = [];
  outputs = 0;
  readonly #script: Script;
  readonly #decoder = new HpackDecoder();
  #body: Stream | null = null;

  constructor(script: Script = {}) {
    this.#script = script;
    this.connection = new Http2Connection(this, script.options);
  }

  /** Why the connection has ended. */
  get fault(): FaultName | null {
    return this.connection.error?.fault ?? null;
  }

  onStreamRefused(): void {}

  /** Gives the engine what a client sends. */
  receive(bytes: Buffer | Buffer[], now = 0): this {
    for (const segment of Array.isArray(bytes) ? bytes : [bytes]) {
      // The segment is lent: whatever still reads it later reads something else.
      const lent = Buffer.from(segment);
      this.connection.receive(lent, now);
      lent.fill(0xee);
    }
    return this;
  }

  /** Takes what may leave now; the frames, and their text. */
  pull(maxBytes?: number): string[] {
    const output = this.connection.pull(maxBytes);
    if (output === null) return [];
    return this.take(output);
  }

  take(output: Output): string[] {
    const bytes = Buffer.concat(output.pieces);
    assert.equal(bytes.length, output.octets);
    const frames = parseFrames(bytes);
    this.frames.push(...frames);
    for (const listener of output.listeners) listener.onLeft(null);
    this.connection.settle();
    return frames.map((sent) => this.#text(sent));
  }

  /** Takes all that can leave. */
  pullAll(): string[] {
    const lines: string[] = [];
    for (let more = this.pull(); more.length > 0; more = this.pull()) lines.push(...more);
    return lines;
  }

  onHead(stream: Stream, head: RequestHead): void {
    const { method, target, authority, rawHeaders } = head;
    const answer = this.#begin(stream);
    this.#tell(`head ${stream.id} ${method} ${target} ${authority} ${JSON.stringify(rawHeaders)}`);
    this.#script.onHead?.(answer, this.connection, head);
  }

  onBody(stream: Stream, data: Buffer): void {
    assert.ok(data.length > 0);
    const answer = this.#find(stream);
    if (this.#body === stream) this.told[this.told.length - 1] += data.toString('latin1');
    else this.#tell(`body ${stream.id} ${data.toString('latin1')}`);
    this.#body = stream;
    this.#script.onBody?.(answer, data);
  }

  onEnd(stream: Stream, trailers: string[]): void {
    const answer = this.#find(stream);
    this.#tell(`end ${stream.id} ${JSON.stringify(trailers)}`);
    this.#script.onEnd?.(answer);
  }

  onRefused(stream: Stream, _head: RequestHead, error: Http2Error): void {
    const answer = this.#begin(stream);
    this.#tell(`refused ${stream.id} ${error.fault}`);
    answer.head(error.status);
    answer.end();
  }

  onReset(stream: Stream, error: Http2Error): void {
    this.#find(stream);
    this.#tell(`reset ${stream.id} ${error.fault} ${nameOfCode(error.errorCode)}`);
    stream.retire();
  }

  onDrain(stream: Stream): void {
    this.#tell(`drain ${stream.id}`);
  }

  onOutput(): void {
    this.outputs++;
  }

  onGoaway(lastStreamId: number, errorCode: number, debugData: string): void {
    this.#tell(`goaway ${lastStreamId} ${nameOfCode(errorCode)} ${debugData}`);
  }

  onError(error: Http2Error): void {
    this.#tell(`error ${error.fault}`);
  }

  #begin(stream: Stream): Answer {
    assert.ok(!this.answers.has(stream.id), 'a stream was told of twice');
    const answer = new Answer(stream);
    this.answers.set(stream.id, answer);
    return answer;
  }

  #find(stream: Stream): Answer {
    const answer = this.answers.get(stream.id);
    assert.equal(answer?.stream, stream);
    return answer as Answer;
  }

  #tell(line: string): void {
    this.#body = null;
    this.told.push(line);
  }

  #text({ type, flags, streamId, payload }: Frame): string {
    const end = (flags & END_STREAM) !== 0 ? ' end' : '';
    switch (type) {
      case DATA:
        return `DATA ${streamId} ${payload.length > 40 ? payload.length : payload.toString('latin1')}${end}`;
      case HEADERS:
        return `HEADERS ${streamId} ${this.#fields(payload)}${end}`;
      case RST_STREAM:
        return `RST_STREAM ${streamId} ${nameOfCode(payload.readUInt32BE(0))}`;
      case SETTINGS:
        return flags === 1 ? 'SETTINGS ack' : `SETTINGS ${payload.toString('hex')}`;
      case PING:
        return `PING${flags === 1 ? ' ack' : ''} ${payload.toString('latin1')}`;
      case GOAWAY:
        return `GOAWAY ${payload.readUInt32BE(0)} ${nameOfCode(payload.readUInt32BE(4))} ${payload.toString('latin1', 8)}`;
      case WINDOW_UPDATE:
        return `WINDOW_UPDATE ${streamId} ${payload.readUInt32BE(0)}`;
      default:
        return `${type} ${streamId} ${payload.length}`;
    }
  }

  #fields(payload: Buffer): string {
    const words: string[] = [];
    const bounds = { maxBytes: 1e6, fatalBytes: 1e7 };
    const range = { bytes: payload, start: 0, end: payload.length };
    this.#decoder.decode(range, { onField: ({ name, value }) => words.push(`${name}=${value}`) }, bounds);
    return words.join(' ');
  }
}

/** A connection whose greetings have been exchanged. */
export function greeted(script: Script = {}): Exchange {
  const exchange = new Exchange(script).receive(greeting);
  exchange.pull();
  return exchange;
}
