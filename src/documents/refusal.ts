/**
 * Answers that have no document: what was refused and why, in the reader's language. In: a request, a status, fields.
 * Out: the answer, sent; a page where the client reads HTML, else a line of text. It holds nothing of the request.
 */
import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { begin } from './answer.js';
import { languageFor, sentences } from './language.js';
import type { Language } from './options.js';
import { htmlOf, policyOf } from './page.js';

export interface Refusing {
  readonly lang: Language | undefined;
  /** Fields of every answer, as a flat list. */
  readonly common: readonly string[];
}

/** Sends a status with a short body that explains it. */
export function refuse(
  { lang, common }: Refusing,
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  fields: readonly string[] = [],
): void {
  const language = languageFor(req, lang);
  const [title, explanation] = sentences[language].statuses[status] ?? ['', ''];
  const html = req.headers.accept?.includes('text/html') ?? false;
  const body = Buffer.from(
    html
      ? htmlOf({
          lang: language,
          title: `${status} ${title}`,
          body: `<main class="refusal"><strong aria-hidden="true">${status}</strong><h1>${title}</h1><p>${explanation}</p></main>`,
          script: undefined,
        })
      : `${status} ${title}: ${explanation}\n`,
  );
  begin(res, status, [
    'Content-Type',
    html ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Content-Language',
    language,
    'Vary',
    'Accept, Accept-Language',
    ...(html ? ['Content-Security-Policy', policyOf(false)] : []),
    ...fields,
    ...common,
  ]);
  res.end(req.method === 'HEAD' ? undefined : body);
}
