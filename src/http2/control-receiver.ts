/**
 * Receives the frames that carry neither fields nor data (RFC 9113 §6.3 to §6.9, RFC 9218 §7).
 *
 * In: whole frames. Out: changed settings, windows, streams and priorities, and acknowledgements that wait to leave. Each
 * frame is charged to the account of its kind: it costs its sender less than it costs here.
 */
import { Buffer } from 'node:buffer';
import { ClientSettings } from './client-settings.js';
import type { ConnectionListener } from './connection-listener.js';
import type { ConnectionParts } from './connection-parts.js';
import { Http2Error } from './errors.js';
import type { Frame } from './frame.js';
import {
  type FrameAccounts,
  PING_ACCOUNT,
  PRIORITY_ACCOUNT,
  SETTINGS_ACCOUNT,
  UNKNOWN_ACCOUNT,
  WINDOW_UPDATE_ACCOUNT,
} from './frame-accounts.js';
import type { HpackEncoder } from './hpack/encoder.js';
import { MAX_EARLY_PRIORITIES } from './limits.js';
import { type Priority, parsePriority } from './priority.js';
import {
  ACK,
  GOAWAY,
  LARGEST_STREAM_ID,
  PING,
  PRIORITY,
  PRIORITY_UPDATE,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './protocol.js';
import type { Sender } from './sender.js';
import type { StreamControl } from './stream-control.js';
import { RECEIVE_RST_STREAM, RECEIVE_WINDOW_UPDATE, transition } from './stream-states.js';

/** The PING that follows the first GOAWAY: when it comes back, the client has read both. */
export const SHUTDOWN_PING = Buffer.from('shutdown', 'latin1');

const PRIORITY_OCTETS = 5;

export class ControlReceiver {
  readonly settings = new ClientSettings();
  /** Priorities that came before their streams, RFC 9218 §7.1. */
  readonly earlyPriorities = new Map<number, Priority>();
  /** SETTINGS frames of ours that the client has not acknowledged. */
  unacknowledged = 1;
  readonly #control: StreamControl;
  readonly #sender: Sender;
  readonly #accounts: FrameAccounts;
  readonly #encoder: HpackEncoder;
  readonly #listener: ConnectionListener;
  readonly #onShutdownPing: () => void;

  /** @param onShutdownPing - is told when the client has read the first GOAWAY of a shutdown */
  constructor(parts: ConnectionParts, onShutdownPing: () => void) {
    this.#control = parts.control;
    this.#sender = parts.sender;
    this.#accounts = parts.accounts;
    this.#encoder = parts.encoder;
    this.#listener = parts.listener;
    this.#onShutdownPing = onShutdownPing;
  }

  receive(frame: Frame): void {
    const { streamId, bytes, start } = frame;
    switch (frame.type) {
      case WINDOW_UPDATE:
        this.#windowUpdate(streamId, bytes.readUInt32BE(start) & LARGEST_STREAM_ID);
        break;
      case RST_STREAM:
        this.#reset(streamId, bytes.readUInt32BE(start));
        break;
      case SETTINGS:
        this.#settings(frame);
        break;
      case PING:
        this.#ping(frame);
        break;
      case PRIORITY:
        this.#priority(frame);
        break;
      case PRIORITY_UPDATE:
        this.#priorityUpdate(frame);
        break;
      case GOAWAY:
        this.#goaway(frame);
        break;
      case PUSH_PROMISE:
        throw new Http2Error('pushPromiseReceived');
    }
  }

  #windowUpdate(id: number, increment: number): void {
    this.#accounts.charge(WINDOW_UPDATE_ACCOUNT);
    if (id === 0) {
      this.#control.openWindow(null, increment);
      return;
    }
    const { fault, effect } = transition(this.#control.streams.stateOf(id), RECEIVE_WINDOW_UPDATE);
    if (fault !== null) this.#control.fault(id, fault);
    const stream = this.#control.streams.get(id);
    if (effect === 'open window' && stream !== undefined) this.#control.openWindow(stream, increment);
  }

  #reset(id: number, code: number): void {
    const { streams } = this.#control;
    const state = streams.stateOf(id);
    const { next, fault, effect } = transition(state, RECEIVE_RST_STREAM);
    if (fault !== null) this.#control.fault(id, fault);
    const stream = streams.get(id);
    if (effect === 'reset' && stream !== undefined) this.#control.resetByClient(stream, code);
    // It crossed the end of its stream: no more of these can come than there were streams.
    else if (next !== state) streams.note(id, next);
    else this.#accounts.charge(UNKNOWN_ACCOUNT);
  }

  #settings({ flags, bytes, start, end }: Frame): void {
    this.#accounts.charge(SETTINGS_ACCOUNT);
    if ((flags & ACK) !== 0) {
      if (start !== end) throw new Http2Error('settingsAckWithPayload');
      if (this.unacknowledged > 0) this.unacknowledged--;
      return;
    }
    const { settings } = this;
    settings.read(bytes, start, end);
    this.#encoder.limitTable(settings.lowestHeaderTableSize);
    this.#encoder.limitTable(settings.headerTableSize);
    this.#control.setInitialWindow(settings.initialWindowSize);
    this.#sender.control.settingsAck();
  }

  #ping({ flags, bytes, start }: Frame): void {
    this.#accounts.charge(PING_ACCOUNT);
    if ((flags & ACK) === 0) this.#sender.control.pingAck(bytes, start);
    else if (SHUTDOWN_PING.compare(bytes, start, start + 8) === 0) this.#onShutdownPing();
  }

  /** The old scheme is checked, and ignored: SETTINGS_NO_RFC7540_PRIORITIES said so. */
  #priority({ streamId, bytes, start, length }: Frame): void {
    this.#accounts.charge(PRIORITY_ACCOUNT);
    // "A PRIORITY frame with a length other than 5 octets MUST be treated as a stream error of type FRAME_SIZE_ERROR."
    if (length !== PRIORITY_OCTETS) this.#control.fault(streamId, 'priorityLengthInvalid');
    else if ((bytes.readUInt32BE(start) & LARGEST_STREAM_ID) === streamId)
      this.#control.fault(streamId, 'streamDependsOnItself');
  }

  #priorityUpdate({ bytes, start, end }: Frame): void {
    this.#accounts.charge(PRIORITY_ACCOUNT);
    const id = bytes.readUInt32BE(start) & LARGEST_STREAM_ID;
    // Neither the connection has a priority, nor a push that was never promised.
    if (id % 2 === 0) throw new Http2Error('priorityUpdateInvalid');
    const priority = parsePriority(bytes.toString('latin1', start + 4, end));
    const { streams } = this.#control;
    const stream = streams.get(id);
    if (stream !== undefined) this.#control.prioritize(stream, priority);
    else if (id > streams.lastId) this.#keepEarly(id, priority);
  }

  #keepEarly(id: number, priority: Priority): void {
    const early = this.earlyPriorities;
    // Streams that were refused or passed over never take theirs.
    if (early.size >= MAX_EARLY_PRIORITIES)
      for (const other of early.keys()) if (other <= this.#control.streams.lastId) early.delete(other);
    if (early.size < MAX_EARLY_PRIORITIES || early.has(id)) early.set(id, priority);
  }

  #goaway({ bytes, start, end }: Frame): void {
    this.#accounts.charge(UNKNOWN_ACCOUNT);
    const lastStreamId = bytes.readUInt32BE(start) & LARGEST_STREAM_ID;
    const debugData = bytes.toString('latin1', start + 8, end);
    this.#listener.onGoaway(lastStreamId, bytes.readUInt32BE(start + 4), debugData);
  }
}
