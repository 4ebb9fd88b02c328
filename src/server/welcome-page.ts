/**
 * The answer of a server to which nobody has attached a 'request' listener yet.
 *
 * Under `node:http` its clients wait for ever. Here they are told, in French or English, that the server runs and how
 * to add a handler.
 */
import type { IncomingMessage } from '../message/incoming-message.js';
import type { ServerResponse } from '../message/server-response.js';

const HANDLER = `server.on('request', (req, res) => {
  res.end('Bonjour !');
});`;

const TEXTS = {
  fr: {
    title: 'Serveur démarré !',
    lead: 'Le serveur fonctionne : cette réponse le prouve. Mais personne ne lui a encore dit quoi répondre.',
    how: 'Ajoutez un gestionnaire de requêtes à votre programme, puis relancez-le :',
  },
  en: {
    title: 'The server is up!',
    lead: 'The server works: this answer is the proof. But nobody has told it yet what to answer.',
    how: 'Add a request handler to your program, then start it again:',
  },
};

/** French unless the client prefers English to it, by the q-values of Accept-Language (RFC 9110 §12.5.4). */
function preferredLanguage(accepted: string | undefined): 'fr' | 'en' {
  const quality = { fr: 0, en: 0 };
  for (const range of (accepted ?? '').toLowerCase().split(',', 32)) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
    const language = tag.slice(0, 2) as 'fr' | 'en';
    if (language !== 'fr' && language !== 'en') continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    quality[language] = Math.max(quality[language], q === undefined ? 1 : Number(q.slice(2)) || 0);
  }
  return quality.en > quality.fr ? 'en' : 'fr';
}

/** Answers 404 with a short page. */
export function answerWithoutHandler(request: IncomingMessage, response: ServerResponse): void {
  const language = preferredLanguage(request.headers['accept-language']);
  const { title, lead, how } = TEXTS[language];
  const page = `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:10vh auto;padding:0 1rem}
pre{padding:1rem;border:1px solid;border-radius:.5rem;overflow:auto}</style>
<h1>${title}</h1>
<p>${lead}</p>
<p>${how}</p>
<pre><code>${HANDLER}</code></pre>
</html>
`;
  response.statusCode = 404;
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Content-Language', language);
  response.setHeader('Vary', 'Accept-Language');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.end(page);
}
