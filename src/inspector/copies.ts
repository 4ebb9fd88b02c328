/**
 * A request as something to paste elsewhere. In: an exchange. Out: a command for `curl`, a call of `fetch`, or bytes. What is
 * masked stays masked; nothing that a request says can leave the quotes it is put in.
 */
import type { ExchangeDetail, FieldView, RequestView } from './exchange-view.js';

/** What curl and fetch work out by themselves, or must not be told. */
const framing = ['content-length', 'transfer-encoding', 'connection', 'keep-alive'];

/** What fetch refuses to set. */
const forbidden = [
  ...framing,
  'host',
  'accept-encoding',
  'cookie',
  'origin',
  'referer',
  'te',
  'trailer',
  'upgrade',
  'via',
];

type Copied = ExchangeDetail & { readonly request: RequestView };

const decoded = (base64: string): string => atob(base64);

/** As a POSIX shell takes it for one word, whatever it has in it. */
const shellWord = (text: string): string =>
  /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A terminal obeys control characters that are pasted; in a field there is none that means more than a blank. */
const withoutControls = (text: string): string => text.replace(/\p{Cc}/gu, ' ');

const fieldsBut = (fields: readonly FieldView[], without: readonly string[]): FieldView[] =>
  fields.filter(({ name }) => !without.includes(name.toLowerCase()) && !name.startsWith(':'));

/** The URL that was asked for. */
export function urlOf({ scheme, target, request }: ExchangeDetail): string {
  if (/^https?:\/\//i.test(target)) return target;
  const host = request?.fields.find(({ name }) => /^(host|:authority)$/i.test(name))?.value ?? 'localhost';
  return `${scheme}://${host}${target.startsWith('/') ? target : '/'}`;
}

export function asCurl(exchange: Copied): string {
  const { method, request } = exchange;
  const words = ['curl', shellWord(withoutControls(urlOf(exchange))), '--globoff', '--path-as-is', '-i'];
  if (method === 'HEAD') words.push('--head');
  else words.push('-X', shellWord(method));
  for (const { name, value } of fieldsBut(request.fields, [...framing, 'host'])) {
    words.push('-H', shellWord(withoutControls(value === '' ? `${name};` : `${name}: ${value}`)));
  }
  const body = decoded(request.body.base64);
  if (body === '') return words.join(' ');
  // Bytes that are no text go through base64: no shell's quotes are for them.
  if (/^[\n -~]*$/.test(body)) return [...words, '--data-raw', shellWord(body)].join(' ');
  return `printf %s ${request.body.base64} | base64 -d | ${words.join(' ')} --data-binary @-`;
}

export function asFetch(exchange: Copied): string {
  const { method, request } = exchange;
  const headers = fieldsBut(request.fields, forbidden).map(({ name, value }): [string, string] => [
    name,
    value,
  ]);
  const options: Record<string, unknown> = { method, headers };
  const text = JSON.stringify(options, null, 2);
  const { base64 } = request.body;
  const isBodiless = base64 === '' || method === 'GET' || method === 'HEAD';
  const body = isBodiless
    ? ''
    : `,\n  "body": Uint8Array.from(atob(${JSON.stringify(base64)}), (c) => c.charCodeAt(0))\n}`;
  return `await fetch(${JSON.stringify(urlOf(exchange))}, ${isBodiless ? text : text.replace(/\n\}$/, body)});`;
}

/** The request as it was on the wire, as far as it was kept. One of HTTP/2 is written as HTTP/1.1 would be. */
export function asRaw({ request }: Copied): Uint8Array<ArrayBuffer> {
  const lines = [request.startLine, ...request.fields.map(({ line }) => line), '', ''];
  const head = new TextEncoder().encode(lines.join('\r\n'));
  const body = Uint8Array.from(decoded((request.wire ?? request.body).base64), (c) => c.charCodeAt(0));
  const raw = new Uint8Array(head.length + body.length);
  raw.set(head);
  raw.set(body, head.length);
  return raw;
}
