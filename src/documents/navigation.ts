/**
 * Whether a request asks for a page, as a single-page app has to know where no document is. In: a request's fields and
 * path. Out: yes or no. What a browser or a program says it accepts decides; the name is only looked at where it says
 * nothing.
 */
import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';

const pageTypes = ['text/html', 'application/xhtml+xml'];

/** The fields that decide, for `Vary`. */
export const decisive = ['Accept', 'Sec-Fetch-Mode', 'Sec-Fetch-Dest'];

/** Whether the answer may be a page, rather than a script, a picture or data. */
export function asksForPage(req: IncomingMessage, path: string): boolean {
  if (req.headers['sec-fetch-mode'] === 'navigate') return true;
  // A browser that loads a part of a page tells for what; `empty` is a program in a page.
  const destination = req.headers['sec-fetch-dest'];
  if (destination !== undefined && destination !== 'empty') return false;
  const negotiator = new Negotiator(req);
  const accepted = negotiator.mediaTypes().map((type) => type.toLowerCase());
  if (accepted.some((type) => pageTypes.includes(type))) return true;
  if (destination !== undefined) return false;
  const indifferent = accepted.every((range) => range.endsWith('/*'));
  // A program that takes anything: a name with a dot is that of a file, which isn't there.
  return indifferent && negotiator.mediaType(['text/html']) !== undefined && !nameOf(path).includes('.');
}

/** What comes after the last slash. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
