/**
 * A target → what answers it: a document, a folder to list, another address, or nothing. The rules for indexes, final
 * slashes, clean URLs and single-page apps are all here. In: a decoded target, and whether a page is asked for. Out: an
 * outcome; no request is seen, nothing is sent.
 */
import type { Found, Root } from './locate.js';
import type { Settings } from './options.js';
import { type Target, targetFrom } from './target.js';

export type Outcome =
  /** `standsIn`: it is the page of a single-page app, and no document is at the target. */
  | { readonly kind: 'document'; readonly file: Found; readonly standsIn?: boolean }
  | { readonly kind: 'folder'; readonly folder: Found }
  | { readonly kind: 'redirect'; readonly path: string }
  | { readonly kind: 'nothing' };

const nothing: Outcome = { kind: 'nothing' };
const suffix = '.html';

type Rules = Pick<Settings, 'index' | 'listing' | 'cleanUrls'>;

/**
 * Finds what answers a target. A redirect always leads to an address that answers itself, never to another redirect.
 * @param page where nothing is, the page of the single-page app answers
 */
export async function resolve(root: Root, rules: Rules, target: Target, page: boolean): Promise<Outcome> {
  const outcome = target.reach === 'document' ? await resolveMerged(root, rules, target) : nothing;
  if (outcome.kind === 'nothing' && page) return appPage(root, rules);
  if (!target.merged || outcome.kind === 'nothing' || outcome.kind === 'redirect') return outcome;
  return { kind: 'redirect', path: target.path };
}

async function resolveMerged(root: Root, rules: Rules, target: Target): Promise<Outcome> {
  const found = await root.locate(target.segments);
  if (found?.kind === 'file' && !target.folder) {
    const clean = rules.cleanUrls ? await cleanPath(root, rules, target, found) : undefined;
    return clean === undefined ? { kind: 'document', file: found } : { kind: 'redirect', path: clean };
  }
  const paged = rules.cleanUrls ? await pageFor(root, target) : undefined;
  if (paged !== undefined && !target.folder) return { kind: 'document', file: paged };
  const answer = found?.kind === 'folder' ? await folderAnswer(root, rules, target, found) : nothing;
  if (answer.kind !== 'nothing') {
    return target.folder ? answer : { kind: 'redirect', path: `${target.path}/` };
  }
  return paged === undefined ? nothing : { kind: 'redirect', path: target.path.replace(/\/$/, '') };
}

/** The page of a single-page app: the root's index. */
async function appPage(root: Root, rules: Rules): Promise<Outcome> {
  const index = rules.index === false ? undefined : await root.locate([rules.index]);
  return index?.kind === 'file' ? { kind: 'document', file: index, standsIn: true } : nothing;
}

/** The index of a folder, or the folder itself where it may be listed. */
async function folderAnswer(root: Root, rules: Rules, target: Target, folder: Found): Promise<Outcome> {
  if (rules.index !== false) {
    const index = await root.locate([...target.segments, rules.index]);
    if (index?.kind === 'file') return { kind: 'document', file: index };
  }
  return rules.listing ? { kind: 'folder', folder } : nothing;
}

/** `page.html` for `/page` and `/page/`. */
async function pageFor(root: Root, target: Target): Promise<Found | undefined> {
  const last = target.segments.at(-1);
  if (last === undefined) return undefined;
  const found = await root.locate([...target.segments.slice(0, -1), last + suffix]);
  return found?.kind === 'file' ? found : undefined;
}

/** The address without `index.html` or `.html`, when it answers with this very file. */
async function cleanPath(root: Root, rules: Rules, target: Target, file: Found): Promise<string | undefined> {
  if (!target.path.endsWith(suffix)) return undefined;
  const index = `/${rules.index}`;
  const path = target.path.endsWith(index)
    ? target.path.slice(0, 1 - index.length)
    : target.path.slice(0, -suffix.length);
  const clean = targetFrom(path);
  if (clean?.reach !== 'document') return undefined;
  const outcome = await resolveMerged(root, { ...rules, cleanUrls: !clean.folder }, clean);
  return outcome.kind === 'document' && outcome.file.path === file.path ? path : undefined;
}
