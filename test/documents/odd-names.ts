// File names for the listing, as data for its tests.

/** Names that a careless page would break, or be broken by. */
export const oddNames = [
  'plain.txt',
  'a b.txt',
  ' leading and  double.txt',
  '100%.txt',
  '%41.txt',
  'q?.txt',
  'h#.txt',
  'a&amp;b.txt',
  '"quoted".txt',
  "l'eau.txt",
  '<img src=x onerror=alert(1)>.txt',
  'c:d.txt',
  'javascript:alert(1)',
  'http:',
  'back\\slash.txt',
  'Création.txt',
  'Cre\u0301ation decomposed.txt',
  '😀.txt',
  'عربي.txt',
  'new\nline.txt',
  'a;b=c,d+e@f$g!h(i)*~.txt',
  '[x]{y}^`|.txt',
  'index.htm',
];
