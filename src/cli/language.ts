// Which language the command speaks. In: the arguments and the environment. Out: `'fr'` or `'en'`.
import { english, type Language, type Messages } from './messages.en.js';
import { french } from './messages.fr.js';

export type { Language, Messages };

/** A short text in each language. */
export type Text = Record<Language, string>;

export const catalogues: Record<Language, Messages> = { en: english, fr: french };

/**
 * The language asked for by `--lang` where it is one of ours, else by the locale: the first of LC_ALL, LC_MESSAGES and
 * LANG that is set (POSIX), else the system's own (Windows and macOS set none). Any other locale is English.
 */
export function languageOf(args: readonly string[], environment: NodeJS.ProcessEnv): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = environment;
  const wanted = asked(args);
  if (Object.hasOwn(catalogues, wanted)) return wanted as Language;
  const locale = LC_ALL || LC_MESSAGES || LANG || new Intl.DateTimeFormat().resolvedOptions().locale;
  return /^fr(?![a-z])/i.test(locale) ? 'fr' : 'en';
}

/** The value of the last `--lang`: needed before the arguments are parsed, since parsing may have something to say. */
function asked(args: readonly string[]): string {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const last = options.findLastIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  if (last < 0) return '';
  const inline = options[last]?.split('=')[1];
  return inline ?? options[last + 1] ?? '';
}
