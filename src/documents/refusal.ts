/**
 * Answers that have no document: what was refused and why, in the reader's language. In: a request, a status, fields.
 * Out: the answer, sent; a page where the client reads HTML, else a line of text. It holds nothing of the request.
 */
import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Negotiator from 'negotiator';
import { begin } from './answer.js';
import { type FieldRules, without } from './answer-fields.js';
import { languageFor, sentences } from './language.js';
import type { Language } from './options.js';
import { policyOf } from './page.js';
import { refusalPage } from './refusal-page.js';

export interface Refusing {
  readonly lang: Language | undefined;
  readonly rules: FieldRules;
  /** Address of the script that reloads the page once it may be otherwise. */
  readonly script?: string | undefined;
}

/**
 * Sends a status with a short body that explains it.
 * @param fields those of the status
 * @param chosenBy fields of requests by which others are answered otherwise, beside those that decide of the body
 */
export function refuse(
  { lang, rules, script }: Refusing,
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  fields: readonly string[] = [],
  chosenBy: readonly string[] = [],
): void {
  const language = languageFor(req, lang);
  const [title, explanation] = sentences[language].statuses[status] ?? ['', ''];
  // Who takes anything reads it in a terminal.
  const html = new Negotiator(req).mediaType(['text/plain', 'text/html']) === 'text/html';
  const body = Buffer.from(
    html
      ? refusalPage({ lang: language, status, title, explanation, path: pathOf(req), script })
      : `${status} ${title}: ${explanation}\n`,
  );
  const ours = [
    'Content-Type',
    html ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Content-Language',
    language,
    ...(html ? ['Content-Security-Policy', policyOf(script !== undefined)] : []),
    ...fields,
  ];
  const { refusal, vary } = rules.forUrl(req.url ?? '/');
  const varying = ['Accept', 'Accept-Language', ...chosenBy, ...vary].join(', ');
  begin(res, status, ['Vary', varying, ...without(ours, refusal), ...refusal]);
  res.end(req.method === 'HEAD' ? undefined : body);
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] as string;
