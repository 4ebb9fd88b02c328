// What clients say of the documents they want costs a constant number of steps for each byte, whatever they say: sixteen
// times as many bytes take about sixteen times as many steps. counted-steps.ts tells what steps are.
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { stepsOf } from '../counted-steps.js';

const { evaluate, rangeHolds } = await import('../../dist/documents/conditions.js');
const { Negotiation } = await import('../../dist/documents/encodings.js');
const { languageFor } = await import('../../dist/documents/language.js');
const { asksForPage } = await import('../../dist/documents/navigation.js');
const { default: Negotiator } = await import('negotiator');
const { rangesFrom } = await import('../../dist/documents/ranges.js');

const validators = { etag: '"tag"', lastModified: 0, dateTrusted: true };
const negotiation = Negotiation.among(['br', 'gzip', 'identity']);

/** The readers of the fields that are lists, or have a form. */
const readers: Record<string, (value: string) => unknown> = {
  Range: (value) => rangesFrom(value, 5000),
  'If-Match': (value) => evaluate({ 'if-match': value }, validators),
  'If-None-Match': (value) => evaluate({ 'if-none-match': value }, validators),
  'If-Modified-Since': (value) => evaluate({ 'if-modified-since': value }, validators),
  'If-Unmodified-Since': (value) => evaluate({ 'if-unmodified-since': value }, validators),
  'If-Range': (value) => rangeHolds(value, validators),
  Accept: (value) => new Negotiator({ headers: { accept: value } }).mediaType(['text/html', 'text/plain']),
  'Accept, of a page': (value) => asksForPage({ headers: { accept: value } } as IncomingMessage, '/a'),
  'Accept-Encoding': (value) => negotiation.order(value),
  'Accept-Language': (value) =>
    languageFor({ headers: { 'accept-language': value } } as IncomingMessage, undefined),
};

/** What is said again and again, before its beginning and after its end. */
const said: [before: string, again: string, after: string][] = [
  ['', ' ', ''],
  ['', ' ', 'x'],
  ['', ',', ''],
  ['', '"', ''],
  ['', '"a",', ''],
  ['', 'W/', ''],
  ['', 'W/"a" ', ''],
  ['"', 'a', ''],
  ['', '9', ''],
  ['', 'a', ''],
  ['', 'a-', ''],
  ['', '*/*;', ''],
  ['', 'gzip,', ''],
  ['', 'x;', ''],
  ['', 'x;q=0.1,', ''],
  ['', 'x;a="', ''],
  ['bytes=', '0-0,', ''],
  ['bytes=', ' ', 'x'],
  ['bytes=', '-', ''],
  ['bytes=0-', '9', ''],
  ['bytes=0-', '9', 'x'],
];

/** How many times as much a byte may cost among sixteen times as many: sorting takes a little more, a quadratic reader 16. */
const MOST = 1.5;

for (const [name, read] of Object.entries(readers)) {
  test(`${name}: the steps are linear in the bytes`, () => {
    for (const [before, again, after] of said) {
      const cost = (size: number) => {
        const value = before + again.repeat(size / again.length) + after;
        return stepsOf(() => read(value)) / value.length;
      };
      const few = cost(1000);
      const many = cost(16_000);
      assert.ok(
        many <= MOST * few,
        `${JSON.stringify(again)} over and over: a byte costs ${many.toFixed(1)} steps among many, ${few.toFixed(1)} among few`,
      );
    }
  });
}
