/**
 * Log lines as JSON: one object a line, its members in a fixed order, absent where there is nothing to say.
 *
 * In: an answer, or an error. Out: a line without its end, in which nothing from outside stands unescaped.
 */
import type { Answer } from './access-log.js';
import { cutText } from './bounded-line.js';
import { LogClock } from './log-clock.js';
import { isPlainInJson, jsonString } from './printable-text.js';

const clock = new LogClock();

/**
 * What is put together with `+` stays in pieces, which are copied one by one wherever it is written: what stands in many
 * lines is put together once.
 */
const inOnePiece = (...pieces: string[]): string => pieces.join('');

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
  #last = '}';

  /** @param isLast - whether they end the line */
  of(answer: Answer, isLast: boolean): string {
    const { remote, host, user, referer, agent } = answer;
    const isSame =
      remote === this.#remote &&
      host === this.#host &&
      agent === this.#agent &&
      referer === this.#referer &&
      user === this.#user;
    if (!isSame) {
      this.#remote = remote;
      this.#host = host;
      this.#user = user;
      this.#referer = referer;
      this.#agent = agent;
      const members = [
        member('remote', remote),
        member('host', host),
        member('user', user),
        member('referer', referer),
        member('agent', agent),
      ];
      this.#text = inOnePiece(...members);
      this.#last = inOnePiece(...members, '}');
    }
    return isLast ? this.#last : this.#text;
  }
}

/** What begins the lines of one ms and one method, up to a target in its quotes. */
class LineStart {
  #time = Number.NaN;
  #method = '';
  #text = '';

  of(time: number, method: string): string {
    if (time !== this.#time || method !== this.#method) {
      this.#time = time;
      this.#method = method;
      this.#text = inOnePiece('{"time":"', clock.iso(time), '","method":', jsonString(method), ',"target":"');
    }
    return this.#text;
  }
}

/** What stands between a target and the ms, from the quote on, of answers that are as the one before. */
class AnswerMembers {
  #status = -1;
  #bytes = -1;
  #text = '';

  of(status: number, bytes: number): string {
    if (status !== this.#status || bytes !== this.#bytes) {
      this.#status = status;
      this.#bytes = bytes;
      this.#text = inOnePiece('","status":', String(status), ',"bytes":', String(bytes), ',"ms":');
    }
    return this.#text;
  }
}

const clientMembers = new ClientMembers();
const lineStart = new LineStart();
const answerMembers = new AnswerMembers();

/** Milliseconds by their thousandths, below ten: numbers that are no integers take longest to become text. */
const shortTimes: string[] = [];
const FEW_THOUSANDTHS = 10_000;

/** With three digits after the point, or none. */
function milliseconds(ms: number): string {
  const us = Math.round(ms * 1000);
  if (us < FEW_THOUSANDTHS) {
    shortTimes[us] ??= thousandths(us);
    return shortTimes[us];
  }
  return thousandths(us);
}

function thousandths(us: number): string {
  const fraction = us % 1000;
  const whole = (us - fraction) / 1000;
  return fraction === 0 ? `${whole}` : `${whole}.${String(fraction).padStart(3, '0')}`;
}

const member = (name: string, text: string | undefined) =>
  text === undefined ? '' : `,"${name}":${jsonString(text)}`;

export function answerLine(answer: Answer): string {
  const { target, ms, received, id, trace, aborted, refusal } = answer;
  const quotable = isPlainInJson(target) ? target : jsonString(target).slice(1, -1);
  const start = lineStart.of(answer.time, answer.method) + quotable;
  const line = start + answerMembers.of(answer.status, answer.bytes) + milliseconds(ms);
  const whole = received > 0 ? `${line},"received":${received}` : line;
  // Most answers have nothing of the rest.
  if (id === undefined && trace === undefined && !aborted && refusal === undefined)
    return whole + clientMembers.of(answer, true);
  const rest = member('id', id) + member('trace', trace) + (aborted ? ',"aborted":true' : '');
  return `${whole}${clientMembers.of(answer, false)}${rest}${member('refusal', refusal)}}`;
}

/**
 * An error of a program as one line, with its stack.
 * @param error - whatever was thrown
 * @param longest - characters of each of its texts
 */
export function errorLine(
  message: string,
  error: unknown,
  about: Record<string, string | undefined> = {},
  longest = Number.POSITIVE_INFINITY,
): string {
  const { name, message: text, stack, code } = Object(error) as Partial<NodeJS.ErrnoException>;
  const said = error instanceof Error ? text : String(error);
  const short = (value: unknown) => (value === undefined ? undefined : cutText(String(value), longest));
  const members = Object.entries(about).map(([key, value]) => member(key, short(value)));
  return (
    `{"time":"${clock.iso(Date.now())}","level":"error","message":${jsonString(message)}${members.join('')}` +
    `${member('error', short(said))}${member('name', short(name))}${member('code', short(code))}${member('stack', short(stack))}}`
  );
}
