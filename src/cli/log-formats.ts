// How an answer is written in the access log. In: what is known of an answer. Out: one line, without its end. Whatever a
// client sent, the line holds no control character and nothing else that a terminal or a log reader would obey.
import { styleText } from 'node:util';
import type { Answer } from '../operation/access-log.js';
import { answerLine } from '../operation/json-lines.js';
import { printable } from '../operation/printable-text.js';
import type { Messages } from './language.js';

export type LogForm = 'text' | 'json' | 'combined';

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
    json: answerLine,
    combined: ({ remote, user, time, method, target, version, status, bytes, referer, agent, refusal }) =>
      `${remote ?? '-'} - ${printable(user ?? '-').replace(/\s/g, '_')} [${apacheTime(new Date(time))}] ${quoted(method === '-' ? '-' : `${method} ${target} HTTP/${version}`)} ${status} ${bytes} ${quoted(referer)} ${quoted(agent)}${refusal ? ` ${printable(refusal)}` : ''}`,
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
