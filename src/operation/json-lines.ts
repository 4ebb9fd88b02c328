/**
 * Log lines as JSON: one object a line, its members in a fixed order, absent where there is nothing to say.
 *
 * In: an answer, or an error. Out: a line without its end, in which nothing from outside stands unescaped.
 */
import type { Answer } from './access-log.js';
import { LogClock } from './log-clock.js';
import { jsonString } from './printable-text.js';

const clock = new LogClock();

/** Milliseconds with three digits after the point: numbers that are no integers take longer to become text. */
function milliseconds(ms: number): string {
  const us = Math.round(ms * 1000);
  const fraction = us % 1000;
  if (fraction === 0) return `${us / 1000}`;
  return `${(us - fraction) / 1000}.${fraction < 10 ? '00' : fraction < 100 ? '0' : ''}${fraction}`;
}

const member = (name: string, text: string | undefined) =>
  text === undefined ? '' : `,"${name}":${jsonString(text)}`;

export function answerLine(answer: Answer): string {
  return (
    `{"time":"${clock.iso(answer.time)}","method":${jsonString(answer.method)},"target":${jsonString(answer.target)},` +
    `"status":${answer.status},"bytes":${answer.bytes},"ms":${milliseconds(answer.ms)}` +
    (answer.received > 0 ? `,"received":${answer.received}` : '') +
    member('remote', answer.remote) +
    member('host', answer.host) +
    member('user', answer.user) +
    member('referer', answer.referer) +
    member('agent', answer.agent) +
    member('id', answer.id) +
    member('trace', answer.trace) +
    (answer.aborted ? ',"aborted":true' : '') +
    member('refusal', answer.refusal) +
    '}'
  );
}

/**
 * An error of a program as one line, with its stack.
 * @param error - whatever was thrown
 */
export function errorLine(
  message: string,
  error: unknown,
  about: Record<string, string | undefined> = {},
): string {
  const { name, message: text, stack, code } = Object(error) as Partial<NodeJS.ErrnoException>;
  const said = error instanceof Error ? text : String(error);
  const members = Object.entries(about).map(([key, value]) => member(key, value));
  return (
    `{"time":"${clock.iso(Date.now())}","level":"error","message":${jsonString(message)}${members.join('')}` +
    `${member('error', said)}${member('name', asText(name))}${member('code', asText(code))}${member('stack', asText(stack))}}`
  );
}

const asText = (value: unknown) => (value === undefined ? undefined : String(value));
