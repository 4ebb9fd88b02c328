// Media types, and the charset of each text told by its bytes.
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { charsetOf } from '../../dist/documents/charset.js';
import { factsFrom } from '../../dist/documents/file.js';
import { Samples } from '../../dist/documents/sample.js';
import { bytesOf, folderWith, shelf } from './shelf.js';

const types: [name: string, type: string][] = [
  ['a.html', 'text/html; charset=utf-8'],
  ['a.HTM', 'text/html; charset=utf-8'],
  ['a.css', 'text/css; charset=utf-8'],
  ['a.js', 'text/javascript; charset=utf-8'],
  ['a.mjs', 'text/javascript; charset=utf-8'],
  ['a.cjs', 'text/javascript; charset=utf-8'],
  ['a.txt', 'text/plain; charset=utf-8'],
  ['a.md', 'text/markdown; charset=utf-8'],
  ['a.csv', 'text/csv; charset=utf-8'],
  ['a.svg', 'image/svg+xml; charset=utf-8'],
  ['a.xml', 'application/xml; charset=utf-8'],
  ['a.xhtml', 'application/xhtml+xml; charset=utf-8'],
  ['a.json', 'application/json'],
  ['a.map', 'application/json'],
  ['a.webmanifest', 'application/manifest+json'],
  ['a.wasm', 'application/wasm'],
  ['a.png', 'image/png'],
  ['a.jpg', 'image/jpeg'],
  ['a.webp', 'image/webp'],
  ['a.avif', 'image/avif'],
  ['a.woff2', 'font/woff2'],
  ['a.mp4', 'video/mp4'],
  ['a.pdf', 'application/pdf'],
  ['a.zip', 'application/zip'],
  ['a.tar.gz', 'application/gzip'],
  ['a.ts', 'text/plain; charset=utf-8'],
  ['README', 'text/plain; charset=utf-8'],
  ['a.unheard-of', 'text/plain; charset=utf-8'],
];

test('the media type follows from the name, text has its charset', async (t) => {
  const site = await shelf(t, Object.fromEntries(types.map(([name]) => [name, 'été'])));
  for (const [name, type] of types) {
    const answer = await site.ask(`/${name}`);
    assert.equal(answer.field('content-type'), type, name);
    assert.equal(answer.field('x-content-type-options'), 'nosniff');
  }
});

/** Packets of an MPEG transport stream. */
function packets(count: number, length = 188, offset = 0): Buffer {
  const packet = Buffer.alloc(length, 0xff);
  packet.set([0x47, 0x40, 0x00, 0x10], offset);
  return Buffer.concat(Array.from({ length: count }, () => packet));
}

test('what has no known name and no text in it is octets', async (t) => {
  const cases: [name: string, bytes: Buffer, type: string][] = [
    ['data', Buffer.from([0, 1, 2, 3]), 'application/octet-stream'],
    ['data', packets(10), 'application/octet-stream'],
    ['a.ts', Buffer.from([0x47, 0, 1, 2]), 'application/octet-stream'],
    ['a.ts', packets(10).fill(0, 188, 189), 'application/octet-stream'],
    ['a.ts', packets(10), 'video/mp2t'],
    ['a.TS', packets(1), 'video/mp2t'],
    ['a.ts', packets(10, 204), 'video/mp2t'],
    ['a.ts', Buffer.concat([packets(20_000), Buffer.alloc(7)]), 'video/mp2t'],
    ['a.mts', packets(10, 192, 4), 'video/mp2t'],
    ['a.mts', Buffer.from('export const G = 1;'), 'text/plain; charset=utf-8'],
    ['a.ts', Buffer.from(`G${'g'.repeat(187)}`.repeat(5)), 'text/plain; charset=utf-8'],
  ];
  for (const [name, bytes, type] of cases) {
    const site = await shelf(t, { [name]: bytes });
    const answer = await site.ask(`/${name}`, {}, 'HEAD');
    assert.equal(answer.field('content-type'), type, `${name}, ${bytes.length} bytes`);
  }
});

const lesson =
  'Création d’un premier serveur : où êtes-vous ? « Nous allons maintenant attaquer l’une des parties les plus excitantes. »\n';
const latin =
  "Création d'un élève à Noël, où ça coûte très cher, hélas. Forêt, maïs, hôtel, garçon, leçon.\n";

/** What windows-1252 has between ASCII and Latin 1; not every Node decodes it so. */
const western = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** The character of each byte in a charset. */
function alphabet(charset: string): string[] {
  const decoder = new TextDecoder(charset);
  return Array.from({ length: 256 }, (_, byte) =>
    charset === 'windows-1252' && byte >= 128 && byte < 160
      ? (western[byte - 128] as string)
      : decoder.decode(Uint8Array.of(byte)),
  );
}

function encode(text: string, charset: string): Buffer {
  const chars = alphabet(charset);
  return Buffer.from(
    Array.from(text, (char) => {
      assert.ok(chars.includes(char), `${charset} has no ${char}`);
      return chars.indexOf(char);
    }),
  );
}

function decode(bytes: Buffer, charset: string): string {
  const chars = alphabet(charset);
  return Array.from(bytes, (byte) => chars[byte]).join('');
}

const legacy: [what: string, charset: string, text: string, label?: string][] = [
  ['the lesson', 'windows-1252', lesson],
  ['the lesson', 'macintosh', lesson],
  ['a French text', 'windows-1252', latin],
  ['a French text', 'macintosh', latin],
  ['a price', 'iso-8859-15', 'Un café à 3 € l’été, un gâteau à 5 €.'.replace('’', "'")],
  ['an œuvre', 'iso-8859-15', "Une œuvre d'art à Noël, c'est le cœur de la fête."],
  ['a half', 'windows-1252', 'Une recette : 1½ verre de crème fraîche, ½ tasse de thé et ¼ de pâte.'],
  ['two words', 'windows-1252', 'Création, élève'],
  ['two words', 'macintosh', 'Création, élève'],
  [
    'Polish',
    'iso-8859-2',
    'Zażółć gęślą jaźń, czyli wszystkie polskie litery w jednym zdaniu. Źdźbło trawy i łąka.',
  ],
  ['Russian', 'windows-1251', 'Съешь же ещё этих мягких французских булок, да выпей чаю.'],
  ['Greek', 'iso-8859-7', 'Το γρήγορο καφέ κουνέλι πήδηξε πάνω από τον τεμπέλη σκύλο χθες το βράδυ.'],
];

test('a text in a charset of old reaches its reader with its accents', async (t) => {
  const site = await shelf(
    t,
    Object.fromEntries(legacy.map(([, charset, text], i) => [`${i}.txt`, encode(text, charset)])),
  );
  for (const [i, [what, charset, text]] of legacy.entries()) {
    const answer = await site.ask(`/${i}.txt`);
    const found = /^text\/plain; charset=([\w-]+)$/.exec(
      answer.field('content-type') as string,
    )?.[1] as string;
    assert.equal(decode(bytesOf(answer), found), text, `${what} in ${charset}, told as ${found}`);
  }
});

const marked: [name: string, bytes: Buffer, charset: string][] = [
  ['utf-8 with a mark', Buffer.from('\ufeffété'), 'utf-8'],
  ['utf-16le with a mark', Buffer.from('\ufeffété', 'utf16le'), 'utf-16le'],
  ['utf-16be with a mark', Buffer.from('\ufeffété', 'utf16le').swap16(), 'utf-16be'],
  ['utf-16le without', Buffer.from('Bonjour, voici une phrase.', 'utf16le'), 'utf-16le'],
  ['ASCII', Buffer.from('plain'), 'utf-8'],
  ['nothing', Buffer.alloc(0), 'utf-8'],
];

test('byte order marks are honoured', async (t) => {
  const site = await shelf(t, Object.fromEntries(marked.map(([, bytes], i) => [`${i}.txt`, bytes])));
  for (const [i, [name, , charset]] of marked.entries()) {
    assert.equal((await site.ask(`/${i}.txt`)).field('content-type'), `text/plain; charset=${charset}`, name);
  }
});

test('what a document says of itself is believed where its bytes allow it', async (t) => {
  const site = await shelf(t, {
    'says.html': encode('<meta charset="iso-8859-2"><p>ąę ł', 'iso-8859-2'),
    'http-equiv.html': encode(
      '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>Привет',
      'koi8-r',
    ),
    'says.xml': encode('<?xml version="1.0" encoding="ISO-8859-7"?><a>γειά</a>', 'iso-8859-7'),
    'lies.html': '<meta charset="iso-8859-1"><p>été',
    'lies-too.html': encode('<meta charset="utf-8"><p>Création, élève, où ça', 'windows-1252'),
    'nonsense.html': encode('<meta charset="no-such-thing"><p>Création, élève, où ça', 'windows-1252'),
  });
  for (const [target, charset] of [
    ['/says.html', 'iso-8859-2'],
    ['/http-equiv.html', 'koi8-r'],
    ['/lies.html', 'utf-8'],
    ['/lies-too.html', 'windows-1252'],
    ['/nonsense.html', 'windows-1252'],
  ] as const) {
    assert.equal((await site.ask(target)).field('content-type'), `text/html; charset=${charset}`, target);
  }
  assert.equal((await site.ask('/says.xml')).field('content-type'), 'application/xml; charset=iso-8859-7');
});

test('in a large text the first accent decides, however late it comes', async (t) => {
  const padding = 'plain ASCII line\n'.repeat(100_000);
  const accents = 'Création déjà vue, élève à Noël, où ça coûte très cher.\n'.repeat(20);
  const site = await shelf(t, {
    'late-utf8.csv': padding + accents,
    'late-legacy.csv': Buffer.concat([Buffer.from(padding), encode(accents, 'windows-1252')]),
    'utf8.csv': 'é'.repeat(700_000),
    'odd-utf8.csv': `x${'é'.repeat(700_000)}`,
  });
  for (const [target, charset] of [
    ['/late-utf8.csv', 'utf-8'],
    ['/late-legacy.csv', 'windows-1252'],
    ['/utf8.csv', 'utf-8'],
    ['/odd-utf8.csv', 'utf-8'],
  ] as const) {
    const answer = await site.ask(target, {}, 'HEAD');
    assert.equal(answer.field('content-type'), `text/csv; charset=${charset}`, target);
  }
});

/** An open file that counts the bytes that are read of it. */
function counting(handle: FileHandle): { handle: FileHandle; read(): number } {
  let bytes = 0;
  const read = async (buffer: Buffer, offset: number, length: number, position: number) => {
    const result = await handle.read(buffer, offset, length, position);
    bytes += result.bytesRead;
    return result;
  };
  return { handle: { read } as unknown as FileHandle, read: () => bytes };
}

test('of a text that grows only what is new is read again', async (t) => {
  const path = join(folderWith(t, { 'a.log': '' }), 'a.log');
  const samples = new Samples();
  const line = 'plain ASCII line\n';
  const look = async () => {
    const handle = await open(path);
    try {
      const counted = counting(handle);
      const sample = await samples.of(counted.handle, factsFrom(path, await handle.stat()));
      return { charset: await charsetOf(sample), read: counted.read() };
    } finally {
      await handle.close();
    }
  };
  writeFileSync(path, line.repeat(200_000));
  const first = await look();
  assert.ok(first.read >= 3_400_000, `${first.read} bytes at first`);
  for (let i = 0; i < 3; i++) {
    appendFileSync(path, line);
    const next = await look();
    assert.equal(next.charset, 'utf-8');
    assert.ok(next.read < 600_000, `${next.read} bytes after an append`);
  }
  appendFileSync(path, encode(lesson.repeat(3), 'windows-1252'));
  for (let i = 0; i < 3; i++) {
    const accented = await look();
    assert.equal(accented.charset, 'windows-1252');
    assert.ok(accented.read < 600_000, `${accented.read} bytes after accents`);
    appendFileSync(path, line.repeat(50_000));
  }
  // Written anew into the same file: what was known of it is not.
  writeFileSync(path, Buffer.concat([Buffer.alloc(600_000, 'x'), Buffer.from('é'.repeat(900_000))]));
  assert.equal((await look()).charset, 'utf-8');
  writeFileSync(path, line.repeat(20_000));
  assert.equal((await look()).charset, 'utf-8');
});
