/** What the page asks its server. In: a question. Out: the answer, or an error with the server's own sentence. */
import type { ExchangeDetail } from '../exchange-view.js';
import { say } from './language.js';

async function ask(path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(sentenceIn(await response.text()));
  return response.json();
}

/** The server says it in English and, in a line after that, in French. */
function sentenceIn(text: string): string {
  const [english = '', french = english] = text.trim().slice(0, 1000).split('\n');
  return say.language === 'fr' ? french : english;
}

const post = (path: string, body: unknown): Promise<unknown> =>
  ask(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

/** @param reveal - whether masked fields are shown */
export const exchange = (id: number, reveal: boolean): Promise<ExchangeDetail> =>
  // What the page's own server says is as it says.
  ask(`api/exchange/${id}${reveal ? '?reveal=1' : ''}`) as Promise<ExchangeDetail>;

export const clear = (): Promise<unknown> => post('api/clear', {});
export const closeConnection = (id: number): Promise<unknown> => post('api/close', { id });

export interface Draft {
  readonly from: number;
  readonly startLine: string;
  readonly fields: readonly string[];
  readonly base64: string;
  readonly trailers: readonly string[];
}

/** @returns the id of the new exchange; null where it was not seen */
export const sendAgain = async (draft: Draft): Promise<number | null> =>
  ((await post('api/send', draft)) as { id: number | null }).id;
