/** How two answers differ. In: two exchanges. Out: a row for each thing that differs; none where they say the same. */
import type { ExchangeDetail, ResponseView } from './exchange-view.js';

export interface Difference {
  /** `status`, `body`, or the name of a field in lower case. */
  readonly what: string;
  /** Null where there is none. */
  readonly left: string | null;
  readonly right: string | null;
}

/** Characters of a body that are shown from the first different one on. */
const SHOWN = 120;

export function differences(left: ExchangeDetail, right: ExchangeDetail): Difference[] {
  const rows: Difference[] = [];
  const add = (what: string, one: string | null, other: string | null) => {
    if (one !== other) rows.push({ what, left: one, right: other });
  };
  add('status', statusOf(left), statusOf(right));
  const [ours, theirs] = [fieldsOf(left.response), fieldsOf(right.response)];
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    add(name, ours.get(name) ?? null, theirs.get(name) ?? null);
  }
  rows.push(...bodyDifference(left.response, right.response));
  return rows;
}

const statusOf = ({ status }: ExchangeDetail) => (status === 0 ? null : String(status));

function fieldsOf(response: ResponseView | null): Map<string, string> {
  const fields = new Map<string, string>();
  for (const { name, value } of response?.fields ?? []) {
    const key = name.toLowerCase();
    const before = fields.get(key);
    fields.set(key, before === undefined ? value : `${before}\n${value}`);
  }
  return fields;
}

function bodyDifference(left: ResponseView | null, right: ResponseView | null): Difference[] {
  const [one, other] = [left, right].map((response) => (response === null ? '' : atob(response.body.base64)));
  if (one === undefined || other === undefined) return [];
  const sizes = [left, right].map((response) => response?.body.total ?? 0);
  if (one === other && sizes[0] === sizes[1]) return [];
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const from = Math.max(0, at - 20);
  const excerpt = (text: string, size = 0) => `${size} B @${at}: ${readable(text.slice(from, from + SHOWN))}`;
  return [{ what: 'body', left: excerpt(one, sizes[0]), right: excerpt(other, sizes[1]) }];
}

const readable = (bytes: string): string =>
  new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
