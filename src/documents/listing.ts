/**
 * The contents of a folder as a page for people or as JSON for programs. In: what is in the folder, and where the
 * reader stands. Out: HTML or JSON. Names are data: escaped in text, percent-encoded in addresses.
 */
import type { Contents, Entry, Order, Wish } from './folder.js';
import { sentences } from './language.js';
import type { Language } from './options.js';
import { escaped, htmlOf } from './page.js';

export interface Place {
  /** Names of the folders from the root down to this one. */
  readonly segments: readonly string[];
  /** Name of the root. */
  readonly home: string;
  readonly wish: Wish;
  readonly lang: Language;
  readonly script: string | undefined;
}

const symbols = `<svg hidden><symbol id="f" viewBox="0 0 24 24"><path d="M3 6.5A1.5 1.5 0 0 1 4.500 5h4.600l2 2.500h8.400A1.500 1.500 0 0 1 21 9v8.500a1.500 1.500 0 0 1-1.500 1.500h-15A1.500 1.500 0 0 1 3 17.500z"/></symbol><symbol id="d" viewBox="0 0 24 24"><path d="M6 3h8l4 4v14H6zM14 3v4h4"/></symbol><symbol id="u" viewBox="0 0 24 24"><path d="M12 20V5M6 11l6-6 6 6"/></symbol></svg>`;

/** Names from which on a reader may want to filter. */
const many = 10;

/** What a query asks for: `?sort=name|size|modified`, `&order=desc`, `&page=2`, `&filter=TEXT`. Anything else is as if not said. */
export function wishFrom(query: string): Wish {
  const wish = new URLSearchParams(query);
  const by = wish.get('sort');
  const page = Number(wish.get('page'));
  return {
    order: {
      by: by === 'size' || by === 'modified' ? by : 'name',
      descending: wish.get('order') === 'desc',
    },
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    filter: (wish.get('filter') ?? '').trim().slice(0, 255),
  };
}

/** A query that asks for what is shown, with a change; escaped for HTML. */
function queryOf({ order, filter }: Wish, change: { order?: Order; page?: number }): string {
  const { by, descending } = change.order ?? order;
  const parts = [`sort=${by}`, descending && 'order=desc', change.page && `page=${change.page}`];
  const text = filter && `filter=${encodeURIComponent(filter).replaceAll("'", '%27')}`;
  return `?${[...parts, text].filter(Boolean).join('&amp;')}`;
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
  const { lang, segments, script, home } = place;
  const say = sentences[lang];
  const path = segments.length === 0 ? home : pathOf(segments);
  const rows = contents.entries.map((entry) => row(entry, lang)).join('\n');
  const [above, below] = say.pages;
  const body = `${symbols}
<main>
${trail(segments, home, say.path)}<h1><span class="aside">${say.contents} </span><bdi>${escaped(segments.at(-1) ?? home)}</bdi></h1>
<p>${summary(contents, place)}</p>
${filterForm(contents, place)}${pager(contents, place, above)}<table>
<caption>${say.contents} <bdi>${escaped(path)}</bdi></caption>
<thead><tr>${heading('name', place)}${heading('size', place)}${heading('modified', place)}</tr></thead>
<tbody>
${segments.length > 0 ? `<tr><td><a href="../">${icon('u')}${say.parent}</a></td><td></td><td></td></tr>\n` : ''}${rows}
</tbody>
</table>
${pager(contents, place, below)}</main>`;
  return htmlOf({ lang, title: `${say.contents} ${path}`, body, script });
}

/** How much is shown. */
function summary({ folders, documents }: Contents, { wish: { filter }, lang }: Place): string {
  const say = sentences[lang];
  if (folders + documents === 0) {
    return filter === '' ? say.empty : `${say.none[0]}<bdi>${escaped(filter)}</bdi>${say.none[1]}`;
  }
  const counts = [folders > 0 ? say.folders(folders) : '', documents > 0 ? say.documents(documents) : ''];
  return counts.filter(Boolean).join(', ');
}

/** Asks for a part of a name, without a script; the order that was chosen stays. */
function filterForm({ total }: Contents, { wish: { filter, order }, lang }: Place): string {
  if (total < many && filter === '') return '';
  const { label, submit, all } = sentences[lang].filter;
  const sort = `<input type="hidden" name="sort" value="${order.by}">${order.descending ? '<input type="hidden" name="order" value="desc">' : ''}`;
  const reset = filter === '' ? '' : `<a href="?sort=${order.by}">${all}</a>`;
  return `<form role="search"><label class="aside" for="filter">${label}</label><input type="search" id="filter" name="filter" value="${escaped(filter)}" placeholder="${label}" maxlength="255" autocomplete="off" spellcheck="false">${sort}<button>${submit}</button>${reset}</form>\n`;
}

function row(entry: Entry, lang: Language): string {
  const say = sentences[lang];
  const kind = entry.folder ? say.folder : say.document;
  return `<tr><td><a href="${hrefOf(entry)}">${icon(entry.folder ? 'f' : 'd')}<span><span class="aside">${kind} </span><bdi>${escaped(entry.name)}</bdi></span></a></td><td>${sizeOf(entry, lang)}</td><td>${dateOf(entry, lang)}</td></tr>`;
}

/** A column's heading: a link that sorts by it, or turns the order round. */
function heading(by: Order['by'], { wish, lang }: Place): string {
  const say = sentences[lang];
  const { order } = wish;
  const current = order.by === by;
  const query = queryOf(wish, { order: { by, descending: current && !order.descending } });
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

function pager({ page, pages }: Contents, { wish, lang }: Place, label: string): string {
  if (pages === 1) return '';
  const say = sentences[lang];
  const link = (rel: string, to: number, text: string) =>
    to < 1 || to > pages
      ? '<span></span>'
      : `<a rel="${rel}" href="${queryOf(wish, { page: to })}">${text}</a>`;
  return `<nav class="pages" aria-label="${label}">${link('prev', page - 1, `← ${say.previous}`)}<span>${say.page(page, pages)}</span>${link('next', page + 1, `${say.next} →`)}</nav>\n`;
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
      clock: new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }),
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
