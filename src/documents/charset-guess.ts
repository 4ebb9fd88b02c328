/**
 * Guesses the charset of a text that does not tell it and is not UTF-8. In: bytes. Out: a label of the Encoding Standard
 * with which the text reads best: its letters are those of one language, where that language has them. Where nothing reads
 * well it is windows-1252, as for browsers.
 */
import { Buffer } from 'node:buffer';
import { manyByted, scripts } from './alphabets.js';

/** More text than this (bytes), and more characters beyond ASCII, tell nothing more, and cost time. */
const enough = 16 * 1024;
const enoughCharacters = 2000;

/** The guess. */
export function guessCharset(text: Buffer): string {
  const first = text.findIndex((byte) => byte > 127);
  const start = Math.max(0, Math.min(first - enough / 4, text.length - enough));
  const sample = text.subarray(start, start + enough);
  const { charset, score } = guessSingleByted(sample);
  // Nearly every pair of bytes reads as Thai.
  const certain = score >= good && charset !== 'windows-874';
  return (!certain && guessManyByted(sample.subarray(0, 2 * enoughCharacters))) || charset;
}

/** A charset of Chinese, Japanese or Korean, when hardly anything is malformed and the usual characters are usual. */
function guessManyByted(sample: Buffer): string | undefined {
  let best: { charset: string; share: number } | undefined;
  for (const { charset, usual, share } of manyByted) {
    const beyond = decoded(sample, charset).replace(
      /[\0-\x7f\u3000-\u3002\uff01-\uff5e\u300c\u300d「」、。]/g,
      '',
    );
    const characters = beyond.length;
    const malformed = beyond.split('\ufffd').length - 1;
    if (characters < 4 || malformed > 1 + characters * 0.02) continue;
    const found = (beyond.match(usual)?.length ?? 0) / characters / share;
    if (found > 0.5 && found > (best?.share ?? 0)) best = { charset, share: found };
  }
  return best?.charset;
}

/** What reads as well as this (of 1) is hardly anything else. */
const good = 0.75;
/** In a text longer than this (bytes) one character beyond ASCII is an error rather than a letter. */
const brief = 200;
/** Few characters say nothing of a script; then Latin letters are the likeliest. */
const telling = 3;
/** How much better than windows-1252 (of 1) another must read. */
const prior = 0.1;
/** What reads worse than this is nothing that we know. */
const least = 0.3;

function guessSingleByted(sample: Buffer): { charset: string; score: number } {
  const places: number[] = [];
  for (let i = 0; i < sample.length && places.length < enoughCharacters; i++) {
    if ((sample[i] as number) > 127) places.push(i);
  }
  let best = { charset: 'windows-1252', score: least };
  if (places.length < 2 && sample.length > brief) return best;
  for (const script of scripts) {
    if (!script.latin && places.length < telling) continue;
    for (const charset of script.charsets) {
      for (const language of script.languages) {
        const reads = readability(sample, places, readingOf(charset, language, script.ranked), script.latin);
        const score = charset === 'windows-1252' ? reads + prior : reads;
        if (score > best.score) best = { charset, score };
      }
    }
  }
  return best;
}

/** Signs that stand beside letters in good texts: before them, after them, between them; some seldom. */
const opening = '«“„‘‚‹¿¡–—©§†‡\u00a0\u00ad';
const closing = '»”’…™®©†‡–—‹›“‘\u00a0\u00ad';
const within = '’‘·\u00ad';
const seldom = '–—²°ªº';
const signs = new Set(`${opening}${closing}${seldom}•€¢£¥№×±µ½¼¾¹³¶‰`);

/** What a byte is in a charset. */
interface Character {
  readonly char: string;
  readonly letter: boolean;
  readonly small: boolean;
  readonly capital: boolean;
  readonly digit: boolean;
  readonly ascii: boolean;
}

/** A charset as one language uses it. */
interface Reading {
  readonly characters: readonly Character[];
  /** For each byte: from 1 for the most frequent letter of the language to half of it, and 0 for all that is none. */
  readonly letters: readonly number[];
}

/** How well a text reads, from -1 to 1: the mean of what each character beyond ASCII is worth, at these places. */
function readability(text: Buffer, places: readonly number[], reading: Reading, latin: boolean): number {
  const { characters, letters } = reading;
  const space = characters[32] as Character;
  let sum = 0;
  for (const place of places) {
    const byte = text[place] as number;
    const character = characters[byte] as Character;
    const before = characters[text[place - 1] ?? 32] ?? space;
    const after = characters[text[place + 1] ?? 32] ?? space;
    const rank = letters[byte] as number;
    if (rank > 0) sum += letterWorth(character, before, after, latin) * rank;
    else if (signs.has(character.char)) sum += signWorth(character.char, before, after);
    else sum += character.letter ? -0.5 : -1;
  }
  return sum / places.length;
}

function letterWorth(letter: Character, before: Character, after: Character, latin: boolean): number {
  if (before.digit || after.digit) return -1;
  if (!latin && ((before.letter && before.ascii) || (after.letter && after.ascii))) return -1;
  // Portuguese has it before `e` only; elsewhere it is rather the ő of Hungarian, misread.
  if (letter.char === 'õ' && after.char !== 'e') return 0.5;
  if (!letter.capital) return before.capital && after.capital ? 0 : 1;
  if (before.small || '.,;:!?'.includes(before.char)) return -1;
  return 0.8;
}

function signWorth(sign: string, before: Character, after: Character): number {
  const usual = before.letter ? (after.letter ? within : closing) : after.letter ? opening : sign;
  if (usual.includes(sign)) return 0.9;
  if (!seldom.includes(sign)) return -1;
  return after.letter ? 0 : 0.4;
}

const readings = new Map<string, Reading>();

function readingOf(charset: string, language: string, ranked: boolean): Reading {
  const key = `${charset} ${language}`;
  let reading = readings.get(key);
  if (reading === undefined) {
    const characters = charactersOf(charset);
    const all = [...language];
    const letters = characters.map(({ char }) => {
      const rank = Math.max(all.indexOf(char.toLowerCase()), all.indexOf(char));
      return rank < 0 ? 0 : ranked ? 1 - rank / all.length / 2 : 1;
    });
    reading = { characters, letters };
    readings.set(key, reading);
  }
  return reading;
}

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const tables = new Map<string, readonly Character[]>();

function charactersOf(charset: string): readonly Character[] {
  let table = tables.get(charset);
  if (table === undefined) {
    const all = decoded(everyByte, charset);
    table = Array.from(all, (char, byte) => ({
      char,
      letter: /\p{L}/u.test(char),
      small: /\p{Ll}/u.test(char),
      capital: /\p{Lu}/u.test(char),
      digit: /[0-9]/.test(char),
      ascii: byte < 128,
    }));
    tables.set(charset, table);
  }
  return table;
}

/** What windows-1252 has from 0x80 to 0x9F; some versions of Node read control characters there. */
const extras = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function decoded(bytes: Buffer, charset: string): string {
  if (charset !== 'windows-1252') return new TextDecoder(charset).decode(bytes);
  return bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (char) => extras[char.charCodeAt(0) - 128] as string);
}
