/**
 * Says on stderr why requests are refused, for whoever asks: under `premier/register` their clients get no more than the
 * bare status that `node:http` sends.
 *
 * In: what servers tell an observer. Out: one line for each reason, once in a process. Never a byte that a client sent.
 */
import { observeServers } from './observers.js';
import type { Refusal } from './server-observer.js';

/** Says the reason of each refusal of the servers that are made from now on. */
export function noteRefusals(write: (line: string) => void): void {
  const said = new Set<string>();
  const say = (outcome: string, reason: string, code: string, rfc: string) => {
    if (said.has(reason)) return;
    said.add(reason);
    const why = [code, rfc].filter((text) => text !== '').join(', ');
    write(`premier/register: a request was refused${outcome}: ${reason} (${why}). Said once.\n`);
  };
  observeServers({
    refused(_connection, { status, reason, code, rfc, claimed }: Refusal) {
      say(claimed ? ", and left to 'clientError'" : ` with ${status}`, reason, code, rfc);
    },
  });
}
