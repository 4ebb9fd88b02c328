/**
 * The frame of every page that premier makes itself. In: a title, a body of safe HTML, a style. Out: the page, and the
 * Content-Security-Policy that lets it do what it does and nothing else.
 */
import { createHash } from 'node:crypto';
import type { Language } from './options.js';

export interface Page {
  readonly lang: Language;
  /** Plain text. */
  readonly title: string;
  /** HTML, everything in it escaped. */
  readonly body: string;
  /** Address of the script that reloads the page, where it is wanted. */
  readonly script: string | undefined;
}

const style = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5a6676;--line:#e3e7ee;--paper:#fff;--tint:#f4f6fa;--link:#1d4ed8;--accent:#f2b705;--mark:#8a5a00}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf3;--soft:#9aa7b8;--line:#2b3442;--paper:#141a23;--tint:#1c2430;--link:#8fb6ff;--mark:#f2b705}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:clamp(1rem,4vw,3rem) clamp(.75rem,3vw,2rem)}
h1{margin:0 0 .25rem;font-size:clamp(1.3rem,4vw,1.9rem);line-height:1.2;overflow-wrap:anywhere}
p{margin:0 0 1.5rem;color:var(--soft)}
a{color:var(--link);text-decoration:none;border-radius:.2rem}
a:hover{text-decoration:underline}
:focus-visible{outline:3px solid var(--mark);outline-offset:2px}
nav ol{display:flex;flex-wrap:wrap;gap:.25rem;margin:0 0 1rem;padding:0;list-style:none;color:var(--soft);overflow-wrap:anywhere}
nav li::after{content:"/";margin-left:.25rem}
table{width:100%;border-collapse:collapse}
caption,.aside{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th{padding:0;text-align:left;border-bottom:2px solid var(--line);font-size:.875rem;font-weight:600;white-space:nowrap}
th a{display:block;padding:.6rem .5rem;color:var(--soft)}
th[aria-sort] a{color:var(--ink)}
th[aria-sort=ascending] a::after{content:" ▲";content:" ▲"/"";font-size:.7em}
th[aria-sort=descending] a::after{content:" ▼";content:" ▼"/"";font-size:.7em}
td{padding:0 .5rem 0 1rem;border-bottom:1px solid var(--line);color:var(--soft);font-size:.875rem;font-variant-numeric:tabular-nums;white-space:nowrap}
th:nth-child(2),td:nth-child(2){text-align:right}
th:nth-child(3) a{padding-left:1rem}
td:first-child{width:100%;padding-left:.5rem;font-size:1rem;white-space:break-spaces;overflow-wrap:anywhere}
td:first-child a{display:flex;gap:.6rem;align-items:center;padding:.45rem 0;min-height:2.6rem}
tbody tr:hover{background:var(--tint)}
svg{flex:none;width:1.2rem;height:1.2rem;fill:none;stroke:var(--soft);stroke-width:1.5;stroke-linejoin:round}
svg.folder{fill:var(--accent);stroke:var(--mark);fill-opacity:.35}
.pages{display:flex;flex-wrap:wrap;gap:1rem;justify-content:space-between;margin:1rem 0}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:0 0 1.25rem}
input,button{min-height:2.6rem;padding:.3rem .75rem;border:1px solid var(--soft);border-radius:.4rem;background:var(--paper);color:var(--ink);font:inherit}
input{flex:1 1 9rem;min-width:0;max-width:24rem}
button{background:var(--tint);cursor:pointer}
.refusal{display:grid;min-height:100vh;min-height:100svh;align-content:center;text-align:center}
.refusal strong{font-size:clamp(4rem,20vw,8rem);line-height:1;color:var(--mark)}
.refusal nav{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;justify-content:center}
@media(max-width:32rem){.clock{display:none}th:nth-child(n) a,td:nth-child(n){padding-inline:.3rem}}
@media(forced-colors:active){svg,svg.folder{stroke:currentColor}}
`;

/** A folder. Without it, browsers would ask for /favicon.ico. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath fill='%23f2b705' d='M2 6a2 2 0 0 1 2-2h5l2 3h9a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2z'/%3E%3C/svg%3E";

const styleHash = createHash('sha256').update(style).digest('base64');

/** The page as HTML. */
export function htmlOf({ lang, title, body, script }: Page): string {
  const tail = script === undefined ? '' : `<script src="${escaped(script)}"></script>\n`;
  return `<!doctype html>
<html lang="${lang}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="${icon}">
<style>${style}</style>
${body}
${tail}</html>
`;
}

/**
 * The policy for a page of `htmlOf`.
 * @param asking it has a form that asks its own server
 */
export function policyOf(scripted: boolean, asking = false): string {
  const live = scripted ? "; script-src 'self'; connect-src 'self'" : '';
  const form = asking ? "'self'" : "'none'";
  return `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; form-action ${form}; frame-ancestors 'self'${live}`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML text or attribute value. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] as string);
}
