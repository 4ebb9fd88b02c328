/**
 * The Date field of responses (RFC 9110 §6.6.1), composed once a second and not once a response.
 *
 * Out: `Date: …\r\n`. The timer that forgets it runs only after it was asked for, and never keeps a process alive.
 */

import { currentDate, setTimeout } from '../node/timers.js';

let line = '';

function forget(): void {
  line = '';
}

export function dateLine(): string {
  if (line === '') {
    const now = currentDate();
    line = `Date: ${now.toUTCString()}\r\n`;
    setTimeout(forget, 1000 - now.getMilliseconds()).unref();
  }
  return line;
}
