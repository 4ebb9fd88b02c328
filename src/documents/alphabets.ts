/**
 * What languages look like beyond ASCII, to tell charsets by. In: nothing. Out: for each charset of old, the letters of the
 * languages that were written in it. Letters that a language has only in borrowed words are left out.
 */

/** A way to write languages: their letters, and the charsets that have them, the likeliest first. */
export interface Script {
  readonly charsets: readonly string[];
  /** Small letters of each language; where `ranked`, the most frequent first. */
  readonly languages: readonly string[];
  readonly ranked: boolean;
  /** Its words have ASCII letters as well. */
  readonly latin: boolean;
}

const western = [
  'àâæçéèêëîïôœùûüÿ', // French
  'äöüßé', // German
  'áéíñóúüçàèòï·', // Spanish, Catalan
  'ãõáéíóúâêôçàü', // Portuguese
  'àèéìíòóùúî', // Italian
  'åäöæøéü', // Swedish, Danish, Norwegian, Finnish
  'éèëïöüáó', // Dutch
  'éèêïôçñöüæœ', // English
];

export const scripts: readonly Script[] = [
  {
    charsets: ['windows-1252', 'iso-8859-15', 'macintosh'],
    languages: [...western, 'áðéíóúýþæö'],
    ranked: false,
    latin: true,
  },
  {
    charsets: ['windows-1250', 'iso-8859-2'],
    languages: [
      'ąćęłńóśźż', // Polish
      'áčďéěíňóřšťúůýž', // Czech
      'áäčďéíĺľňóôŕšťúýž', // Slovak
      'áéíóöőúüű', // Hungarian
      'ăâîşţ', // Romanian
      'čćđšž', // Croatian, Slovene
    ],
    ranked: false,
    latin: true,
  },
  { charsets: ['windows-1254'], languages: ['çğıİöşüâî'], ranked: false, latin: true },
  {
    charsets: ['windows-1257'],
    languages: ['ąčęėįšųūž', 'āčēģīķļņšūž', 'äöüõšž'],
    ranked: false,
    latin: true,
  },
  {
    charsets: ['windows-1251', 'koi8-r', 'koi8-u', 'iso-8859-5', 'ibm866', 'x-mac-cyrillic'],
    languages: [
      'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё', // Russian
      'оанівитерслкдупмязьбгйчхжщюцєїшфґ', // Ukrainian
      'аеотинрсвлкдпмязуъгбчйщцжхшюфь', // Bulgarian
      'аоеинрсјтувкдмлпзгбчшцњжљхћђџф', // Serbian
    ],
    ranked: true,
    latin: false,
  },
  {
    charsets: ['windows-1253', 'iso-8859-7'],
    languages: ['αοιετσνρηυπκμλςωδίόάέγύχθφήβξώζψϊϋΐΰ'],
    ranked: true,
    latin: false,
  },
  { charsets: ['windows-1255'], languages: ['יולהארתבםשנמעדקחפצכןגטזסךףץ'], ranked: true, latin: false },
  {
    charsets: ['windows-1256', 'iso-8859-6'],
    languages: ['الينمورتبةعدسفهكقحجأشصىطخضذزثغإءظئآؤ'],
    ranked: true,
    latin: false,
  },
  {
    charsets: ['windows-874'],
    languages: ['านรอกเงมยลวดทสตะปบคหแจพชขใไผซโถฉธภศณญฐฆ่้ิี็ัืุูำ์ึ๋๊ๆ'],
    ranked: false,
    latin: false,
  },
];

/** Charsets of more than one byte for a character, and what texts in them are full of. */
export const manyByted: readonly {
  readonly charset: string;
  readonly usual: RegExp;
  readonly share: number;
}[] = [
  { charset: 'shift_jis', usual: /[\u3041-\u30fe]/g, share: 0.35 },
  { charset: 'euc-jp', usual: /[\u3041-\u30fe]/g, share: 0.35 },
  { charset: 'euc-kr', usual: /[\uac00-\ud7a3]/g, share: 0.95 },
  {
    charset: 'gb18030',
    usual:
      /[的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长数据网页服务器]/g,
    share: 0.3,
  },
  {
    charset: 'big5',
    usual:
      /[的一是不了人我在有他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小麼心多天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長數據網頁服務器]/g,
    share: 0.3,
  },
];
