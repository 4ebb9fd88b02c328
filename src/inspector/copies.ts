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
  'expect',
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

/** The same of bytes that are no UTF-8, which a clipboard can't hold: printf makes them again. */
const shellBytes = (latin1: string): string => {
  const escaped = latin1.replace(
    /[\\\x80-\xff]/g,
    (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"$(printf %b ${shellWord(escaped)})"`;
};

/** A target that curl sends as it is where it stands in a URL. */
const ORDINARY_TARGET = /^\/[!"$-~]*$/;

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

/** A word of a command, of text or of bytes. */
const curlWord = (text: string, isLatin1 = false): string =>
  isLatin1 ? shellBytes(text.replace(/(?![\x80-\x9f])\p{Cc}/gu, ' ')) : shellWord(withoutControls(text));

export function asCurl(exchange: Copied): string {
  const { method, request, target } = exchange;
  const words = ['curl', shellWord(withoutControls(urlOf(exchange))), '--globoff', '--path-as-is', '-i'];
  if (method === 'HEAD') words.push('--head');
  else words.push('-X', shellWord(method));
  if (!ORDINARY_TARGET.test(target)) words.push('--request-target', curlWord(target, request.isLatin1));
  const fields = fieldsBut(request.fields, [...framing, 'host']);
  for (const { name, value, isLatin1 } of fields) {
    words.push('-H', curlWord(value === '' ? `${name};` : `${name}: ${value}`, isLatin1));
  }
  const body = decoded(request.body.base64);
  if (body === '') return words.join(' ');
  // Else curl says that it is a form.
  if (!fields.some(({ name }) => name.toLowerCase() === 'content-type')) words.push('-H', 'Content-Type:');
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

/** What of a request fetch can't ask for; undefined where it can ask for all of it. */
export function notByFetch({ method, request }: Copied): 'method' | 'body' | undefined {
  if (/^(CONNECT|TRACE|TRACK)$/i.test(method)) return 'method';
  return /^(GET|HEAD)$/.test(method) && request.body.total > 0 ? 'body' : undefined;
}

/** The request as it was on the wire, as far as it was kept. One of HTTP/2 is written as HTTP/1.1 would be. */
export function asRaw({ request }: Copied): Uint8Array<ArrayBuffer> {
  const lines = [
    lineBytes(request.startLine, request.isLatin1),
    ...request.fields.map(({ line, isLatin1 }) => lineBytes(line, isLatin1)),
    lineBytes(''),
  ];
  return joined([...lines, bytesIn(decoded((request.wire ?? request.body).base64))]);
}

const bytesIn = (latin1: string): Uint8Array => Uint8Array.from(latin1, (c) => c.charCodeAt(0));

const lineBytes = (line: string, isLatin1 = false): Uint8Array =>
  isLatin1 ? bytesIn(`${line}\r\n`) : new TextEncoder().encode(`${line}\r\n`);

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
