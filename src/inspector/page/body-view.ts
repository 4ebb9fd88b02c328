/**
 * A body as it can be read: text, JSON, image, hexadecimal, and with its framing. In: bytes, and what they are said to be.
 * Out: an element. Text is shown as text, an image through the browser's decoder of images; nothing is run.
 */
import type { BodyView } from '../exchange-view.js';
import { type JsonValue, jsonFrom } from '../json-source.js';
import { button, element, preformatted, unveiled } from './element.js';
import { bytes, say } from './language.js';

/** Images that are pixels; SVG is a document, and shown as text. */
const image = /^image\/(png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)$/i;

/** Bytes that are shown in hexadecimal. */
const MAX_HEX = 16 * 1024;

export type Bytes = Uint8Array<ArrayBuffer>;

export const bytesFrom = (base64: string): Bytes =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

export interface BodyFacts {
  readonly body: BodyView;
  readonly type: string;
  readonly coding: string;
  /** With its framing, if it has some. */
  readonly wire: BodyView | null;
}

type Form = keyof typeof say.forms;

export function bodyView(facts: BodyFacts): HTMLElement {
  const { body, wire } = facts;
  if (body.total === 0 && wire === null) return element('p', { class: 'note' }, say.noBody);
  const raw = bytesFrom(body.base64);
  const place = element('div', { class: 'body' });
  const forms = element('div', { class: 'forms', role: 'group', 'aria-label': say.body(bytes(body.total)) });
  const show = (form: Form) => {
    for (const other of forms.children) {
      other.setAttribute('aria-pressed', String((other as HTMLElement).dataset.form === form));
    }
    void shown(form, raw, facts).then((view) => place.replaceChildren(view));
  };
  for (const form of formsOf(facts)) {
    forms.append(button(say.forms[form], () => show(form), { 'data-form': form, 'aria-pressed': 'false' }));
  }
  const first = formsOf(facts)[0] as Form;
  show(first);
  const cut = raw.length < body.total ? element('p', { class: 'note' }, say.cut(bytes(raw.length))) : null;
  return element('section', {}, element('h4', {}, say.body(bytes(body.total))), forms, cut, place);
}

/** How a body can be shown, the best first. */
function formsOf({ type, wire }: BodyFacts): Form[] {
  const forms: Form[] = ['text', 'hex'];
  if (/[/+]json$/i.test(type)) forms.unshift('json');
  if (image.test(type)) forms.unshift('image');
  if (wire !== null) forms.push('wire');
  return forms;
}

async function shown(form: Form, raw: Bytes, { type, coding, body, wire }: BodyFacts): Promise<HTMLElement> {
  if (form === 'wire') return preformatted({}, visible(bytesFrom(wire?.base64 ?? '')));
  const decoded = raw.length === body.total ? await decode(raw, coding) : null;
  const content = decoded ?? raw;
  const view = await inForm(form, content, type);
  return decoded === null
    ? view
    : element('div', {}, element('p', { class: 'note' }, say.decoded(coding)), view);
}

async function inForm(form: Form, content: Bytes, type: string): Promise<HTMLElement> {
  if (form === 'hex') return preformatted({ class: 'hex' }, hexOf(content));
  if (form === 'image') return picture(content, type);
  const text = textOf(content);
  if (text === null) {
    return element(
      'div',
      {},
      element('p', { class: 'note' }, say.notText),
      preformatted({ class: 'hex' }, hexOf(content)),
    );
  }
  if (form === 'json') {
    try {
      return element('div', { class: 'tree' }, tree(jsonFrom(text)));
    } catch {
      // It says it is JSON, and isn't, or not all of it was kept.
    }
  }
  return preformatted({}, text);
}

/** The whole of a body without its coding; null where there is none, or the browser can't. */
async function decode(raw: Bytes, coding: string): Promise<Bytes | null> {
  const format = { gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate' }[coding.toLowerCase()];
  if (format === undefined) return null;
  try {
    const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream(format as CompressionFormat));
    return await firstOf(stream);
  } catch {
    return null;
  }
}

/** At most a megabyte: a few bytes may decode to gigabytes. */
async function firstOf(stream: ReadableStream<Uint8Array>): Promise<Bytes> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  while (length < 1024 * 1024) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  void reader.cancel().catch(() => {});
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function textOf(content: Bytes): string | null {
  try {
    // In a stream, a character that was cut at the end counts as not there yet.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content, { stream: true });
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

function picture(content: Bytes, type: string): HTMLElement {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const view = element('img', { src: address, alt: say.forms.image });
  view.addEventListener('load', () => URL.revokeObjectURL(address));
  view.addEventListener('error', () => {
    URL.revokeObjectURL(address);
    view.replaceWith(element('p', { class: 'note' }, say.badImage));
  });
  return view;
}

/** A value of JSON as a tree that opens and closes. */
function tree({ parts, isList, source }: JsonValue, name: string | null = null, depth = 0): HTMLElement {
  const label = name === null ? [] : [element('span', { class: 'key' }, `${unveiled(name)}: `)];
  if (parts === null) {
    return element('div', {}, ...label, element('span', { class: 'value' }, unveiled(source)));
  }
  const summary = element('summary', {}, ...label, isList ? `[${parts.length}]` : `{${parts.length}}`);
  const branch = element('details', { open: depth < 2 && parts.length < 200 }, summary);
  const fill = () => {
    if (branch.children.length === 1)
      branch.append(...parts.map((part) => tree(part.value, part.name, depth + 1)));
  };
  // What is closed is made when it is opened: a body may be deep.
  if (branch.open) fill();
  else branch.addEventListener('toggle', fill, { once: true });
  return branch;
}

function hexOf(content: Bytes): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(content.length, MAX_HEX); at += 16) {
    const row = [...content.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  if (content.length > MAX_HEX) lines.push('…');
  return lines.join('\n');
}

/** Bytes with the ends of lines to be seen. */
export const visible = (content: Bytes): string =>
  visibleText(Array.from(content, (byte) => String.fromCharCode(byte)).join(''));

/** @param latin1 - one character a byte */
export const visibleText = (latin1: string): string =>
  Array.from(latin1, (character) => {
    const code = character.charCodeAt(0);
    if (character === '\r') return '\\r';
    if (character === '\n') return '\\n\n';
    return code < 32 || code > 126 ? `\\x${code.toString(16).padStart(2, '0')}` : character;
  }).join('');
