/**
 * Lines that are no longer than what a pipe takes whole: where several processes write to one, a longer line of theirs may have
 * another in its middle.
 *
 * In: how a line is written. Out: the line; where it is too long, the same with its longest texts cut, which end with an
 * ellipsis then.
 */
import type { Answer } from './access-log.js';

/** Characters that stay of a text where its line is too long; half of them, again and again, until it is not. */
const LONG_TEXT = 1024;

/** Bytes of a character in UTF-8, at most. */
const MOST_BYTES = 3;

/** Texts of an answer that a client may make as long as a head. */
const clientTexts = ['target', 'host', 'user', 'referer', 'agent'] as const;

/**
 * @param bytes - that the line and its end may have
 * @param write - writes it with texts of so many characters
 */
export function boundedLine(bytes: number, write: (longest: number) => string): string {
  const line = write(Number.POSITIVE_INFINITY);
  return fits(line, bytes) ? line : cutLine(bytes, write);
}

function cutLine(bytes: number, write: (longest: number) => string): string {
  let line = write(LONG_TEXT);
  for (let longest = LONG_TEXT / 2; longest > 1 && !fits(line, bytes); longest /= 2) line = write(longest);
  return line;
}

/** Writes the answers of a form so that no line is longer. */
export function boundedAnswers(
  bytes: number,
  format: (answer: Answer) => string,
): (answer: Answer) => string {
  return (answer) => {
    const line = format(answer);
    return fits(line, bytes) ? line : cutLine(bytes, (longest) => format(shortened(answer, longest)));
  };
}

/** A text of several lines, without its end where it is too long. */
export function boundedText(bytes: number, text: string): string {
  if (fits(text, bytes)) return text;
  const room = bytes - Buffer.byteLength('…\n');
  // A character that is cut in its middle is left out.
  return `${new TextDecoder().decode(Buffer.from(text).subarray(0, room), { stream: true })}…`;
}

export const cutText = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest)}…`;

/** Most lines are so short that their bytes need not be counted. */
const fits = (line: string, bytes: number) =>
  line.length * MOST_BYTES < bytes || Buffer.byteLength(line) < bytes;

function shortened(answer: Answer, longest: number): Answer {
  const own: PropertyDescriptorMap = {};
  for (const name of clientTexts) {
    const text = answer[name];
    if (text !== undefined) own[name] = { value: cutText(text, longest) };
  }
  return Object.create(answer, own) as Answer;
}
