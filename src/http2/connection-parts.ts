/**
 * What the receiving parts of a connection share.
 */
import type { ConnectionListener } from './connection-listener.js';
import type { FrameAccounts } from './frame-accounts.js';
import type { HpackEncoder } from './hpack/encoder.js';
import type { RequestDelivery } from './request-delivery.js';
import type { Sender } from './sender.js';
import type { StreamControl } from './stream-control.js';

export interface ConnectionParts {
  readonly listener: ConnectionListener;
  readonly accounts: FrameAccounts;
  readonly encoder: HpackEncoder;
  readonly sender: Sender;
  readonly delivery: RequestDelivery;
  readonly control: StreamControl;
}
