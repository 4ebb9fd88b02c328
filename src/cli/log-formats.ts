// How an answer is written in the access log. In: what is known of an answer. Out: one line, without its end. Whatever a
// client sent, the line holds no control character and nothing else that a terminal or a log reader would obey.
import { isUtf8 } from 'node:buffer';
import { styleText } from 'node:util';
import type { Messages } from './language.js';

export type LogForm = 'text' | 'json' | 'combined';

/** What is known of an answer once it is over. */
export interface Answer {
  method: string;
  target: string;
  version: string;
  status: number;
  /** Bytes of the body that were handed over, without the framing. */
  bytes: number;
  /** Milliseconds from the head of the request to the end of the answer. */
  ms: number;
  /** The client left before the end. */
  aborted: boolean;
  /** Why the server refused the request before anybody could read it; method and target are then `-`. */
  refusal?: string | undefined;
  time: Date;
  remote: string | undefined;
  user: string | undefined;
  referer: string | undefined;
  agent: string | undefined;
}

/** Control characters, and what a terminal or a log reader may take for one or for the end of a line. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0');

/** A text from outside, with nothing in it that a terminal obeys. */
export const printable = (text: string): string => (plain.test(text) ? text : escaped(text));

/** Most texts are plain, and this is found out fastest. */
const plain = /^[ -~]*$/;

const escaped = (text: string): string =>
  text.replace(unsafe, (character) =>
    character <= '\u00ff' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`,
  );

/**
 * Bytes of a head as text: Node hands them out one character each, and nearly all who send more than ASCII mean UTF-8. What
 * isn't UTF-8 is left as it is.
 */
export function textOf<Bytes extends string | undefined>(bytes: Bytes): Bytes {
  if (bytes === undefined || plain.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? (buffer.toString('utf8') as Bytes) : bytes;
}

/** A printable text between double quotes, so that quotes inside can't end it. */
const quoted = (text: string | undefined) => `"${printable((text ?? '-').replace(/["\\]/g, '\\$&'))}"`;

/** How each form writes an answer. */
export function formats(say: Messages, colours: boolean): Record<LogForm, (answer: Answer) => string> {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colours ? styleText(style, text, { validateStream: false }) : text;
  return {
    text: ({ method, target, status, bytes, ms, aborted, refusal }) => {
      const line = `${printable(method)} ${printable(target)} ${paint(colourOf(status), String(status))} ${paint('dim', `${bytes} B ${ms.toFixed(1)} ms`)}`;
      const note = aborted ? say.aborted : refusal;
      return note ? `${line} ${paint('yellow', printable(note))}` : line;
    },
    json: ({ time, version: _, ms, aborted, refusal, method, target, status, bytes, ...client }) => {
      const fields = { time: time.toISOString(), method, target, status, bytes, ms: Number(ms.toFixed(3)) };
      const text = JSON.stringify({ ...fields, ...client, ...(aborted && { aborted }), refusal });
      if (plain.test(text)) return text;
      return text.replace(unsafe, (character) => `\\u${hex(character, 4)}`);
    },
    combined: ({ remote, user, time, method, target, version, status, bytes, referer, agent, refusal }) =>
      `${remote ?? '-'} - ${printable(user ?? '-').replace(/\s/g, '_')} [${apacheTime(time)}] ${quoted(refusal ? '-' : `${method} ${target} HTTP/${version}`)} ${status} ${bytes} ${quoted(referer)} ${quoted(agent)}${refusal ? ` ${printable(refusal)}` : ''}`,
  };
}

function colourOf(status: number) {
  if (status >= 500) return 'red';
  if (status >= 400) return 'yellow';
  return status >= 300 ? 'cyan' : 'green';
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22/Nov/2026:12:00:00 +0000` */
function apacheTime(time: Date): string {
  const day = String(time.getUTCDate()).padStart(2, '0');
  return `${day}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}:${time.toISOString().slice(11, 19)} +0000`;
}
