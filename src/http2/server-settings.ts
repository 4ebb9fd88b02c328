/**
 * What a server wants of its client, said first on each connection (RFC 9113 §3.4, §6.5).
 *
 * In: options of a connection. Out: what holds where they say nothing, and the frames of the server's preface.
 */
import type { ControlFrames } from './control-frames.js';
import type { FieldOptions } from './field-receiver.js';
import {
  CONNECTION_WINDOW,
  MAX_CONCURRENT_STREAMS,
  MAX_FIELDS,
  MAX_HEAD_BYTES,
  STREAM_WINDOW,
} from './limits.js';
import {
  INITIAL_WINDOW_SIZE,
  SETTINGS_ENABLE_CONNECT_PROTOCOL,
  SETTINGS_INITIAL_WINDOW_SIZE,
  SETTINGS_MAX_CONCURRENT_STREAMS,
  SETTINGS_MAX_HEADER_LIST_SIZE,
  SETTINGS_NO_RFC7540_PRIORITIES,
} from './protocol.js';

export interface ConnectionOptions {
  /** Octets of a head's target, names and values, and of a trailer section. Default 16 KiB. */
  maxHeadBytes?: number;
  /** Fields of a head, and of a trailer section; 0 or less: no limit. Default 1000. */
  maxFields?: number;
  /** Whether fields beyond that are refused, checked and left out, or let through. Default `refused`. */
  readonly fieldsBeyond?: 'refused' | 'dropped' | 'kept';
  /** Streams that a client may have at a time. Default 100. */
  maxConcurrentStreams?: number;
  /** Whether extended CONNECT is announced and accepted, RFC 8441. Default false. */
  connectProtocol?: boolean;
}

export function settingsOf(options: ConnectionOptions): FieldOptions {
  return {
    maxHeadBytes: options.maxHeadBytes ?? MAX_HEAD_BYTES,
    maxFields: options.maxFields ?? MAX_FIELDS,
    fieldsBeyond: options.fieldsBeyond ?? 'refused',
    maxConcurrentStreams: options.maxConcurrentStreams ?? MAX_CONCURRENT_STREAMS,
    connectProtocol: options.connectProtocol ?? false,
  };
}

/** "The server connection preface consists of a potentially empty SETTINGS frame", §3.4. */
export function greet(control: ControlFrames, settings: FieldOptions): void {
  const { maxHeadBytes, maxConcurrentStreams, connectProtocol } = settings;
  const announced: [number, number][] = [
    [SETTINGS_MAX_CONCURRENT_STREAMS, maxConcurrentStreams],
    [SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW],
    [SETTINGS_MAX_HEADER_LIST_SIZE, maxHeadBytes],
    [SETTINGS_NO_RFC7540_PRIORITIES, 1],
  ];
  if (connectProtocol) announced.push([SETTINGS_ENABLE_CONNECT_PROTOCOL, 1]);
  control.settings(announced);
  control.windowUpdate(0, CONNECTION_WINDOW - INITIAL_WINDOW_SIZE);
}
