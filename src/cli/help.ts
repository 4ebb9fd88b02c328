// The text of `--help`, from the table of options. In: a catalogue of messages and the width of the terminal. Out: text.
import type { Messages } from './language.js';
import { groups, type Option, optionEntries, type Valued } from './options.js';

/** How the user started the command, and what it serves unless told otherwise: nothing for the current folder. */
export interface Asked {
  command: string;
  folder: string | undefined;
}

/** The help, with lines of at most `width` columns. */
export function help(
  say: Messages,
  width: number,
  { command, folder }: Asked = { command: 'premier', folder: undefined },
): string {
  const rows = optionEntries.map(([name, option]) => ({ option, left: `  ${spelling(name, option, say)}` }));
  const column = Math.max(...rows.map(({ left }) => left.length)) + 2;
  const parts = groups.map((group) => {
    const lines = rows
      .filter(({ option }) => option.group === group)
      .map(({ option, left }) => beside(left, column, description(option, say), width));
    return [`${say.headings[group]}`, ...lines].join('\n');
  });
  const commands = say.examples
    .list(folder)
    .map(([args, what]) => ({ left: `  ${example(command, args)}`, what }));
  const indent = Math.max(...commands.map(({ left }) => left.length)) + 4;
  const examples = commands.map(({ left, what }) => beside(left, indent, what, width));
  return [
    say.usage(command),
    say
      .intro(folder)
      .map((line) => wrap(line, width).join('\n'))
      .join('\n'),
    ...parts,
    [say.examples.heading, ...examples].join('\n'),
    wrap(folder === undefined ? say.exitCodes : say.exitCodesOfStart, width).join('\n'),
  ].join('\n\n');
}

/** A command with its arguments; what npm needs before them it doesn't need without. */
export const example = (command: string, args: string): string =>
  args === '' ? command.replace(/ --$/, '') : `${command} ${args}`;

/** How an option is written: `-p, --port NUMBER`. */
export function spelling(name: string, option: Option, { language }: Messages): string {
  const short = option.short ? `-${option.short}, ` : '    ';
  if (option.kind === 'flag') return `${short}--${name}`;
  const argument = option.argument[language];
  if (option.bare === undefined) return `${short}--${name} ${argument}`;
  return `${short}--${name}${option.isValue === undefined ? `[=${argument}]` : ` [${argument}]`}`;
}

/** What an option does, and where its value comes from when it is left out. */
export function description(option: Option, say: Messages): string {
  if (option.kind === 'flag') return option.about[say.language];
  return [option.about[say.language], option.repeatable && say.repeatable, origin(option, say)]
    .filter(Boolean)
    .join(' ');
}

function origin({ fallback, environment }: Valued<unknown>, say: Messages): string {
  if (fallback && environment) return say.byEnvironment(environment, fallback);
  if (environment) return say.orEnvironment(environment);
  return fallback ? say.byDefault(fallback) : '';
}

/** Two columns; the right one goes below when there is no room beside the left one. */
function beside(left: string, column: number, right: string, width: number): string {
  if (width < column + 24)
    return [left, ...wrap(right, width - 8).map((line) => `        ${line}`)].join('\n');
  const [first, ...rest] = wrap(right, width - column);
  return [left.padEnd(column) + first, ...rest.map((line) => ' '.repeat(column) + line)].join('\n');
}

/** Breaks a text into lines; in French the signs : ; ? ! » stay with the word before them. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/(?<!«) (?![:;?!»])/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
