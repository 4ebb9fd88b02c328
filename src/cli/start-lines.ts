// What is printed once the server listens: one fixed line, then the addresses.
import type { Addresses } from './addresses.js';
import type { Arguments } from './arguments.js';
import type { Messages } from './language.js';
import { isSuccessor } from './worker.js';

/** The line that programs wait for; the same in every language. */
export const started = 'Serveur démarré !';

/** Prints the first line and the addresses on stdout. */
export function announce(
  { here, network }: Addresses,
  { args, say }: { args: Arguments; say: Messages },
): void {
  const { quiet, port } = args.settings;
  if (isSuccessor) return;
  const rows = [
    ...(here ? [[say.thisComputer, here]] : []),
    ...network.map((address) => [say.network, address]),
  ] as [string, string][];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, address]) => `  ${label.padEnd(width)}  ${address}`);
  const hint = process.stdout.isTTY ? [`  ${say.stopHint}`] : [];
  // A port that was picked for the user is known to nobody else, so it is told even then.
  const rest = quiet ? (port === 0 ? lines : []) : [...lines, ...hint];
  process.stdout.write(`${[started, ...rest].join('\n')}\n`);
}
