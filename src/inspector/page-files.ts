/** The files of the page, as they are served. The build puts them in: nothing is looked for on the disk when it runs. */

/** Put in place by scripts/bundle.mjs. */
declare const PREMIER_INSPECTOR_PAGE: Readonly<Record<'index.html' | 'page.css' | 'page.js', string>>;

export interface PageFile {
  readonly type: string;
  readonly text: string;
}

export const pageFiles: ReadonlyMap<string, PageFile> = new Map([
  ['', { type: 'text/html; charset=utf-8', text: PREMIER_INSPECTOR_PAGE['index.html'] }],
  ['page.css', { type: 'text/css; charset=utf-8', text: PREMIER_INSPECTOR_PAGE['page.css'] }],
  ['page.js', { type: 'text/javascript; charset=utf-8', text: PREMIER_INSPECTOR_PAGE['page.js'] }],
]);
