/**
 * Counts frames that cost more than they bring, and says when there are too many.
 *
 * In: kinds of frames, and the time. Out: nothing, or an error that ends the connection. Each kind has an account that starts full and
 * is filled again with time; no clock is read here.
 */

import { Http2Error } from './errors.js';
import type { FaultName } from './faults.js';
import {
  type AccountBound,
  EARNED_BY_DATA,
  EMPTY_DATA,
  OCTETS_THAT_EARN,
  PINGS,
  PRIORITIES,
  RESETS,
  SETTINGS_FRAMES,
  UNKNOWN_FRAMES,
  WINDOW_UPDATES,
} from './limits.js';

export const RESET_ACCOUNT = 0;
export const SETTINGS_ACCOUNT = 1;
export const PING_ACCOUNT = 2;
export const PRIORITY_ACCOUNT = 3;
export const WINDOW_UPDATE_ACCOUNT = 4;
export const EMPTY_DATA_ACCOUNT = 5;
export const UNKNOWN_ACCOUNT = 6;

const BOUNDS: readonly AccountBound[] = [
  RESETS,
  SETTINGS_FRAMES,
  PINGS,
  PRIORITIES,
  WINDOW_UPDATES,
  EMPTY_DATA,
  UNKNOWN_FRAMES,
];

/** What an overdrawn account is. */
const OVERDRAWN: readonly FaultName[] = [
  'tooManyResets',
  'tooManySettings',
  'tooManyPings',
  'tooManyPriorities',
  'tooManyWindowUpdates',
  'tooManyEmptyFrames',
  'tooManyUnknownFrames',
];

const FULL = Float64Array.from(BOUNDS, ({ capacity }) => capacity);

export class FrameAccounts {
  /** The time, milliseconds of a clock that doesn't go back; set by whoever reads one. */
  now = 0;
  readonly #levels = FULL.slice();
  #filledAt = Number.NaN;

  /**
   * Takes one frame off an account.
   * @throws Http2Error of the scope of the connection, when there are too many
   */
  charge(account: number): void {
    // From the first frame on there is something to be filled.
    if (Number.isNaN(this.#filledAt)) this.#filledAt = this.now;
    if (this.#levels[account] < 1) this.#fill();
    if (this.#levels[account] < 1) throw new Http2Error(OVERDRAWN[account]);
    this.#levels[account]--;
  }

  /** So many octets of data came or left: they give reason to measure, and to open windows, and they cost their sender. */
  earn(octets: number): void {
    const frames = EARNED_BY_DATA + octets / OCTETS_THAT_EARN;
    this.#levels[PING_ACCOUNT] += frames;
    this.#levels[WINDOW_UPDATE_ACCOUNT] += frames;
  }

  #fill(): void {
    const seconds = (this.now - this.#filledAt) / 1000;
    if (!(seconds > 0)) return;
    this.#filledAt = this.now;
    for (const [account, { capacity, perSecond }] of BOUNDS.entries()) {
      const level = this.#levels[account];
      if (level < capacity) this.#levels[account] = Math.min(capacity, level + seconds * perSecond);
    }
  }
}
