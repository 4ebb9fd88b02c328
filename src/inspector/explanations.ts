/** What each field says, in one sentence, and where that stands. In: the name of a field. Out: both, or nothing. */

export interface Explanation {
  readonly rfc: string;
  readonly en: string;
  readonly fr: string;
}

const row = (rfc: string, en: string, fr: string): Explanation => ({ rfc, en, fr });

const explanations: Readonly<Record<string, Explanation>> = {
  host: row(
    'RFC 9110 §7.2',
    'The name and port that the client wants to talk to: one address may serve many names.',
    'Le nom et le port auxquels le client veut parler : une même adresse peut servir plusieurs noms.',
  ),
  ':authority': row(
    'RFC 9113 §8.3.1',
    'What Host is over HTTP/1.1: the name that the client wants to talk to.',
    'Ce qu’est Host en HTTP/1.1 : le nom auquel le client veut parler.',
  ),
  'user-agent': row(
    'RFC 9110 §10.1.5',
    'Which program asks. Anybody may write anything here.',
    'Quel programme demande. N’importe qui peut y écrire n’importe quoi.',
  ),
  accept: row(
    'RFC 9110 §12.5.1',
    'Media types that the client can use; q says how much it likes each, 1 at most.',
    'Les types de média que le client sait lire ; q dit sa préférence pour chacun, 1 au plus.',
  ),
  'accept-encoding': row(
    'RFC 9110 §12.5.3',
    'Codings, mostly compressions, in which the client takes a body.',
    'Les codages, surtout des compressions, dans lesquels le client accepte un corps.',
  ),
  'accept-language': row(
    'RFC 9110 §12.5.4',
    'The languages that the reader prefers, with q for how much.',
    'Les langues que préfère le lecteur, avec q pour le degré.',
  ),
  'accept-ranges': row(
    'RFC 9110 §14.3',
    'Whether the server can send a part of this document on demand.',
    'Si le serveur sait envoyer une partie de ce document sur demande.',
  ),
  age: row(
    'RFC 9111 §5.1',
    'For how many seconds a cache has had this response.',
    'Depuis combien de secondes un cache garde cette réponse.',
  ),
  allow: row(
    'RFC 9110 §10.2.1',
    'The methods that this resource answers.',
    'Les méthodes auxquelles répond cette ressource.',
  ),
  'alt-svc': row(
    'RFC 7838 §3',
    'Where else, and in which protocol, the same site can be had.',
    'Où, et dans quel protocole, on trouve aussi le même site.',
  ),
  authorization: row(
    'RFC 9110 §11.6.2',
    'What lets the client in, such as a password or a token.',
    'Ce qui donne accès au client : un mot de passe ou un jeton, par exemple.',
  ),
  'cache-control': row(
    'RFC 9111 §5.2',
    'Who may keep this message, for how long, and when to ask again.',
    'Qui peut garder ce message, combien de temps, et quand redemander.',
  ),
  connection: row(
    'RFC 9110 §7.6.1',
    'Whether the connection stays open after this message, and which fields are for the next hop only.',
    'Si la connexion reste ouverte après ce message, et quels champs ne valent que jusqu’au voisin.',
  ),
  'content-disposition': row(
    'RFC 6266 §4',
    'Whether to show the body or to save it as a file, and under which name.',
    'S’il faut montrer le corps ou l’enregistrer, et sous quel nom.',
  ),
  'content-encoding': row(
    'RFC 9110 §8.4',
    'How the body is compressed; who reads it decodes it first.',
    'Comment le corps est compressé ; on le décode avant de le lire.',
  ),
  'content-language': row(
    'RFC 9110 §8.5',
    'The language of those for whom the body is meant.',
    'La langue de ceux à qui le corps s’adresse.',
  ),
  'content-length': row(
    'RFC 9110 §8.6',
    'How many bytes the body has: so the other end knows where it ends.',
    'Combien d’octets a le corps : l’autre sait ainsi où il finit.',
  ),
  'content-location': row(
    'RFC 9110 §8.7',
    'The address of exactly this version of the document.',
    'L’adresse de cette version précise du document.',
  ),
  'content-range': row(
    'RFC 9110 §14.4',
    'Which part of the whole this body is.',
    'De quelle partie du tout ce corps est fait.',
  ),
  'content-security-policy': row(
    'CSP',
    'From where a page may load scripts, images and the rest: a wall against injected code.',
    'D’où une page peut charger scripts, images et le reste : un mur contre le code injecté.',
  ),
  'content-type': row(
    'RFC 9110 §8.3',
    'What the body is: its media type, and for text how its characters are encoded.',
    'Ce qu’est le corps : son type de média, et pour un texte, l’encodage de ses caractères.',
  ),
  cookie: row(
    'RFC 6265 §4.2',
    'What the server asked the browser to remember, given back with each request.',
    'Ce que le serveur a demandé au navigateur de retenir, rendu à chaque requête.',
  ),
  'set-cookie': row(
    'RFC 6265 §4.1',
    'Asks the browser to remember this, and to send it with the next requests.',
    'Demande au navigateur de retenir ceci, et de l’envoyer avec les requêtes suivantes.',
  ),
  date: row(
    'RFC 9110 §6.6.1',
    'When the server made this response, always in GMT.',
    'Quand le serveur a fait cette réponse, toujours en temps GMT.',
  ),
  etag: row(
    'RFC 9110 §8.8.3',
    'A label for this version of the document: another version has another.',
    'Une étiquette de cette version du document : une autre version en a une autre.',
  ),
  expect: row(
    'RFC 9110 §10.1.1',
    'The client waits for 100 Continue before it sends its body.',
    'Le client attend 100 Continue avant d’envoyer son corps.',
  ),
  expires: row(
    'RFC 9111 §5.3',
    'After this moment a kept copy is stale; Cache-Control has precedence.',
    'Après ce moment, une copie gardée est périmée ; Cache-Control l’emporte.',
  ),
  forwarded: row(
    'RFC 7239 §4',
    'What a proxy knows of the client before it: its address, the name it asked for.',
    'Ce qu’un proxy sait du client avant lui : son adresse, le nom demandé.',
  ),
  'if-match': row(
    'RFC 9110 §13.1.1',
    'Do it only if the document is still this version.',
    'Ne le faire que si le document est encore cette version.',
  ),
  'if-modified-since': row(
    'RFC 9110 §13.1.3',
    'Send the document only if it changed since: else 304, without a body.',
    'N’envoyer le document que s’il a changé depuis : sinon 304, sans corps.',
  ),
  'if-none-match': row(
    'RFC 9110 §13.1.2',
    'Send the document only if it has another label than these: else 304, without a body.',
    'N’envoyer le document que si son étiquette n’est pas de celles-ci : sinon 304, sans corps.',
  ),
  'if-range': row(
    'RFC 9110 §13.1.5',
    'Send the part only if the document is unchanged, else the whole.',
    'N’envoyer la partie que si le document n’a pas changé, sinon le tout.',
  ),
  'keep-alive': row(
    'RFC 9112 §9.3',
    'For how many seconds the server keeps this connection open without a request.',
    'Combien de secondes le serveur garde cette connexion ouverte sans requête.',
  ),
  'last-modified': row(
    'RFC 9110 §8.8.2',
    'When the document changed last.',
    'Quand le document a changé pour la dernière fois.',
  ),
  link: row(
    'RFC 8288 §3',
    'Other documents and how they relate to this one, such as a style sheet to load early.',
    'D’autres documents et leur rapport avec celui-ci, comme une feuille de style à charger tôt.',
  ),
  location: row(
    'RFC 9110 §10.2.2',
    'Where to go next, or where what was made can be found.',
    'Où aller ensuite, ou bien où se trouve ce qui a été créé.',
  ),
  origin: row(
    'RFC 6454 §7',
    'From which site the page comes that sends this request.',
    'De quel site vient la page qui envoie cette requête.',
  ),
  'access-control-allow-origin': row(
    'Fetch',
    'Which other sites’ pages may read this response.',
    'Les pages de quels autres sites peuvent lire cette réponse.',
  ),
  range: row(
    'RFC 9110 §14.2',
    'Asks for a part of the document only.',
    'Ne demande qu’une partie du document.',
  ),
  referer: row('RFC 9110 §10.1.3', 'The page from which the reader came.', 'La page d’où vient le lecteur.'),
  'retry-after': row(
    'RFC 9110 §10.2.3',
    'When to try again: in so many seconds, or at a date.',
    'Quand réessayer : dans tant de secondes, ou à une date.',
  ),
  server: row('RFC 9110 §10.2.4', 'Which program answers.', 'Quel programme répond.'),
  'strict-transport-security': row(
    'RFC 6797 §6.1',
    'From now on the browser asks this site over HTTPS only.',
    'Désormais, le navigateur ne demande ce site qu’en HTTPS.',
  ),
  te: row(
    'RFC 9110 §10.1.4',
    'Whether the client takes trailers, and which transfer codings.',
    'Si le client accepte des champs de fin, et quels codages de transfert.',
  ),
  trailer: row(
    'RFC 9110 §6.6.2',
    'Which fields come after the body.',
    'Quels champs viendront après le corps.',
  ),
  'transfer-encoding': row(
    'RFC 9112 §6.1',
    'The body comes in chunks, each with its length before it: the sender need not know the whole length.',
    'Le corps vient par morceaux, chacun précédé de sa longueur : nul besoin de connaître la longueur totale.',
  ),
  upgrade: row(
    'RFC 9110 §7.8',
    'Asks to go on in another protocol on this connection, such as WebSocket.',
    'Demande de continuer dans un autre protocole sur cette connexion, comme WebSocket.',
  ),
  'upgrade-insecure-requests': row(
    'CSP',
    'The browser would rather have this page over HTTPS.',
    'Le navigateur préférerait cette page en HTTPS.',
  ),
  vary: row(
    'RFC 9110 §12.5.5',
    'Which fields of the request this response depends on: caches keep one copy for each.',
    'De quels champs de la requête dépend cette réponse : les caches gardent une copie pour chacun.',
  ),
  via: row(
    'RFC 9110 §7.6.3',
    'The proxies that the message came through.',
    'Les proxys par lesquels le message est passé.',
  ),
  'www-authenticate': row('RFC 9110 §11.6.1', 'How to prove who one is.', 'Comment prouver qui l’on est.'),
  'x-content-type-options': row(
    'Fetch',
    'The browser must take the type as it is told, and guess none.',
    'Le navigateur doit prendre le type tel quel, sans deviner.',
  ),
  'x-forwarded-for': row(
    'RFC 7239 §4',
    'The client’s address, as a proxy says; Forwarded is the standard for it.',
    'L’adresse du client, selon un proxy ; Forwarded en est la norme.',
  ),
  'sec-fetch-site': row(
    'Fetch Metadata',
    'Whether the page that asks is of this site or another; a browser says it, no script can.',
    'Si la page qui demande est de ce site ou d’un autre ; c’est le navigateur qui le dit, aucun script ne le peut.',
  ),
  'sec-fetch-mode': row(
    'Fetch Metadata',
    'How the browser asks: to show a page (navigate), for a script (cors), and so on.',
    'Comment le navigateur demande : pour montrer une page (navigate), pour un script (cors), etc.',
  ),
  'sec-fetch-dest': row(
    'Fetch Metadata',
    'What the answer is for: a document, an image, a style sheet.',
    'À quoi servira la réponse : un document, une image, une feuille de style.',
  ),
  'sec-websocket-key': row(
    'RFC 6455 §4.1',
    'A random text: the server proves with its answer to it that it speaks WebSocket.',
    'Un texte au hasard : par sa réponse, le serveur prouve qu’il parle WebSocket.',
  ),
  'sec-websocket-accept': row(
    'RFC 6455 §4.2.2',
    'The proof that the server speaks WebSocket.',
    'La preuve que le serveur parle WebSocket.',
  ),
};

/** @param name - in any case */
export function explanationOf(name: string): Explanation | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(explanations, key) ? explanations[key] : undefined;
}

/** Pages for what is no RFC. */
const elsewhere: Readonly<Record<string, string>> = {
  CSP: 'https://www.w3.org/TR/CSP3/',
  Fetch: 'https://fetch.spec.whatwg.org/',
  'Fetch Metadata': 'https://www.w3.org/TR/fetch-metadata/',
};

/** Where a section such as `RFC 9110 §5.5` can be read; undefined where it is none that is known. */
export function linkTo(section: string): string | undefined {
  const [, number, part] = /^RFC (\d+)(?: §([\d.]+\d|\d))?/.exec(section) ?? [];
  if (number === undefined) return Object.hasOwn(elsewhere, section) ? elsewhere[section] : undefined;
  return `https://www.rfc-editor.org/rfc/rfc${number}${part === undefined ? '' : `#section-${part}`}`;
}
