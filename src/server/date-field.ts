/**
 * The Date field of responses (RFC 9110 §6.6.1), composed once a second and not once a response.
 *
 * Out: its value, or the line `Date: …\r\n`; the same string as long as the second lasts. The timer that forgets it runs
 * only after it was asked for, and never keeps a process alive.
 */

import { currentDate, setTimeout } from '../node/timers.js';

let value = '';
let line = '';

function forget(): void {
  value = line = '';
}

function compose(): void {
  const now = currentDate();
  value = now.toUTCString();
  line = `Date: ${value}\r\n`;
  setTimeout(forget, 1000 - now.getMilliseconds()).unref();
}

export function dateValue(): string {
  if (value === '') compose();
  return value;
}

export function dateLine(): string {
  if (line === '') compose();
  return line;
}
