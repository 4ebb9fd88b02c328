/**
 * What somebody sees who comes to the inspector without its token: where the address is to be read, and a field for it. In: the
 * request. Out: that page, or the way to the inspector for whoever gave the token. It tells nothing of the server.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access.js';

const STYLE =
  'body{font:1.1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:10vh auto;padding:0 1rem}input,button{font:inherit;padding:.4rem .6rem;margin:.2rem 0}input{width:100%;box-sizing:border-box}';

const POLICY = `default-src 'none'; img-src data:; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

const TEXTS = {
  en: {
    title: 'The inspector needs its address',
    where:
      'It has a secret in it, so that only you can read what your server and its clients say. You find it in the terminal in which the server was started, in the line “Inspector”; in a program, inspect() gave it as url.',
    label: 'The address, or the secret in it',
    wrong: 'That is not it. A server that was started again has another one.',
    open: 'Open',
  },
  fr: {
    title: 'Il faut à l’inspecteur son adresse',
    where:
      'Elle contient un secret, pour que vous seul lisiez ce que votre serveur et ses clients se disent. Elle se trouve dans le terminal où le serveur a été démarré, à la ligne « Inspecteur » ; dans un programme, inspect() l’a donnée comme url.',
    label: 'L’adresse, ou le secret qu’elle contient',
    wrong: 'Ce n’est pas elle. Un serveur relancé en a une autre.',
    open: 'Ouvrir',
  },
};

/** Whether somebody looks at it in a browser: whoever else asks is told in plain text. */
export function wantsTokenPage({ method, url = '', headers }: IncomingMessage): boolean {
  return method === 'GET' && /^\/(\?|$)/.test(url) && /\btext\/html\b/.test(headers.accept ?? '');
}

export function askForToken(req: IncomingMessage, res: ServerResponse, access: Access): void {
  const given = new URLSearchParams((req.url ?? '').split('?', 2)[1]).get('address') ?? '';
  const token = /([\w-]+)\/?\s*$/.exec(given)?.[1] ?? '';
  if (access.isToken(token)) {
    // Whatever stands before it: the admin listener has the page below a path of its own.
    res.writeHead(303, { Location: `./${token}/` }).end();
    return;
  }
  const language = /^\s*fr\b/i.test(req.headers['accept-language'] ?? '') ? 'fr' : 'en';
  const { title, where, label, wrong, open } = TEXTS[language];
  res.statusCode = 403;
  res.setHeader('Content-Security-Policy', POLICY);
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.end(`<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${STYLE}</style>
<main>
<h1>${title}</h1>
<p>${where}</p>
<form>
<label for="address">${label}</label>
<input id="address" name="address" required autocomplete="off" spellcheck="false">
${given === '' ? '' : `<p role="alert">${wrong}</p>\n`}<button>${open}</button>
</form>
</main>
</html>
`);
}
