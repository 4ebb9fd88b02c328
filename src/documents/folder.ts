/**
 * What is in a folder, as far as a reader may see it. In: a folder inside the root. Out: its documents and folders in
 * order, a page of them at a time. Hidden names, links that lead out, FIFOs and the like are left out.
 */
import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Found, Root } from './locate.js';
import type { Language } from './options.js';
import { sorted } from './sorting.js';

export interface Entry {
  readonly name: string;
  readonly folder: boolean;
  /** Bytes; a folder has none. */
  readonly size?: number | undefined;
  /** Time of the last change (ms since 1970). */
  readonly modified?: number | undefined;
}

export interface Order {
  readonly by: 'name' | 'size' | 'modified';
  readonly descending: boolean;
}

/** What of a folder is asked for. */
export interface Wish {
  readonly order: Order;
  /** Counted from 1; 0 stands for all of it. */
  readonly page: number;
  /** What the names must have in them, whatever its accents and capitals. */
  readonly filter: string;
}

export interface Contents {
  /** Those of the page, described. */
  readonly entries: readonly Entry[];
  readonly folders: number;
  readonly documents: number;
  /** Names there would be without a filter. */
  readonly total: number;
  /** Counted from 1. */
  readonly page: number;
  readonly pages: number;
}

/** Names that were not text on disk, so that no address leads to them. */
const unreadable = /[\p{Surrogate}\ufffd]/u;
/** Rows of one page. */
const pageLength = 1000;
/** Files looked at side by side. */
const abreast = 32;

/** Reads a folder. */
export async function readFolder(
  root: Root,
  folder: Found,
  { order, page, filter }: Wish,
  lang: Language,
): Promise<Contents> {
  const all = await visibleIn(root, folder);
  const part = folded(filter);
  const named = part === '' ? all : all.filter(({ name }) => folded(name).includes(part));
  const folders = named.filter((entry) => entry.folder).length;
  const pages = page === 0 ? 1 : Math.max(1, Math.ceil(named.length / pageLength));
  const current = Math.min(Math.max(page, 1), pages);
  const slice = (entries: readonly Entry[]) =>
    page === 0 ? entries : entries.slice((current - 1) * pageLength, current * pageLength);
  const compare = comparison(order, lang);
  const entries =
    order.by === 'name'
      ? await describe(root, folder, slice(await sorted(named, compare)))
      : slice(await sorted(await describe(root, folder, named), compare));
  const documents = named.length - folders;
  return { entries, folders, documents, total: all.length, page: current, pages };
}

/** A text as it is looked for: without accents and capitals. */
const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Names and kinds of what may be shown. */
async function visibleIn(root: Root, folder: Found): Promise<Entry[]> {
  const all = await readdir(folder.path, { withFileTypes: true });
  const shown = all.filter(({ name }) => !name.startsWith('.') && !unreadable.test(name));
  const entries = await inTurns(shown, (dirent) => entryFrom(root, folder, dirent));
  return entries.filter((entry) => entry !== undefined);
}

async function entryFrom(root: Root, folder: Found, dirent: Dirent): Promise<Entry | undefined> {
  const { name } = dirent;
  if (dirent.isFile()) return { name, folder: false };
  if (dirent.isDirectory()) return { name, folder: true };
  if (!dirent.isSymbolicLink()) return undefined;
  const found = await root.at(join(folder.path, name)).catch(() => undefined);
  return found && { name, folder: found.kind === 'folder', size: found.size, modified: found.mtimeMs };
}

/** Adds sizes and times; what has gone meanwhile is left without. */
async function describe(root: Root, folder: Found, entries: readonly Entry[]): Promise<Entry[]> {
  return inTurns(entries, async (entry) => {
    const path = join(folder.path, entry.name);
    const stats: Stats | undefined = await lstat(path).catch(() => undefined);
    const target = stats?.isSymbolicLink() ? await root.at(path).catch(() => undefined) : stats;
    return { ...entry, size: entry.folder ? undefined : target?.size, modified: target?.mtimeMs };
  });
}

/** Applies an asynchronous function to every item, a few at a time. */
async function inTurns<A, B>(items: readonly A[], apply: (item: A) => Promise<B>): Promise<B[]> {
  const results = new Array<B>(items.length);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await apply(items[i] as A);
  };
  await Promise.all(Array.from({ length: Math.min(abreast, items.length) }, worker));
  return results;
}

/** Folders first, then by the order asked for, then by name as a dictionary has it. */
function comparison({ by, descending }: Order, lang: Language): (a: Entry, b: Entry) => number {
  const collator = new Intl.Collator(lang, { numeric: true, sensitivity: 'base' });
  const names = (a: Entry, b: Entry) => collator.compare(a.name, b.name) || plain(a.name, b.name);
  const sign = descending ? -1 : 1;
  return (a, b) => {
    if (a.folder !== b.folder) return a.folder ? -1 : 1;
    if (by === 'name') return sign * names(a, b);
    return sign * ((a[by] ?? 0) - (b[by] ?? 0)) || names(a, b);
  };
}

function plain(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
