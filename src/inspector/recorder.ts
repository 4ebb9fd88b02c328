/**
 * Takes note of what servers and their clients say. In: the calls of the engine. Out: records of exchanges, bounded, and
 * of connections, as long as they are open. Works nothing out that nobody may ever look at.
 */
import type { Server } from 'node:net';
import { performance } from 'node:perf_hooks';
import {
  type ObservedConnection,
  type ObservedExchange,
  type ObservedHead,
  type Refusal,
  type ServerObserver,
  unobserve,
} from '../observe.js';
import type { ConnectionRecord, ExchangeRecord } from './exchange-record.js';
import { OpenRecords } from './open-records.js';
import type { Settings } from './options.js';
import { Pace } from './pace.js';
import { RecentExchanges } from './recent-exchanges.js';
import { type HandshakeError, handshakeRecord, refusalRecord } from './refusal-record.js';
import { SetNames } from './set-names.js';

/** Sizes of chunks that are kept of a response. */
const MAX_CHUNKS = 1000;

/** Bytes that the size of a chunk counts for. */
const CHUNK_SIZE = 8;

/** Bytes that an interim response counts for besides its fields. */
const INTERIM = 64;

type Entries = { readonly entries: readonly string[] };
type Chunk = string | Uint8Array;

export class Recorder implements ServerObserver {
  readonly recent: RecentExchanges;
  /** Open connections by their id. */
  readonly connections = new Map<number, ConnectionRecord>();
  readonly pace = new Pace();
  /** Servers that were heard of, the last one last. */
  readonly servers = new Set<Server>();
  /** Grows with each change of any record. */
  revision = 0;
  readonly #settings: Settings;
  readonly #open = new OpenRecords();
  readonly #names = new SetNames();
  /** What an exchange that left HTTP is answered comes after its end. */
  readonly #upgrades = new WeakMap<ObservedExchange, ExchangeRecord>();
  #isEnded = false;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.recent = new RecentExchanges(settings.maxExchanges, settings.maxBytes);
  }

  connectionOpened(observed: ObservedConnection): void {
    if (this.#isEnded) unobserve(observed.server, this);
    else this.#connection(observed);
  }

  requestHead(exchange: ObservedExchange, bytes: Uint8Array | null, start: number, end: number): void {
    const connection = this.#connection(exchange.connection);
    const record = this.recent.begin(connection, exchange.startedAt);
    connection.requests++;
    connection.active++;
    record.streamId = exchange.streamId;
    record.method = exchange.method;
    record.version = exchange.version;
    record.at.head = record.since(performance.now());
    this.#open.add(exchange, record);
    this.#changed(
      record,
      bytes === null
        ? record.keepDecodedHead(exchange.target, exchange.rawHeaders)
        : record.keepRequestHead(bytes, start, end),
    );
  }

  handlerReturned(exchange: ObservedExchange): void {
    const record = this.#open.get(exchange);
    if (record !== undefined) record.at.handlerReturned = record.since(performance.now());
  }

  requestBody(exchange: ObservedExchange, data: Uint8Array): void {
    const record = this.#open.get(exchange);
    if (record === undefined || record.isDropped) return;
    const { maxBodyBytes } = this.#settings;
    this.#changed(record, record.requestBody.add(data, null, data.length, maxBodyBytes, record.id));
  }

  requestBytes(exchange: ObservedExchange, bytes: Uint8Array): void {
    const record = this.#open.get(exchange);
    if (record === undefined || record.isDropped || !isChunked(exchange.rawHeaders)) return;
    this.#changed(record, record.keepWire(bytes, this.#settings.maxBodyBytes));
  }

  requestEnded(exchange: ObservedExchange, rawTrailers: readonly string[]): void {
    const record = this.#open.get(exchange);
    if (record === undefined || record.isDropped) return;
    // Where there is no body, nothing comes after the head.
    record.at.requestEnded = record.hasBody ? record.since(performance.now()) : record.at.head;
    if (rawTrailers.length === 0) return;
    record.requestTrailers = rawTrailers;
    this.#changed(record, sizeOf(rawTrailers));
  }

  interimHead(exchange: ObservedExchange, status: number, { entries }: Entries): void {
    const record = this.#open.get(exchange);
    if (record === undefined || record.isDropped) return;
    record.interims ??= [];
    record.interims.push({ status, entries: [...entries] });
    // One without fields takes memory all the same.
    this.#changed(record, INTERIM + sizeOf(entries));
  }

  responseHead(exchange: ObservedExchange, head: ObservedHead): void {
    const record = this.#open.get(exchange);
    if (record === undefined || record.isDropped) return;
    record.status = head.status;
    record.setNames = this.#names.of(head.set.entries);
    record.isChunked = head.chunked;
    record.at.responseHead = record.since(performance.now());
    this.#changed(record, record.keepResponseHead(head.text));
  }

  responseBody(
    exchange: ObservedExchange,
    data: Chunk,
    encoding: BufferEncoding | null | undefined,
    length: number,
  ): void {
    const record = this.#open.get(exchange);
    if (record === undefined || record.isDropped) return;
    let kept = 0;
    if (record.isChunked && exchange.version === '1.1') {
      record.chunks ??= [];
      record.chunkCount++;
      if (record.chunks.length < MAX_CHUNKS) {
        record.chunks.push(length);
        kept += CHUNK_SIZE;
      }
    }
    const { maxBodyBytes } = this.#settings;
    kept += record.responseBody.add(data, encoding, length, maxBodyBytes, record.id);
    this.#changed(record, kept);
  }

  responseEnded(exchange: ObservedExchange, { entries }: Entries): void {
    const record = this.#open.get(exchange);
    if (record === undefined || record.isDropped) return;
    record.at.responseEnded = record.since(performance.now());
    if (entries.length === 0) return;
    record.responseTrailers = [...entries];
    this.#changed(record, sizeOf(entries));
  }

  turnCame(exchange: ObservedExchange): void {
    const record = this.#open.get(exchange);
    if (record !== undefined) record.at.turn = record.since(performance.now());
  }

  upgraded(exchange: ObservedExchange): void {
    const record = this.#open.get(exchange);
    if (record === undefined) return;
    this.#upgrades.set(exchange, record);
    // Over HTTP/2 the others of its connection go on.
    if (exchange.streamId === 0) record.connection.isUpgraded = true;
  }

  upgradeAnswered(exchange: ObservedExchange, head: string): void {
    const record = this.#upgrades.get(exchange);
    if (record === undefined || record.isDropped) return;
    record.status = Number(/^\S+ (\d{3})\b/.exec(head)?.[1] ?? 0);
    record.at.responseHead = record.since(performance.now());
    // The exchange was over when the program took the connection; what it answered is no less of it.
    if (record.at.closed >= 0) record.at.closed = record.at.responseHead;
    this.#changed(record, record.keepResponseHead(head));
  }

  refused(observed: ObservedConnection, refusal: Refusal, exchange: ObservedExchange | null): void {
    const kept = exchange === null ? undefined : this.#open.get(exchange);
    if (kept?.isDropped) return;
    const record = kept ?? this.#refusedRecord(observed);
    record.refusal = refusalRecord(refusal, exchange !== null);
    if (refusal.streamId !== 0) record.streamId = refusal.streamId;
    if (kept === undefined) {
      record.status = refusal.claimed ? 0 : refusal.status;
      record.outcome = 'refused';
      this.pace.closed(refusal.status, -1);
    } else if (record.status === 0 && !refusal.claimed) record.status = refusal.status;
    this.#changed(record, record.refusal.bytes.length);
  }

  handshakeFailed(server: Server, error: HandshakeError, socket: ObservedConnection['socket']): void {
    const now = performance.now();
    const { remoteAddress, remotePort } = socket;
    // It never was a connection of HTTP, and has no number.
    const observed = {
      id: 0,
      server,
      socket,
      protocol: 'http/1.1',
      openedAt: now,
      remoteAddress,
      remotePort,
    } as const;
    const record = this.recent.begin(recordOf(observed), now);
    record.refusal = handshakeRecord(error);
    record.outcome = 'refused';
    record.at.closed = 0;
    this.pace.closed(0, -1);
    this.#changed(record, record.refusal.reason.length);
  }

  exchangeClosed(exchange: ObservedExchange): void {
    const record = this.#open.get(exchange);
    if (record === undefined) return;
    this.#open.delete(exchange);
    record.connection.active--;
    record.outcome = exchange.outcome;
    if (exchange.status !== 0) record.status = exchange.status;
    record.at.closed = record.since(exchange.closedAt);
    this.pace.closed(record.status, exchange.closedAt - record.startedAt);
    this.#changed(record, 0);
  }

  connectionClosed({ id, socket }: ObservedConnection): void {
    const forget = () => this.connections.delete(id);
    // One that has left HTTP is open all the same, and nobody else says when it ends.
    if (this.connections.get(id)?.isUpgraded && !socket.destroyed) socket.once('close', forget);
    else forget();
  }

  /** Forgets every exchange; those under way are not taken up again. */
  clear(): void {
    this.recent.clear();
    this.revision++;
  }

  /** Hears no more of any server. */
  end(): void {
    this.#isEnded = true;
    for (const server of this.servers) unobserve(server, this);
    this.servers.clear();
    this.connections.clear();
    this.clear();
  }

  #connection(observed: ObservedConnection): ConnectionRecord {
    const known = this.connections.get(observed.id);
    if (known !== undefined) return known;
    const connection = recordOf(observed);
    // What is refused of a connection that is gone must not bring it back.
    if (!observed.socket.destroyed) this.connections.set(observed.id, connection);
    if (!this.servers.has(observed.server)) this.#addServer(observed.server);
    return connection;
  }

  #addServer(server: Server): void {
    // A program may make and close any number of them.
    for (const other of this.servers) if (!other.listening) this.servers.delete(other);
    this.servers.add(server);
  }

  #refusedRecord(observed: ObservedConnection): ExchangeRecord {
    const now = performance.now();
    const record = this.recent.begin(this.#connection(observed), now);
    record.at.closed = 0;
    return record;
  }

  #changed(record: ExchangeRecord, bytes: number): void {
    record.revision = ++this.revision;
    if (bytes > 0) this.recent.grow(record, bytes);
  }
}

const recordOf = (observed: ObservedConnection): ConnectionRecord => ({
  observed,
  local: observed.socket.localAddress?.replace(/^::ffff:/, '') ?? '',
  requests: 0,
  active: 0,
  isUpgraded: false,
});

function sizeOf(texts: readonly string[]): number {
  let size = 0;
  for (const text of texts) size += text.length;
  return size;
}

function isChunked(rawHeaders: readonly string[]): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === 'transfer-encoding') return true;
  }
  return false;
}
