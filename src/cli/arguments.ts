// The command line, taken apart by the table of options. In: arguments and environment. Out: a target and settings.
// Throws a `UsageError` for whatever it does not understand; opens no file and guesses nothing.
import { parseArgs } from 'node:util';
import type { Messages } from './language.js';
import {
  everyInterface,
  type Option,
  type OptionName,
  optionEntries,
  options,
  type Settings,
} from './options.js';
import { UsageError } from './trouble.js';
import { hintFor } from './unknown-option.js';

export interface Arguments {
  /** The folder or program named on the command line. */
  target: string | undefined;
  settings: Settings;
  /** Names of the options that were given, on the command line or by a variable. */
  given: ReadonlySet<OptionName>;
  /** What stands after `--`: the program's own arguments. */
  forProgram: readonly string[];
  /** The command line in order, for an error that repeats it with a change. */
  words: readonly Word[];
  /** The target, where it stands right after `--host` and may have been meant as its value. */
  afterHost: string | undefined;
}

/** One option with its value, or one word by itself. */
export interface Word {
  option?: OptionName;
  /** As it was written, without the value. */
  written: string;
  value?: string | undefined;
}

/** Takes the command line apart. */
export function parseArguments(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  say: Messages,
): Arguments {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const words = wordsOf(args.slice(0, end), say);
  const targets = words.filter(({ option }) => option === undefined).map(({ written }) => written);
  const rest = args.slice(end + 1);
  // Without a target before it, `--` is what lets one begin with a dash.
  const target = targets[0] ?? rest.shift();
  const hosted = words.find(({ option }, index) => option === undefined && isBareHost(words[index - 1]));
  const afterHost = hosted?.written;
  if (target === '' || targets.includes('')) throw new UsageError(say.emptyTarget);
  if (targets.length > 1) {
    const hint = afterHost === undefined ? '' : ` ${say.hostNeedsEquals(afterHost)}`;
    throw new UsageError(say.oneTarget(targets[0] as string, targets[1] as string) + hint);
  }

  const settings: Record<string, unknown> = {};
  const given = new Set(words.flatMap(({ option }) => option ?? []));
  for (const [name, option] of optionEntries) {
    if (option.kind === 'valued' && option.environment && environment[option.environment]) given.add(name);
    const texts = words.filter((word) => word.option === name);
    settings[name] = setting(name, option, texts, environment, say);
  }
  const all = settings as Settings;
  // Public names are asked for on every interface, at the usual port.
  if (all.domain.length > 0 && !given.has('host')) all.host = [everyInterface];
  if (all.domain.length > 0 && !given.has('port')) all.port = 443;
  return { target, settings: all, given, forProgram: rest, words, afterHost };
}

function wordsOf(args: readonly string[], say: Messages): Word[] {
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
  return tokens.flatMap((token): Word[] => {
    if (token.kind === 'positional') return [{ written: token.value }];
    if (token.kind !== 'option') return [];
    const { name, rawName: written, value, inlineValue } = token;
    if (!Object.hasOwn(options, name))
      throw new UsageError(say.unknownOption(written) + hintFor(written, say));
    const option = name as OptionName;
    checkValue(options[option], written, value, inlineValue, say);
    return [{ option, written, value }];
  });
}

/** Writes out the value of an option that may stand alone, where it does. */
function withBareValues(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    if (!arg.startsWith('--')) return arg;
    const name = arg.slice(2);
    const option: Option | undefined = Object.hasOwn(options, name) ? options[name as OptionName] : undefined;
    if (option?.kind !== 'valued' || option.bare === undefined) return arg;
    const next = args[index + 1];
    // An empty word, or a space, is a value that is missing, never one that was left out.
    return next !== undefined && (next.trim() === '' || option.isValue?.(next))
      ? arg
      : `${arg}=${option.bare}`;
  });
}

const isBareHost = (word: Word | undefined): boolean =>
  word?.option === 'host' && word.value === options.host.bare;

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
  if (value?.trim() === '' || value?.trim() === 'unix:') throw new UsageError(say.emptyValue(written));
  const swallowed = !inline && value?.startsWith('-') && value !== '-';
  if (value === undefined || swallowed) {
    throw new UsageError(say.valueMissing(written, option.argument[say.language]));
  }
}

/** The value of one option: what was written last, else its environment variable, else its default. */
function setting(
  name: OptionName,
  option: Option,
  words: readonly Word[],
  environment: NodeJS.ProcessEnv,
  say: Messages,
): unknown {
  if (option.kind === 'flag') return words.length > 0;
  const values = words.map(({ value, written }) => option.read(value ?? '', written, say));
  const { fallback, repeatable } = option;
  const byDefault = () => (fallback === undefined ? undefined : option.read(fallback, `--${name}`, say));
  if (repeatable) return values.length > 0 ? values : [byDefault()].filter((value) => value !== undefined);
  if (values.length > 0) return values.at(-1);
  const variable = option.environment && environment[option.environment];
  // A password that is empty by mistake must not stand for none; a port that is empty is the usual one.
  if (variable === '' && fallback === undefined)
    throw new UsageError(say.emptyValue(option.environment as string));
  return variable ? option.read(variable, option.environment as string, say) : byDefault();
}
