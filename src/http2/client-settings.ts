/**
 * What a client says in SETTINGS (RFC 9113 §6.5).
 *
 * In: the payload of a SETTINGS frame. Out: the values that count here, checked; or a fault. Values are taken in the
 * order in which they come; settings that mean nothing are ignored.
 */
import type { Buffer } from 'node:buffer';
import { Http2Error } from './errors.js';
import { MAX_SETTINGS } from './limits.js';
import {
  INITIAL_HEADER_TABLE_SIZE,
  INITIAL_MAX_FRAME_SIZE,
  INITIAL_WINDOW_SIZE,
  LARGEST_FRAME_SIZE,
  LARGEST_WINDOW,
  SETTING_BYTES,
  SETTINGS_ENABLE_CONNECT_PROTOCOL,
  SETTINGS_ENABLE_PUSH,
  SETTINGS_HEADER_TABLE_SIZE,
  SETTINGS_INITIAL_WINDOW_SIZE,
  SETTINGS_MAX_CONCURRENT_STREAMS,
  SETTINGS_MAX_FRAME_SIZE,
  SETTINGS_MAX_HEADER_LIST_SIZE,
  SETTINGS_NO_RFC7540_PRIORITIES,
} from './protocol.js';

export class ClientSettings {
  headerTableSize = INITIAL_HEADER_TABLE_SIZE;
  enablePush = true;
  maxConcurrentStreams = Number.POSITIVE_INFINITY;
  initialWindowSize = INITIAL_WINDOW_SIZE;
  maxFrameSize = INITIAL_MAX_FRAME_SIZE;
  maxHeaderListSize = Number.POSITIVE_INFINITY;
  enableConnectProtocol = false;
  /** Null until the first SETTINGS frame has come. */
  noRfc7540Priorities: boolean | null = null;
  /** Whether a SETTINGS frame has come. */
  received = false;

  /** The lowest headerTableSize of the frame that was read last: the encoder must not have used more than it. */
  lowestHeaderTableSize = INITIAL_HEADER_TABLE_SIZE;

  /** @throws Http2Error of the scope of the connection */
  read(bytes: Buffer, start: number, end: number): void {
    if ((end - start) % SETTING_BYTES !== 0) throw new Http2Error('frameLengthInvalid');
    if ((end - start) / SETTING_BYTES > MAX_SETTINGS) throw new Http2Error('tooManySettings');
    this.lowestHeaderTableSize = this.headerTableSize;
    for (let at = start; at < end; at += SETTING_BYTES)
      this.#set(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
    this.received = true;
    // "The initial value is 0", RFC 9218 §2.1.
    this.noRfc7540Priorities ??= false;
  }

  #set(identifier: number, value: number): void {
    switch (identifier) {
      case SETTINGS_HEADER_TABLE_SIZE:
        this.headerTableSize = value;
        this.lowestHeaderTableSize = Math.min(value, this.lowestHeaderTableSize);
        break;
      case SETTINGS_ENABLE_PUSH:
        this.enablePush = flag(value, 'enablePushInvalid');
        break;
      case SETTINGS_MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value;
        break;
      case SETTINGS_INITIAL_WINDOW_SIZE:
        if (value > LARGEST_WINDOW) throw new Http2Error('initialWindowTooLarge');
        this.initialWindowSize = value;
        break;
      case SETTINGS_MAX_FRAME_SIZE:
        if (value < INITIAL_MAX_FRAME_SIZE || value > LARGEST_FRAME_SIZE)
          throw new Http2Error('maxFrameSizeInvalid');
        this.maxFrameSize = value;
        break;
      case SETTINGS_MAX_HEADER_LIST_SIZE:
        this.maxHeaderListSize = value;
        break;
      case SETTINGS_ENABLE_CONNECT_PROTOCOL:
        this.#setConnectProtocol(flag(value, 'connectProtocolInvalid'));
        break;
      case SETTINGS_NO_RFC7540_PRIORITIES:
        this.#setNoPriorities(flag(value, 'noPrioritiesInvalid'));
        break;
    }
  }

  /** "A sender MUST NOT send … the value of 0 after previously sending a value of 1." */
  #setConnectProtocol(enabled: boolean): void {
    if (this.enableConnectProtocol && !enabled) throw new Http2Error('connectProtocolInvalid');
    this.enableConnectProtocol = enabled;
  }

  /** "Senders MUST NOT change the SETTINGS_NO_RFC7540_PRIORITIES value after the first SETTINGS frame." */
  #setNoPriorities(without: boolean): void {
    if (this.received && without !== this.noRfc7540Priorities) throw new Http2Error('noPrioritiesInvalid');
    this.noRfc7540Priorities = without;
  }
}

function flag(value: number, fault: 'enablePushInvalid' | 'connectProtocolInvalid' | 'noPrioritiesInvalid') {
  if (value > 1) throw new Http2Error(fault);
  return value === 1;
}
