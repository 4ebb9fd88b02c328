// The command line as it was typed, with one option changed: the way out in an error. In: its words. Out: what a shell
// takes. A password is never repeated.
import type { Word } from './arguments.js';
import { type OptionName, options } from './options.js';

/** How to start again with an option set to a value, or alone. */
export type Retry = (option: OptionName, value?: string) => string;

/** @param command how the user started us: `premier` or `npm start --` */
export function retrying(command: string, words: readonly Word[], forProgram: readonly string[]): Retry {
  return (option, value) => {
    const changed: Word = { option, written: `--${option}`, value };
    const at = words.findLastIndex((word) => word.option === option);
    const others = words.filter((word) => word.option !== option || at < 0);
    const before =
      at < 0 ? others.length : words.slice(0, at).filter((word) => word.option !== option).length;
    const all = [...others.slice(0, before), changed, ...others.slice(before)].flatMap(spelled);
    const rest = forProgram.length > 0 ? ['--', ...forProgram] : [];
    return [command, ...[...all, ...rest].map(quoted)].join(' ');
  };
}

/** What stands for a value that is never repeated. */
const secrets: Partial<Record<OptionName, string>> = { auth: 'USER:PASSWORD', 'acme-account': 'KID:KEY' };

function spelled({ option, written, value }: Word): string[] {
  if (option === undefined || value === undefined) return [written];
  const secret = secrets[option];
  if (secret !== undefined) return [written, secret];
  const { bare, isValue } = options[option] as { bare?: string; isValue?: (text: string) => boolean };
  if (value === bare) return [written];
  return bare !== undefined && !isValue?.(value) ? [`${written}=${value}`] : [written, value];
}

/** As a POSIX shell takes it for one word. */
const quoted = (text: string): string =>
  /^[\p{L}\p{N}_./:=@%+,~-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
