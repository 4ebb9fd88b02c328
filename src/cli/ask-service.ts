// `premier status` and `premier health`: what the admin listener of a running service says. In: its address. Out: lines on
// stdout, and an exit code: 0 when the service is well, 1 when it is not, or nobody answers. They need no shell and no curl.
// Whatever answers there may be no service of ours: nothing of it reaches the terminal as it came.
import { STATUS_CODES } from 'node:http';
import { adminAddressText, readAdminAddress, usualAdminAddress } from '../operation/admin-address.js';
import { type AdminAnswer, askAdmin, patience } from '../operation/admin-client.js';
import { printable } from '../operation/printable-text.js';
import type { ServiceStatus } from '../operation/service-status.js';
import type { Messages } from './language.js';
import { print } from './print.js';
import { codeOf, UsageError } from './trouble.js';

/** The words that ask a service instead of starting one. */
export const questions = ['status', 'health'] as const;
export type Question = (typeof questions)[number];

/** Lines that are shown of what `health` is told: an URL may lead to a whole page. */
const longest = 20;

/** Asks, prints, and tells the exit code. */
export async function askService(
  question: Question,
  words: readonly string[],
  say: Messages,
): Promise<number> {
  const [where = usualAdminAddress, ...rest] = withoutLanguage(words);
  if (where === '--help' || where === '-h') return print(say.howToAsk(question), say);
  if (rest.length > 0 || where.startsWith('-')) throw new UsageError(say.howToAsk(question));
  const { address, path } = target(where, question, say);
  let answer: AdminAnswer;
  try {
    answer = await askAdmin(address, path);
  } catch (error) {
    const reason =
      codeOf(error) === 'ETIMEDOUT' ? say.notInTime(patience) : printable((error as Error).message);
    console.error(`premier: ${say.nobodyAnswers(printable(adminAddressText(address)), reason)}`);
    return 1;
  }
  return question === 'health' ? tellHealth(answer, say) : tellStatus(answer, where, say);
}

/** `--lang` has been heeded already. */
function withoutLanguage(words: readonly string[]): string[] {
  return words.filter((word, index) => !/^--lang(=|$)/.test(word) && words[index - 1] !== '--lang');
}

async function tellHealth({ status, text }: AdminAnswer, say: Messages): Promise<number> {
  const lines = text.trim().split(/\r?\n/, longest).map(printable).join('\n');
  if (status === 200) {
    // That it can't be said makes the service no worse.
    await print(lines, say);
    return 0;
  }
  console.error(lines || `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd());
  return 1;
}

async function tellStatus({ status, text }: AdminAnswer, where: string, say: Messages): Promise<number> {
  const shown = status === 200 ? tableIn(text, say) : undefined;
  if (shown !== undefined) return print(shown, say);
  console.error(`premier: ${say.noStatus(printable(where), status)}`);
  return 1;
}

/** An address, or for `health` a URL with the path to ask for. */
function target(where: string, question: Question, say: Messages) {
  const [, host, path] = /^http:\/\/([^/]+)(\/.*)?$/.exec(where) ?? [];
  const address = readAdminAddress(host === undefined ? where : /:\d+$/.test(host) ? host : `${host}:80`);
  if (question === 'health' && where.startsWith('https:')) throw new UsageError(say.asksOverHttp(where));
  if (address === undefined) throw new UsageError(say.howToAsk(question));
  return { address, path: question === 'status' ? '/status' : (path ?? '/ready') };
}

/** Nothing where it is no JSON, or none of ours. */
function tableIn(text: string, say: Messages): string | undefined {
  try {
    return table(JSON.parse(text) as ServiceStatus, say);
  } catch {
    return undefined;
  }
}

/** As it came where it is none of ours: the service may be of another version. */
function stateIn({ states }: Messages, state: string): string {
  return Object.hasOwn(states, state) ? states[state as keyof typeof states] : state;
}

function table(status: ServiceStatus, say: Messages): string {
  const { stage, version, pid, uptime, generation, requests, connections, workers } = status;
  const head = say.statusLine(version, stateIn(say, stage), pid, uptime, generation, requests, connections);
  const rows = workers.map((worker) => [
    String(worker.pid),
    stateIn(say, worker.state),
    String(worker.generation),
    `${worker.uptime} s`,
    String(worker.requests),
    String(worker.connections),
    `${worker.event_loop_delay_ms.p99} ms`,
    say.megabytes(worker.memory_bytes.resident),
    `${worker.reported_ago} s`,
  ]);
  const all = [say.statusColumns, ...rows];
  const widths = say.statusColumns.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  const lines = all.map((row) => row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  '));
  return [head, ...lines].map(printable).join('\n');
}
