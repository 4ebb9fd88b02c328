// The command line, taken apart by the table of options. In: arguments and environment. Out: a target and settings.
// Throws a `UsageError` for whatever it does not understand; opens no file and guesses nothing.
import { parseArgs } from 'node:util';
import type { Messages } from './language.js';
import { type Option, type OptionName, optionEntries, options, type Settings } from './options.js';
import { UsageError } from './trouble.js';

export interface Arguments {
  /** The folder or program named on the command line. */
  target: string | undefined;
  settings: Settings;
  /** Names of the options that were given, on the command line or by a variable. */
  given: ReadonlySet<OptionName>;
}

/** Takes the command line apart. */
export function parseArguments(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  say: Messages,
): Arguments {
  const { tokens } = parseArgs({
    args: withBareValues(args),
    options: Object.fromEntries(
      optionEntries.map(([name, { kind, short }]) => [
        name,
        { type: kind === 'flag' ? 'boolean' : 'string', ...(short && { short }) } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const texts = new Map<OptionName, { written: string; text: string }[]>();
  const targets: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') targets.push(token.value);
    if (token.kind !== 'option') continue;
    const name = knownName(token.name, token.rawName, say);
    checkValue(options[name], token.rawName, token.value, token.inlineValue, say);
    const earlier = texts.get(name) ?? [];
    texts.set(name, [...earlier, { written: token.rawName, text: token.value ?? '' }]);
  }
  if (targets.includes('')) throw new UsageError(say.emptyTarget);
  if (targets.length > 1) throw new UsageError(say.oneTarget(targets[0] as string, targets[1] as string));

  const settings: Record<string, unknown> = {};
  const given = new Set(texts.keys());
  for (const [name, option] of optionEntries) {
    if (option.kind === 'valued' && option.environment && environment[option.environment]) given.add(name);
    settings[name] = setting(name, option, texts.get(name) ?? [], environment, say);
  }
  return { target: targets[0], settings: settings as Settings, given };
}

/** Writes out the value of an option that may stand alone, where it does. */
function withBareValues(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.map((arg, index) => {
    if (index >= end || !arg.startsWith('--')) return arg;
    const option: Option | undefined = options[arg.slice(2) as OptionName];
    if (option?.kind !== 'valued' || option.bare === undefined) return arg;
    const next = index + 1 < end ? args[index + 1] : undefined;
    // An empty word is a value that is missing, never one that was left out.
    return next !== undefined && (next === '' || option.isValue?.(next)) ? arg : `${arg}=${option.bare}`;
  });
}

function knownName(name: string, written: string, say: Messages): OptionName {
  if (Object.hasOwn(options, name)) return name as OptionName;
  const near = optionEntries.map(([known]) => known).filter((known) => distance(name, known) <= 2);
  const hint = near[0] === undefined ? '' : ` ${say.didYouMean(`--${near[0]}`)}`;
  throw new UsageError(say.unknownOption(written) + hint);
}

function checkValue(
  option: Option,
  written: string,
  value: string | undefined,
  inline: boolean | undefined,
  say: Messages,
): void {
  if (option.kind === 'flag') {
    if (value !== undefined) throw new UsageError(say.flagTakesNoValue(written));
    return;
  }
  if (value?.trim() === '') throw new UsageError(say.emptyValue(written));
  const swallowed = !inline && value?.startsWith('-') && value !== '-';
  if (value === undefined || swallowed) {
    throw new UsageError(say.valueMissing(written, option.argument[say.language]));
  }
}

/** The value of one option: what was written last, else its environment variable, else its default. */
function setting(
  name: OptionName,
  option: Option,
  texts: readonly { written: string; text: string }[],
  environment: NodeJS.ProcessEnv,
  say: Messages,
): unknown {
  if (option.kind === 'flag') return texts.length > 0;
  if (option.repeatable) return texts.map(({ written, text }) => option.read(text, written, say));
  const last = texts.at(-1);
  if (last) return option.read(last.text, last.written, say);
  const variable = option.environment && environment[option.environment];
  // A password that is empty by mistake must not stand for none; a port that is empty is the usual one.
  if (variable === '' && option.fallback === undefined)
    throw new UsageError(say.emptyValue(option.environment as string));
  if (variable) return option.read(variable, option.environment as string, say);
  return option.fallback === undefined ? undefined : option.read(option.fallback, `--${name}`, say);
}

/** How many letters must be added, removed or replaced to make one word the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] as number) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] as number) + 1, (next[column] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
