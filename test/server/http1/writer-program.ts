// A random program of calls on the writers of several pipelined responses, and what must hold of what they send.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { type FieldList, NewFieldList, NO_FIELDS } from '../../../dist/http/field-list.js';
import { ResponseQueue } from '../../../dist/server/http1/response-queue.js';
import { ResponseWriter } from '../../../dist/server/http1/response-writer.js';
import type { OwnedWriter, WriterOwner } from '../../../dist/server/http1/writer-owner.js';
import { SocketOutput } from '../../../dist/transport/socket-output.js';
import type { Random } from '../../fuzz/random.js';
import { turns, until } from '../../subjects.js';
import { randomAscii, randomLatin1, randomUnicode, randomView } from '../../transport/random-data.js';
import { duplex, type Transport } from '../../transport/transports.js';
import { ResponseReader } from './response-reader.js';

type Step = 'interim' | 'head' | 'body' | 'flush' | 'hold' | 'release' | 'end' | 'abort';
type Writer = ResponseWriter<never>;

/** One response: what a `ServerResponse` is for its writer, and what became of it. */
class FakeResponse {
  readonly watched: boolean;
  readonly _highWaterMark = 16 * 1024;
  _errored: Error | null = null;
  _last = false;
  readonly req = { _abandon() {} };
  /** Nobody hears of the close. */
  readonly _closed = true;
  readonly method: string;
  readonly status: number;
  readonly version: number;
  /** What Content-Length says; null where it isn't set, and once it is left out since HTTP/1.0 knows no coding beside it. */
  declared: number | null;
  readonly interim: number[] = [];
  /** What was written, as latin1. */
  body = '';
  trailers: string[] = [];
  chunked = false;
  /** Its writes were told so many times that they left, and so many times that they didn't. */
  callbacks = 0;
  told = 0;
  finished = 0;
  hasHead = false;
  /** Given up before all of it had left. */
  isAborted = false;
  hadTurn = false;
  readonly steps: Step[];
  writer!: Writer;

  constructor(random: Random) {
    this.watched = random.once(2);
    this.method = random.once(6) ? 'HEAD' : 'GET';
    this.status = random.pick([200, 200, 200, 404, 204, 304]);
    this.version = random.once(12) ? 0 : 1;
    this.declared = random.once(3) ? random.below(random.pick([4, 200, 3000])) : null;
    this.steps = [
      ...random.several<Step>(3, () => random.pick(['interim', 'interim', 'hold', 'release'])),
      'head',
      ...random.several<Step>(8, () => random.pick(['body', 'body', 'body', 'flush', 'hold', 'release'])),
      'end',
    ];
    if (random.once(20)) this.steps.splice(random.below(this.steps.length + 1), 99, 'abort');
  }

  get hasBody(): boolean {
    return this.method !== 'HEAD' && this.status !== 204 && this.status !== 304;
  }

  /** As much of the body as may arrive. */
  get announced(): string {
    return this.declared === null || this.chunked ? this.body : this.body.slice(0, this.declared);
  }

  /** It ended before all was written that it announced. */
  get isShort(): boolean {
    return this.hasBody && !this.chunked && this.declared !== null && this.body.length < this.declared;
  }

  _onTurn(): void {
    this.hadTurn = true;
  }
  _onDrain(): void {}
  _onEnded(): void {}
  _noteWritten(error: Error | null | undefined): Error | null {
    this._errored ??= error ?? null;
    return this._errored;
  }
  _tellEnd(): void {}
  _tellFinish(): void {
    this.finished++;
  }
  destroy(): void {
    this.writer.abort(undefined);
  }
}

export class WriterProgram implements WriterOwner<never> {
  readonly gathers = false;
  readonly log: string[] = [];
  readonly output: SocketOutput;
  readonly socket: Transport['socket'];
  readonly #random: Random;
  readonly #transport: Transport;
  readonly #queue: ResponseQueue;
  readonly #responses: FakeResponse[];
  #isClosed = false;
  #arrived = 0;
  readonly #left: FakeResponse[] = [];
  /** The last response of the connection has ended: no more requests are taken. */
  #isOver = false;

  constructor(random: Random) {
    this.#random = random;
    this.#transport = duplex(random);
    this.socket = this.#transport.socket;
    this.output = new SocketOutput(this.socket);
    this.#queue = new ResponseQueue(this.socket, this.output);
    this.#responses = [1, 2, 3, 4, 5, 6].slice(random.below(6)).map(() => new FakeResponse(random));
    this.socket.on('drain', () => this.output.flush());
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.#isClosed = true;
      this.#queue.abandon();
    });
  }

  endsAfter(): boolean {
    return false;
  }

  readonly presentCall = -1;

  isAlone({ response }: OwnedWriter<never>): boolean {
    return this.#queue.first?.response === response;
  }

  responseEnded({ response }: OwnedWriter<never>): void {
    this.#queue.noteEnded();
    if ((response as FakeResponse)._last) this.#isOver = true;
    else this.#queue.giveTurn();
    this.output.flush();
  }

  responseLeft(writer: OwnedWriter<never>): void {
    const { response } = writer;
    this.#queue.remove(writer);
    this.#left.push(response);
    if ((response as FakeResponse)._last) this.socket.end();
  }

  responseWaits(bytes: number): void {
    this.#queue.waitingBytes += bytes;
    assert.ok(this.#queue.waitingBytes >= 0, 'no fewer bytes wait than none');
  }

  async run(): Promise<void> {
    const random = this.#random;
    const responses = this.#responses;
    for (;;) {
      if (this.#arrived < responses.length && random.once(3)) this.#arrive();
      const busy = responses.slice(0, this.#arrived).filter(({ steps }) => steps.length > 0);
      if (busy.length > 0) this.#step(random.pick(busy));
      else if (this.#arrived === responses.length) break;
      if (random.once(10)) this.#transport.read(random.once(2));
      if (random.once(10)) await turns(1);
    }
    await this.#finish();
    this.#check();
  }

  #arrive(): void {
    const response = this.#responses[this.#arrived++] as FakeResponse;
    this.log.push(
      `${this.#arrived}: ${response.method} ${response.status} 1.${response.version} ${response.declared}`,
    );
    response.writer = new ResponseWriter(response as never, this);
    if (this.#isClosed || this.#isOver) response.steps.length = 0;
    else this.#queue.add(response.writer as never);
  }

  #step(response: FakeResponse): void {
    const step = response.steps.shift() as Step;
    this.log.push(`${this.#responses.indexOf(response) + 1}.${step}`);
    const { writer } = response;
    if (step === 'interim') {
      response.interim.push(103);
      writer.interim(103, listOf(['Link', '</é>'], ['Content-Length', '5']), this.#callback(response));
    } else if (step === 'head') this.#head(response);
    else if (step === 'body') this.#body(response);
    else if (step === 'end') this.#end(response);
    else if (step === 'abort') {
      response.isAborted = !this.#left.includes(response);
      writer.abort(this.#random.once(2) ? new Error('given up') : undefined);
    } else writer[step]();
  }

  #callback(response: FakeResponse) {
    if (this.#random.once(2)) return null;
    response.callbacks++;
    return () => void response.told++;
  }

  #head(response: FakeResponse): void {
    const { declared, hasBody, status } = response;
    const fields: [string, string][] = [['X-Id', `${this.#responses.indexOf(response)}`]];
    if (declared !== null) fields.push(['Content-Length', `${declared}`]);
    const isChunkable = response.version === 1;
    if (declared !== null && this.#random.once(8)) {
      fields.push(['Transfer-Encoding', 'chunked']);
      if (!isChunkable) response.declared = null;
    }
    const head = response.writer.head(
      {
        statusCode: status,
        statusMessage: 'Reason',
        sendDate: false,
        shouldKeepAlive: isChunkable,
        useChunkedEncodingByDefault: isChunkable,
        maxRequestsOnConnectionReached: false,
        _hasBody: hasBody,
        _contentLength: null,
        _removedConnection: false,
        _removedContLen: false,
        _removedTE: false,
        _defaultKeepAlive: true,
        _keepAliveTimeout: 5000,
        _maxRequestsPerSocket: 0,
      },
      listOf(...fields),
    );
    response.hasHead = true;
    response._last = head.last;
    response.chunked = head.chunked;
  }

  /** A piece, and its length; what is written to a response without a body never reaches its writer. */
  #data(response: FakeResponse): [string | Uint8Array, BufferEncoding | undefined, number] {
    const random = this.#random;
    if (!response.hasBody) return ['', undefined, 0];
    const size = random.below(random.pick([2, 30, 3000]));
    const encoding = random.pick(['utf8', 'latin1', undefined] as const);
    const data = random.pick([
      () => randomAscii(random, size),
      () => (encoding === 'latin1' ? randomLatin1(random, size) : randomUnicode(random, size)),
      () => randomView(random, size),
    ])();
    const bytes = Buffer.from(data as string, encoding);
    response.body += bytes.toString('latin1');
    return [data, encoding, bytes.length];
  }

  #body(response: FakeResponse): void {
    if (!response.hasBody) return;
    response.writer.body(...this.#data(response), this.#callback(response));
  }

  #end(response: FakeResponse): void {
    const { writer } = response;
    const trailers: FieldList = this.#random.once(3)
      ? listOf(['X-Trailer', 'é'], ['X-Other', '1'])
      : NO_FIELDS;
    response.trailers = trailers.entries as string[];
    writer.end(...this.#data(response), trailers);
  }

  async #finish(): Promise<void> {
    this.#transport.read(true);
    await turns(1);
    // Where one ends the connection it does so by itself.
    const isDone = () => this.#isClosed || this.#left.length === this.#responses.length;
    await until(isDone, 'the end of all responses, or of the connection');
    if (!this.#responses.some(({ _last }) => _last)) this.socket.end();
    await until(() => this.#isClosed, 'the close');
    await turns(2);
  }

  #check(): void {
    const reader = new ResponseReader(this.#transport.received());
    const cut = this.#responses.findIndex(({ isAborted, hadTurn }) => isAborted && hadTurn);
    for (const [index, response] of this.#responses.entries()) {
      // Given up before its turn, nothing of it is sent, nor of those after it.
      if (response.isAborted && !response.hadTurn) break;
      const read = reader.read(response.method);
      if (read === null) {
        assert.ok(cut >= 0, `answer ${index + 1} is there`);
        break;
      }
      this.#checkOne(response, index, read);
      // One that is destroyed in its turn takes with it what those before it wrote, where that had not left.
      assert.ok(read.isWhole || response.isShort || cut >= 0, 'cut short for a reason');
      if (!read.isWhole || response._last) break;
    }
    assert.ok(reader.isAtEnd, 'nothing follows');
    if (cut < 0) this.#checkTold();
  }

  #checkOne(
    response: FakeResponse,
    index: number,
    read: NonNullable<ReturnType<ResponseReader['read']>>,
  ): void {
    const id = read.fields.find(([name]) => name === 'X-Id')?.[1];
    assert.equal(id, `${index}`, 'answers come in the order of their requests');
    assert.equal(read.status, response.status);
    assert.deepEqual(read.interim, response.interim);
    const { announced } = response;
    if (!read.isWhole || response.isAborted)
      assert.ok(announced.startsWith(read.body), 'a beginning of what was written');
    else assert.equal(read.body, announced, 'what was written, up to the length');
    if (read.isWhole && read.framing === 'chunked' && !response.isAborted)
      assert.deepEqual(
        read.trailers.flatMap(([name, value]) => [name.toLowerCase(), name, value]),
        response.trailers,
      );
  }

  /** Who waited for what left was told, once. */
  #checkTold(): void {
    assert.deepEqual(this.#left, this.#responses.slice(0, this.#left.length), 'they leave in order');
    for (const response of this.#left) {
      assert.equal(response.told, response.callbacks, 'each callback is called once');
      assert.equal(response.finished, response.watched ? 1 : 0, 'finished once');
    }
  }
}

function listOf(...fields: [name: string, value: string][]): FieldList {
  const list = new NewFieldList();
  for (const [name, value] of fields) list.add(name.toLowerCase(), name, value);
  return list;
}
