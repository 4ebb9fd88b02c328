/**
 * Log lines as JSON: one object a line, its members in a fixed order, absent where there is nothing to say.
 *
 * In: an answer, or an error. Out: a line without its end, in which nothing from outside stands unescaped.
 */
import type { Answer } from './access-log.js';
import { LogClock } from './log-clock.js';
import { jsonString } from './printable-text.js';

const clock = new LogClock();

/**
 * What follows what is each request's own: one client after the other is often the same, and its text is made once as long
 * as it is.
 */
class ClientMembers {
  #remote: string | undefined;
  #host: string | undefined;
  #user: string | undefined;
  #referer: string | undefined;
  #agent: string | undefined;
  #text = '';

  of({ remote, host, user, referer, agent }: Answer): string {
    const isSame =
      remote === this.#remote &&
      host === this.#host &&
      agent === this.#agent &&
      referer === this.#referer &&
      user === this.#user;
    if (isSame) return this.#text;
    this.#remote = remote;
    this.#host = host;
    this.#user = user;
    this.#referer = referer;
    this.#agent = agent;
    this.#text =
      member('remote', remote) +
      member('host', host) +
      member('user', user) +
      member('referer', referer) +
      member('agent', agent);
    return this.#text;
  }
}

/** What begins the lines of one ms and one method. */
class LineStart {
  #time = Number.NaN;
  #method = '';
  #text = '';

  of({ time, method }: Answer): string {
    if (time !== this.#time || method !== this.#method) {
      this.#time = time;
      this.#method = method;
      this.#text = `{"time":"${clock.iso(time)}","method":${jsonString(method)},"target":`;
    }
    return this.#text;
  }
}

const clientMembers = new ClientMembers();
const lineStart = new LineStart();

/** By status: what stands between a target and the bytes. */
const statusMembers: string[] = [];

function statusMember(status: number): string {
  statusMembers[status] ??= `,"status":${status},"bytes":`;
  return statusMembers[status];
}

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
  const { target, status, bytes, ms, received } = answer;
  const line = `${lineStart.of(answer)}${jsonString(target)}${statusMember(status)}${bytes},"ms":${milliseconds(ms)}`;
  return `${received > 0 ? `${line},"received":${received}` : line}${clientMembers.of(answer)}${seldom(answer)}`;
}

/** What most answers have nothing of, and the end of the line. */
function seldom({ id, trace, aborted, refusal }: Answer): string {
  if (id === undefined && trace === undefined && !aborted && refusal === undefined) return '}';
  const text = member('id', id) + member('trace', trace) + (aborted ? ',"aborted":true' : '');
  return `${text}${member('refusal', refusal)}}`;
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
