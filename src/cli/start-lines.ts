// What is printed once the server listens: one fixed line, then the addresses and what is served there.

import { printable } from '../operation/printable-text.js';
import { isFurtherWorker } from '../operation/worker-role.js';
import type { Addresses } from './addresses.js';
import type { Arguments } from './arguments.js';
import type { Messages } from './language.js';
import type { Target } from './target.js';

/** The line that programs wait for; the same in every language. */
export const started = 'Serveur démarré !';

let held: string[] | undefined;
let release = (): void => {};
let printed = Promise.resolve();

/** Holds all lines until the function is called that this returns: whoever waits for the first may take it for more than it is. */
export function holdLines(): () => void {
  held = [];
  printed = new Promise((resolve) => {
    release = resolve;
  });
  return () => {
    const lines = held ?? [];
    held = undefined;
    if (lines.length > 0) print(lines);
    release();
  };
}

/** Resolves once lines are printed as they come. */
export const linesPrinted = (): Promise<void> => printed;

function print(lines: readonly string[]): void {
  if (held) held.push(...lines);
  else process.stdout.write(`${lines.join('\n')}\n`);
}

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
  print([started, ...rest]);
}

/** Prints the addresses of one more server of a program. */
export function announceFurther(found: Addresses, start: Start): void {
  if (isFurtherWorker || start.args.settings.quiet) return;
  print(table(rows(found, start), start));
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
