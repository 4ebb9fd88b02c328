// Answers the start of a site in the reader's language. In: a handler, and where the start stands in each language. Out: a
// handler that takes the one that Accept-Language prefers (RFC 9110 §12.5.4). A query says which one is wanted.
import type { IncomingMessage, RequestListener } from 'node:http';
import Negotiator from 'negotiator';

/** Paths by language; the first is what is answered to who states no preference. */
export type Translations = Record<string, string>;

/** Puts the choice before a handler. */
export function withTranslations(handler: RequestListener, translations: Translations): RequestListener {
  const languages = Object.keys(translations);
  return (req, res) => {
    if (req.url !== '/' || (req.method !== 'GET' && req.method !== 'HEAD')) return handler(req, res);
    // Who reads none of them is likeliest to read English.
    const language = new Negotiator(req).language(languages) ?? 'en';
    res.setHeader('Vary', 'Accept-Language');
    res.setHeader('Content-Language', language);
    const url = translations[language] ?? '/';
    // The request itself stays as it came, for the log.
    handler(Object.create(req, { url: { value: url, writable: true } }) as IncomingMessage, res);
  };
}
