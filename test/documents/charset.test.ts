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
  ['German', 'windows-1252', 'Die Straße führt über die Brücke, täglich gibt es „Äpfel“ für 3 €.'],
  ['German', 'macintosh', 'Die Straße führt über die Brücke, täglich gibt es „Äpfel“ und Öl.'],
  ['English', 'windows-1252', 'It’s a “naïve” café — or so they say…'],
  ['English', 'macintosh', 'It’s a “naïve” café — or so they say…'],
  ['Spanish', 'windows-1252', '¿Dónde está el niño? ¡Mañana, señor Núñez!'],
  ['Polish', 'windows-1250', 'Zażółć gęślą jaźń. Źdźbło trawy i łąka są piękne.'],
  ['Czech', 'iso-8859-2', 'Příliš žluťoučký kůň úpěl ďábelské ódy.'],
  ['Czech', 'windows-1250', 'Příliš žluťoučký kůň úpěl ďábelské ódy.'],
  ['Hungarian', 'windows-1250', 'Árvíztűrő tükörfúrógép, később az őszi reggelen.'],
  ['Turkish', 'windows-1254', 'Pijamalı hasta yağız şoföre çabucak güvendi. İstanbul.'],
  ['Russian', 'koi8-r', 'Съешь же ещё этих мягких французских булок, да выпей чаю.'],
  ['Russian', 'ibm866', 'Съешь же ещё этих мягких французских булок, да выпей чаю.'],
  ['Russian', 'iso-8859-5', 'Съешь же ещё этих мягких французских булок, да выпей чаю.'],
  ['Ukrainian', 'koi8-u', 'Щастя не купиш, але його можна знайти в кожному дні, їй-богу.'],
  ['Hebrew', 'windows-1255', 'כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.'],
  ['Arabic', 'windows-1256', 'يولد جميع الناس أحرارا متساوين في الكرامة والحقوق.'],
  ['Greek', 'windows-1253', 'Το γρήγορο καφέ κουνέλι πήδηξε πάνω από τον τεμπέλη σκύλο.'],
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

/** Texts in charsets of several bytes, as bytes; Node encodes none of them. */
const manyByted: [text: string, charset: string, hex: string][] = [
  [
    '中华人民共和国的首都是北京。今天天气很好',
    'gb18030',
    'd6d0bbaac8cbc3f1b9b2bacdb9fab5c4cad7b6bccac7b1b1bea9a1a3bdf1ccecccecc6f8badcbac3',
  ],
  [
    '台灣的首都是台北。今天天氣很好，我們',
    'big5',
    'a578c657aabaadbab3a3ac4fa578a55fa143a4b5a4d1a4d1aef0abdca66ea141a7daadcc',
  ],
  [
    '吾輩は猫である。名前はまだ無い。',
    'shift_jis',
    '8ce1947982cd944c82c582a082e9814296bc914f82cd82dc82be96b382a28142',
  ],
  [
    '吾輩は猫である。名前はまだ無い。',
    'euc-jp',
    'b8e3c7daa4cfc7ada4c7a4a2a4eba1a3ccbec1b0a4cfa4dea4c0ccb5a4a4a1a3',
  ],
  [
    '모든 국민은 법 앞에 평등하다. 오늘은',
    'euc-kr',
    'b8f0b5e720b1b9b9cec0ba20b9fd20bed5bfa120c6f2b5eec7cfb4d92e20bfc0b4c3c0ba',
  ],
  ['吾輩は猫である', 'iso-2022-jp', '1b24423863475a244f472d24472422246b1b2842'],
];

test('Chinese, Japanese and Korean charsets are told', () => {
  for (const [text, charset, hex] of manyByted) {
    const bytes = Buffer.from(hex, 'hex');
    assert.equal(new TextDecoder(charset).decode(bytes), text);
    assert.equal(charsetOf({ head: bytes, bytes, whole: true }, 'text/plain'), charset, text);
  }
});

const marked: [name: string, bytes: Buffer, charset: string][] = [
  ['utf-8 with a mark', Buffer.from('\ufeffété'), 'utf-8'],
  ['utf-16le with a mark', Buffer.from('\ufeffété', 'utf16le'), 'utf-16le'],
  ['utf-16be with a mark', Buffer.from('\ufeffété', 'utf16le').swap16(), 'utf-16be'],
  ['utf-16le without', Buffer.from('Bonjour, voici une phrase.', 'utf16le'), 'utf-16le'],
  ['utf-16be without', Buffer.from('Bonjour, voici un été.', 'utf16le').swap16(), 'utf-16be'],
  ['utf-16le in Russian', Buffer.from('Привет, мир, как дела?', 'utf16le'), 'utf-16le'],
  ['ASCII', Buffer.from('plain'), 'utf-8'],
  ['nothing', Buffer.alloc(0), 'utf-8'],
];

test('byte order marks are honoured', async (t) => {
  const site = await shelf(t, Object.fromEntries(marked.map(([, bytes], i) => [`${i}.txt`, bytes])));
  for (const [i, [name, , charset]] of marked.entries()) {
    assert.equal((await site.ask(`/${i}.txt`)).field('content-type'), `text/plain; charset=${charset}`, name);
  }
});

const koi8 = encode('Привет, мир', 'koi8-r');
const western1252 = encode('Création, élève, où ça', 'windows-1252');
/** What a document begins with, what follows, and the charset that is told. */
const declarations: [name: string, head: string, rest: Buffer, charset: string][] = [
  ['a.html', '<meta charset="iso-8859-2"><p>', encode('ąę ł', 'iso-8859-2'), 'iso-8859-2'],
  ['a.html', '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>', koi8, 'koi8-r'],
  ['a.html', "<META content='charset=koi8-r' http-equiv=content-type>", koi8, 'koi8-r'],
  [
    'a.html',
    '<!doctype html><html lang=ru><!-- a > b --><head><title>a</title><meta charset = koi8-r>',
    koi8,
    'koi8-r',
  ],
  ['a.html', '<?xml version="1.0" encoding="koi8-r"?><html>', koi8, 'koi8-r'],
  ['a.xml', '<?xml version="1.0" encoding="ISO-8859-7"?>', encode('γειά', 'iso-8859-7'), 'iso-8859-7'],
  ['a.svg', "<?xml version='1.0' encoding='koi8-r' ?>", koi8, 'koi8-r'],
  ['a.css', '@charset "koi8-r";\n/* ', koi8, 'koi8-r'],
  // Where the bytes are proof, a label is none.
  ['a.html', '<meta charset="iso-8859-1"><p>', Buffer.from('été'), 'utf-8'],
  ['a.html', '<meta charset="utf-8"><p>', western1252, 'windows-1252'],
  ['a.html', '<meta charset="utf-16"><p>', western1252, 'windows-1252'],
  ['a.html', '<meta charset="no-such-thing"><p>', western1252, 'windows-1252'],
  ['a.html', '<meta charset="big5"><p>', encode('é '.repeat(50), 'windows-1252'), 'windows-1252'],
  // One byte against a declaration is an error in the text.
  ['a.html', '<meta charset="utf-8"><p>', Buffer.from('caf\xe9', 'latin1'), 'utf-8'],
  ['a.html', '<meta charset="utf-8"><p>', Buffer.concat([Buffer.from('é'), Buffer.from([0xe9])]), 'utf-8'],
  // No reader heeds these.
  ...[
    '<!-- ',
    '<!--> <!-- ',
    '<script>"',
    '<style>',
    '<title>',
    '<TextArea>',
    "<p title='",
    '<!-- <meta charset="koi8-r"> --><p id="',
  ].map((before): [string, string, Buffer, string] => [
    'a.html',
    `${before}<meta charset="koi8-r">`,
    western1252,
    'windows-1252',
  ]),
  ['a.html', '<meta name="description" content="charset=koi8-r">', western1252, 'windows-1252'],
  ['a.html', '<meta data-charset="koi8-r">', western1252, 'windows-1252'],
  ['a.html', '@charset "koi8-r";', western1252, 'windows-1252'],
  ['a.txt', '<meta charset="koi8-r">', western1252, 'windows-1252'],
  ['a.js', '"<meta charset=koi8-r>"', western1252, 'windows-1252'],
  ['a.css', '/* @charset "koi8-r"; */', western1252, 'windows-1252'],
  ['a.xml', '<!-- <?xml version="1.0" encoding="koi8-r"?> -->', western1252, 'windows-1252'],
];

test('what a document says of itself is believed where a reader heeds it and its bytes agree', async (t) => {
  for (const [name, head, rest, charset] of declarations) {
    const site = await shelf(t, { [name]: Buffer.concat([Buffer.from(head), rest]) });
    const type = (await site.ask(`/${name}`)).field('content-type');
    assert.equal(type?.split('charset=')[1], charset, `${name} ${head}`);
  }
});

/** The same kind of text in several languages. */
const languages: Record<string, string> = {
  French: lesson,
  German: 'Die Straße führt über die Brücke zum schönen Marktplatz, an dem täglich Äpfel verkauft werden.\n',
  English: 'The café on the corner serves a naïve kind of soup. “Well,” she said, “it’s not the weather.”\n',
  Polish: 'Zażółć gęślą jaźń, czyli wszystkie polskie litery w jednym zdaniu. Źdźbło trawy i łąka.\n',
  Russian: 'Съешь же ещё этих мягких французских булок, да выпей чаю. Сегодня хорошая погода.\n',
  Greek: 'Το γρήγορο καφέ κουνέλι πήδηξε πάνω από τον τεμπέλη σκύλο χθες το βράδυ.\n',
  Chinese: '中华人民共和国的首都是北京。今天天气很好，我们一起去公园散步，看到很多孩子在那里玩耍。\n',
};

test('a text that is UTF-8 but for an error is UTF-8', () => {
  for (const [language, line] of Object.entries(languages)) {
    for (const size of [1000, 20_000, 200_000]) {
      const text = Buffer.from(line.repeat(Math.ceil(size / Buffer.byteLength(line))));
      const middle = text.length >> 1;
      const last = text.findLastIndex((byte) => byte >= 0xc0);
      const damaged: [where: string, bytes: Buffer][] = [0x80, 0x92, 0xc3, 0xe9, 0xff].flatMap((byte) => [
        [`${byte} at the start`, Buffer.concat([Buffer.from([byte]), text])],
        [
          `${byte} in the middle`,
          Buffer.concat([text.subarray(0, middle), Buffer.from([byte]), text.subarray(middle)]),
        ],
        [`${byte} at the end`, Buffer.concat([text, Buffer.from([byte])])],
      ]);
      damaged.push(['cut within a character', text.subarray(0, last + 1)]);
      for (const [where, bytes] of damaged) {
        for (const declaration of ['', '<meta charset="utf-8">', '<meta charset="windows-1252">']) {
          const all = Buffer.concat([Buffer.from(declaration), bytes]);
          const charset = charsetOf({ head: all, bytes: all, whole: true }, 'text/html');
          assert.equal(charset, 'utf-8', `${language}, ${size} bytes, ${where}, ${declaration}`);
        }
      }
    }
  }
});

test('one sign of three bytes outweighs one bad byte', () => {
  for (const [text, charset] of [
    ['It’s a caf\xe9', 'utf-8'],
    ['\xe9 – ', 'utf-8'],
    ['It’s a caf\xe9, na\xefve, r\xe9sum\xe9', 'windows-1252'],
  ] as const) {
    const bytes = Buffer.concat(
      Array.from(text, (char) =>
        /[\x80-\xff]/.test(char) ? Buffer.from(char, 'latin1') : Buffer.from(char),
      ),
    );
    assert.equal(charsetOf({ head: bytes, bytes, whole: true }, 'text/plain'), charset, text);
  }
});

test('one byte beyond ASCII is not enough to tell a language by', () => {
  const text = 'The quick brown fox jumps over the lazy dog, and nobody said a word.\n'.repeat(50);
  for (let byte = 128; byte < 256; byte++) {
    for (const at of [0, 6, 1700, text.length]) {
      const bytes = Buffer.from(
        `${text.slice(0, at)}${String.fromCharCode(byte)}${text.slice(at)}`,
        'latin1',
      );
      assert.equal(
        charsetOf({ head: bytes, bytes, whole: true }, 'text/html'),
        'windows-1252',
        `${byte} at ${at}`,
      );
    }
  }
});

test('a sample that has its first accent within a cut character is UTF-8', () => {
  const bytes = Buffer.from('€'.repeat(1000));
  for (const [start, end] of [
    [1, 3000],
    [2, 2999],
    [0, 2998],
  ]) {
    const sample = { head: Buffer.from('x'), bytes: bytes.subarray(start, end), whole: false };
    assert.equal(charsetOf(sample, 'text/plain'), 'utf-8');
  }
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
      return { charset: charsetOf(sample, 'text/plain'), read: counted.read() };
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
