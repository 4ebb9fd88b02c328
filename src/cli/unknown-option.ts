// What to say of an option that doesn't exist. In: the option as it was written. Out: the one that was meant, as far as
// that can be known: it is a slip of a letter away, or other servers call it so.
import type { Messages } from './language.js';
import { type Option, type OptionName, optionEntries, options } from './options.js';

/** What other servers call it → how it is written here; each of several where they differ. */
const elsewhere: Record<string, string | readonly string[]> = {
  '--spa': '--single',
  '--history': '--single',
  '--fallback': '--single',
  '--rewrite': '--single',
  '--ssl': '--https',
  '--tls': '--https',
  '--ssl-cert': '--tls-cert',
  '--cert': '--tls-cert',
  '--ssl-key': '--tls-key',
  '--key': '--tls-key',
  '--listen': '--port NUMBER --host ADDRESS',
  '-l': '--port NUMBER --host ADDRESS',
  '--address': '--host',
  '--bind': '--host',
  '--hostname': '--host',
  '--interface': '--host',
  '-a': '--host',
  '-b': '--host',
  '-H': '--host',
  '-P': '--port',
  '--socket': '--host unix:PATH',
  '--unix': '--host unix:PATH',
  '--browser': '--open',
  '--launch': '--open',
  '--livereload': '--reload',
  '--live-reload': '--reload',
  '--live': '--reload',
  '--hot': '--reload',
  '--restart': '--watch',
  '--silent': '--quiet',
  '-S': ['--follow-links', '--tls-cert FILE --tls-key FILE'],
  '--no-request-logging': '--log off',
  '--no-log': '--log off',
  '--access-log': '--log',
  '--verbose': '--log text',
  '--user': '--auth USER:PASSWORD',
  '--username': '--auth USER:PASSWORD',
  '--password': '--auth USER:PASSWORD',
  '--basic-auth': '--auth USER:PASSWORD',
  '--cache': "--header 'Cache-Control: …'",
  '-c': "--header 'Cache-Control: …'",
  '--cache-control': "--header 'Cache-Control: …'",
  '--max-age': "--header 'Cache-Control: …'",
  '--headers': '--header',
  '--symlinks': '--follow-links',
  '--follow-symlinks': '--follow-links',
  '--no-dir-listing': '--no-listing',
  '--no-autoindex': '--no-listing',
  '--no-index': '--no-listing',
  '-n': '--no-listing',
  '--cleanurls': '--clean-urls',
  '--ext': '--clean-urls',
  '--timeout': '--stop-after',
  '--grace': '--stop-after',
  '--language': '--lang',
  '--locale': '--lang',
  '-V': '--version',
  '-?': '--help',
};

/** Words by which others name the folder. */
const folderWords = [
  '--directory',
  '--dir',
  '-d',
  '--root',
  '--folder',
  '--path',
  '--public',
  '--docroot',
  '-t',
];

/** What others must be told to do, and premier does. */
const always = ['--gzip', '-g', '--brotli', '--compress', '--compression', '--etag', '--range', '--utf8'];

/** A sentence with the way out, or nothing. */
export function hintFor(written: string, say: Messages): string {
  const meant = Object.hasOwn(elsewhere, written) ? [elsewhere[written] ?? []].flat() : [];
  const [hint] = [
    meant.length > 0 &&
      say.didYouMean(
        new Intl.ListFormat(say.language, { type: 'disjunction' }).format(
          meant.map((hint) => spelled(hint, say)),
        ),
      ),
    folderWords.includes(written) && say.folderStandsAlone,
    always.includes(written) && say.always,
    near(written) && say.didYouMean(near(written) as string),
  ].filter(Boolean);
  return hint ? ` ${hint}` : '';
}

/** A hint with the words for its values in the reader's language, as the help has them. */
function spelled(hint: string, { language }: Messages): string {
  return hint.replace(/--([\w-]+) [A-Z:]+(?= |$)/g, (_match, name: string) => {
    const option: Option = options[name as OptionName];
    return `--${name} ${option.kind === 'flag' ? '' : option.argument[language].replace(/[[\]]/g, '')}`;
  });
}

/** The option that is a slip or two away; in a short word, two would make another word. */
function near(written: string): string | undefined {
  if (!written.startsWith('--')) return undefined;
  const name = written.slice(2);
  const slips = name.length < 6 ? 1 : 2;
  const found = optionEntries
    .map(([option]) => ({ option, distance: distance(name, option) }))
    .filter(({ distance }) => distance <= slips)
    .sort((a, b) => a.distance - b.distance)[0];
  return found && `--${found.option}`;
}

/** How many letters must be added, removed, replaced or swapped with the next to make one word the other. */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let line = 1; line <= from.length; line++) {
    const above = rows[line - 1] as number[];
    const row = [line];
    for (let column = 1; column <= to.length; column++) {
      const same = from[line - 1] === to[column - 1];
      const swapped = from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1];
      row[column] = Math.min(
        (above[column] as number) + 1,
        (row[column - 1] as number) + 1,
        (above[column - 1] as number) + (same ? 0 : 1),
        swapped ? (rows[line - 2]?.[column - 2] ?? Number.POSITIVE_INFINITY) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}
