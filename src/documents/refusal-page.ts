/**
 * The page of a refusal: what it is, why, and the way back. In: a status in the reader's language and the path that was
 * asked for. Out: HTML. Of the path, only how deep it lies is in it.
 */
import { sentences } from './language.js';
import type { Language } from './options.js';
import { htmlOf } from './page.js';

export interface RefusalPage {
  readonly lang: Language;
  readonly status: number;
  readonly title: string;
  readonly explanation: string;
  /** The path as it came, without the query. */
  readonly path: string;
  /** Address of the script that reloads the page, where it is wanted. */
  readonly script: string | undefined;
}

/** The page as HTML. */
export function refusalPage({ lang, status, title, explanation, path, script }: RefusalPage): string {
  return htmlOf({
    lang,
    title: `${status} ${title}`,
    body: `<main class="refusal"><strong aria-hidden="true">${status}</strong><h1>${title}</h1><p>${explanation}</p>${wayBack(path, lang)}</main>`,
    script,
  });
}

/** Links to the folder above and to the start; relative, so that they hold wherever the handler is mounted. */
function wayBack(path: string, lang: Language): string {
  const { parent, start, wayBack: label } = sentences[lang];
  const depth = path.split('/').length - 2;
  if (depth < 0 || path === '/') return '';
  const above = path.endsWith('/') ? '../' : './';
  const top = '../'.repeat(depth) || './';
  const links = [...(above === top ? [] : [[above, parent]]), [top, start]];
  return `<nav aria-label="${label}">${links.map(([href, text]) => `<a href="${href}">${text}</a>`).join('')}</nav>`;
}
