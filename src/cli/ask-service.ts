// `premier status` and `premier health`: what the admin listener of a running service says. In: its address. Out: lines on
// stdout, and an exit code: 0 when the service is well, 1 when it is not, or nobody answers. They need no shell and no curl.
import { adminAddressText, readAdminAddress, usualAdminAddress } from '../operation/admin-address.js';
import { askAdmin } from '../operation/admin-client.js';
import type { ServiceStatus } from '../operation/service-status.js';
import type { Messages } from './language.js';
import { UsageError } from './trouble.js';

/** The words that ask a service instead of starting one. */
export const questions = ['status', 'health'] as const;
export type Question = (typeof questions)[number];

/** Asks, prints, and tells the exit code. */
export async function askService(
  question: Question,
  words: readonly string[],
  say: Messages,
): Promise<number> {
  const [where = usualAdminAddress, ...rest] = words;
  if (rest.length > 0 || where.startsWith('-')) throw new UsageError(say.howToAsk(question));
  const { address, path } = target(where, question, say);
  try {
    const answer = await askAdmin(address, path);
    const isWell = answer.status === 200;
    if (question === 'health') (isWell ? console.log : console.error)(answer.text.trim());
    else if (isWell) console.log(table(JSON.parse(answer.text) as ServiceStatus, say));
    else console.error(say.noStatus(where, answer.status));
    return isWell ? 0 : 1;
  } catch (error) {
    console.error(`premier: ${say.nobodyAnswers(adminAddressText(address), (error as Error).message)}`);
    return 1;
  }
}

/** An address, or for `health` a URL with the path to ask for. */
function target(where: string, question: Question, say: Messages) {
  const [, host, path] = /^http:\/\/([^/]+)(\/.*)?$/.exec(where) ?? [];
  const address = readAdminAddress(host === undefined ? where : /:\d+$/.test(host) ? host : `${host}:80`);
  if (address === undefined) throw new UsageError(say.howToAsk(question));
  return { address, path: question === 'status' ? '/status' : (path ?? '/ready') };
}

function table(status: ServiceStatus, say: Messages): string {
  const { stage, version, pid, uptime, generation, requests, connections, workers } = status;
  const head = say.statusLine(version, stage, pid, uptime, generation, requests, connections);
  const rows = workers.map((worker) => [
    String(worker.pid),
    worker.state,
    String(worker.generation),
    `${worker.uptime} s`,
    String(worker.requests),
    String(worker.connections),
    `${worker.event_loop_delay_ms.p99} ms`,
    `${Math.round(worker.memory_bytes.resident / 2 ** 20)} MiB`,
    `${worker.reported_ago} s`,
  ]);
  const all = [say.statusColumns, ...rows];
  const widths = say.statusColumns.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return [head, ...all.map((row) => row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  '))].join(
    '\n',
  );
}
