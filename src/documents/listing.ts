/**
 * The contents of a folder as a page for people or as JSON for programs. In: what is in the folder, and where the
 * reader stands. Out: HTML or JSON. Names are data: escaped in text, percent-encoded in addresses.
 */
import type { Contents, Entry, Order } from './folder.js';
import { sentences } from './language.js';
import type { Language } from './options.js';
import { escaped, htmlOf } from './page.js';

export interface Place {
  /** Names of the folders from the root down to this one. */
  readonly segments: readonly string[];
  readonly order: Order;
  readonly lang: Language;
  readonly script: string | undefined;
}

const symbols = `<svg hidden><symbol id="f" viewBox="0 0 24 24"><path d="M3 6.5A1.5 1.5 0 0 1 4.500 5h4.600l2 2.500h8.400A1.500 1.500 0 0 1 21 9v8.500a1.500 1.500 0 0 1-1.500 1.500h-15A1.500 1.500 0 0 1 3 17.500z"/></symbol><symbol id="d" viewBox="0 0 24 24"><path d="M6 3h8l4 4v14H6zM14 3v4h4"/></symbol><symbol id="u" viewBox="0 0 24 24"><path d="M12 20V5M6 11l6-6 6 6"/></symbol></svg>`;

/** What a query asks for: `?sort=name|size|modified`, `&order=desc`, `&page=2`. Anything else is as if not said. */
export function wishFrom(query: string): { order: Order; page: number } {
  const wish = new URLSearchParams(query);
  const by = wish.get('sort');
  const page = Number(wish.get('page'));
  return {
    order: {
      by: by === 'size' || by === 'modified' ? by : 'name',
      descending: wish.get('order') === 'desc',
    },
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** The listing as JSON: `{ path, entries: [{ name, href, type, size, modified }] }`. */
export function listingJson({ entries }: Contents, { segments }: Pick<Place, 'segments'>): string {
  return `${JSON.stringify({
    path: pathOf(segments),
    entries: entries.map((entry) => ({
      name: entry.name,
      href: hrefOf(entry),
      type: entry.folder ? 'folder' : 'file',
      size: entry.size ?? null,
      modified: entry.modified === undefined ? null : new Date(entry.modified).toISOString(),
    })),
  })}\n`;
}

/** The listing as a page. */
export function listingPage(contents: Contents, place: Place): string {
  const { lang, segments, script } = place;
  const say = sentences[lang];
  const path = pathOf(segments);
  const rows = contents.entries.map((entry) => row(entry, lang)).join('\n');
  const counts = [
    contents.folders > 0 ? say.folders(contents.folders) : '',
    contents.documents > 0 || contents.folders === 0 ? say.documents(contents.documents) : '',
  ].filter(Boolean);
  const body = `${symbols}
<main>
${trail(segments, say.home, say.path)}<h1>${headline(segments, lang)}</h1>
<p>${contents.folders + contents.documents === 0 ? say.empty : counts.join(', ')}</p>
<table>
<caption>${say.contents} <bdi>${escaped(path)}</bdi></caption>
<thead><tr>${heading('name', place)}${heading('size', place)}${heading('modified', place)}</tr></thead>
<tbody>
${segments.length > 0 ? `<tr><td><a href="../">${icon('u')}${say.parent}</a></td><td></td><td></td></tr>\n` : ''}${rows}
</tbody>
</table>
${pager(contents, place)}</main>`;
  return htmlOf({ lang, title: `${say.contents} ${path}`, body, script });
}

/** The folder's name; a reader who only hears it is told what it is. */
function headline(segments: readonly string[], lang: Language): string {
  const { contents, home } = sentences[lang];
  const name = segments.at(-1);
  return name === undefined ? home : `<span class="aside">${contents} </span><bdi>${escaped(name)}</bdi>`;
}

function row(entry: Entry, lang: Language): string {
  const say = sentences[lang];
  const kind = entry.folder ? say.folder : say.document;
  return `<tr><td><a href="${hrefOf(entry)}">${icon(entry.folder ? 'f' : 'd')}<span><span class="aside">${kind} </span><bdi>${escaped(entry.name)}</bdi></span></a></td><td>${sizeOf(entry, lang)}</td><td>${dateOf(entry, lang)}</td></tr>`;
}

/** A column's heading: a link that sorts by it, or turns the order round. */
function heading(by: Order['by'], { order, lang }: Place): string {
  const say = sentences[lang];
  const current = order.by === by;
  const query = `?sort=${by}${current && !order.descending ? '&amp;order=desc' : ''}`;
  const sorted = current ? ` aria-sort="${order.descending ? 'descending' : 'ascending'}"` : '';
  return `<th scope="col"${sorted}><a href="${query}" title="${say.sort[by]}">${say[by]}</a></th>`;
}

/** The folders above, each a link. */
function trail(segments: readonly string[], home: string, label: string): string {
  if (segments.length === 0) return '';
  const steps = [home, ...segments.slice(0, -1)].map(
    (name, depth) =>
      `<li><a href="${'../'.repeat(segments.length - depth)}"><bdi>${escaped(name)}</bdi></a></li>`,
  );
  return `<nav aria-label="${label}"><ol>${steps.join('')}</ol></nav>\n`;
}

function pager({ page, pages }: Contents, { order, lang }: Place): string {
  if (pages === 1) return '';
  const say = sentences[lang];
  const query = `?sort=${order.by}${order.descending ? '&amp;order=desc' : ''}&amp;page=`;
  const before =
    page > 1 ? `<a rel="prev" href="${query}${page - 1}">← ${say.previous}</a>` : '<span></span>';
  const after = page < pages ? `<a rel="next" href="${query}${page + 1}">${say.next} →</a>` : '<span></span>';
  return `<nav class="pages" aria-label="${say.pages}">${before}<span>${say.page(page, pages)}</span>${after}</nav>\n`;
}

/** A relative address that opens the entry whatever its name; encoded, a colon cannot make it a scheme. */
function hrefOf({ name, folder }: Entry): string {
  return encodeURIComponent(name).replaceAll("'", '%27') + (folder ? '/' : '');
}

function pathOf(segments: readonly string[]): string {
  return segments.length === 0 ? '/' : `/${segments.join('/')}/`;
}

function icon(id: 'f' | 'd' | 'u'): string {
  return `<svg aria-hidden="true"${id === 'f' ? ' class="folder"' : ''}><use href="#${id}"/></svg>`;
}

const units: Record<Language, readonly string[]> = {
  en: ['B', 'kB', 'MB', 'GB', 'TB'],
  fr: ['o', 'ko', 'Mo', 'Go', 'To'],
};
/** Made when first needed: they take longer to make than all the rest of this module. */
const formats = new Map<Language, Formats>();

interface Formats {
  readonly number: Intl.NumberFormat;
  readonly day: Intl.DateTimeFormat;
  readonly clock: Intl.DateTimeFormat;
}

function formatsFor(lang: Language): Formats {
  let made = formats.get(lang);
  if (made === undefined) {
    const locale = lang === 'en' ? 'en-GB' : lang;
    made = {
      number: new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }),
      day: new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }),
      clock: new Intl.DateTimeFormat(locale, { timeStyle: 'short' }),
    };
    formats.set(lang, made);
  }
  return made;
}

function sizeOf({ size }: Entry, lang: Language): string {
  if (size === undefined) return '';
  const step = Math.min(units[lang].length - 1, size < 1000 ? 0 : Math.floor(Math.log10(size) / 3));
  return `${formatsFor(lang).number.format(size / 1000 ** step)}&nbsp;${units[lang][step]}`;
}

function dateOf({ modified }: Entry, lang: Language): string {
  if (modified === undefined) return '';
  const date = new Date(modified);
  const { day, clock } = formatsFor(lang);
  return `<time datetime="${date.toISOString()}">${day.format(date)}<span class="clock"> ${clock.format(date)}</span></time>`;
}
