// What is printed once the server listens: one fixed line, then the addresses and what is served there.

import { printable } from '../operation/printable-text.js';
import { isFurtherWorker } from '../operation/worker-role.js';
import type { Addresses } from './addresses.js';
import type { Arguments } from './arguments.js';
import type { Messages } from './language.js';
import type { Target } from './target.js';

/** The line that programs wait for; the same in every language. */
export const started = 'Serveur démarré !';

/** What the lines tell of. */
interface Start {
  args: Arguments;
  say: Messages;
  target: Target;
  inspector?: readonly string[] | undefined;
  admin?: string | undefined;
}

/** Prints the first line, the addresses and what is served on stdout. */
export function announce(found: Addresses, start: Start): void {
  if (isFurtherWorker) return;
  const { say, target, args, inspector = [], admin } = start;
  const { quiet, port } = args.settings;
  const pages = inspector.map((address): Row => [say.inspector, address]);
  const drawn = admin === undefined ? pages : [...pages, [say.admin, admin] as const];
  const served: Row = [target.kind === 'folder' ? say.folder : say.program, target.path];
  const hint = process.stdout.isTTY ? [`  ${say.stopHint}`] : [];
  const lines = [...table([...rows(found, start), served, ...drawn], start), ...hint];
  // A port that was picked for the user is known to nobody else, so it is told even then; so is what was drawn by lot.
  const rest = quiet ? table([...(port === 0 ? rows(found, start) : []), ...drawn], start) : lines;
  process.stdout.write(`${[started, ...rest].join('\n')}\n`);
}

/** Prints the addresses of one more server of a program. */
export function announceFurther(found: Addresses, start: Start): void {
  if (isFurtherWorker || start.args.settings.quiet) return;
  process.stdout.write(`${table(rows(found, start), start).join('\n')}\n`);
}

type Row = readonly [label: string, what: string];

const rows = ({ here, network, sockets }: Addresses, { say }: Start): Row[] => [
  ...here.map((address): Row => [say.thisComputer, address]),
  ...network.map((address): Row => [say.network, address]),
  ...sockets.map((path): Row => [say.socket, path]),
];

/** Rows with the right column in line. */
function table(rows: readonly Row[], { say }: Start): string[] {
  const labels = [
    say.thisComputer,
    say.network,
    say.socket,
    say.folder,
    say.program,
    say.inspector,
    say.admin,
  ];
  const width = Math.max(...labels.map((label) => label.length));
  return rows.map(([label, what]) => `  ${label.padEnd(width)}  ${printable(what)}`);
}
