// The options that have to do with https: rows for the table in options.ts.
import { flag, list, valued, word } from './option-kinds.js';
import {
  readAccount,
  readDirectory,
  readEmail,
  readHostName,
  readHostNames,
  readPort,
  readWholeSeconds,
} from './option-values.js';

/** What `--hsts` without a value stands for: a year, the least that browsers' own lists take. */
const year = '31536000';

export const httpsOptions = {
  https: flag({
    group: 'https',
    about: {
      en: 'Serve https, HTTP/2 included, with a certificate of this computer’s own authority, which is made once; premier trust makes browsers believe it, premier untrust takes that back.',
      fr: 'Servir en https, HTTP/2 compris, avec un certificat de l’autorité propre à cet ordinateur, créée une fois ; premier trust la fait reconnaître des navigateurs, premier untrust revient en arrière.',
    },
  }),
  name: list({
    group: 'https',
    argument: word('NAME', 'NOM'),
    read: readHostName,
    about: {
      en: 'A further local name for that certificate, such as app.localhost or app.test.',
      fr: 'Un nom local de plus pour ce certificat, comme app.localhost ou app.test.',
    },
  }),
  'tls-cert': list({
    group: 'https',
    argument: word('FILE', 'FICHIER'),
    read: (text) => text,
    about: {
      en: 'Serve https with this certificate (PEM, the chain included); taken over when it changes. Of several, clients choose by name.',
      fr: 'Servir en https avec ce certificat (PEM, chaîne comprise) ; repris quand il change. De plusieurs, les clients choisissent par le nom.',
    },
  }),
  'tls-key': list({
    group: 'https',
    argument: word('FILE', 'FICHIER'),
    read: (text) => text,
    about: {
      en: 'The private key of that certificate (PEM); of several, in the same order.',
      fr: 'La clé privée de ce certificat (PEM) ; de plusieurs, dans le même ordre.',
    },
  }),
  domain: list({
    group: 'https',
    argument: word('NAME[,NAME]', 'NOM[,NOM]'),
    read: readHostNames,
    about: {
      en: 'Serve https for these public names, with certificates from Let’s Encrypt, renewed by themselves. Sets --host, and --port 443.',
      fr: 'Servir en https pour ces noms publics, avec des certificats de Let’s Encrypt, renouvelés d’eux-mêmes. Vaut --host, et --port 443.',
    },
  }),
  email: valued({
    group: 'https',
    argument: word('ADDRESS', 'ADRESSE'),
    read: readEmail,
    about: {
      en: 'Where that authority may write to you.',
      fr: 'Où cette autorité peut vous écrire.',
    },
  }),
  'agree-terms': flag({
    group: 'https',
    about: {
      en: 'Agree to the terms of that authority; without this, it is told where to read them.',
      fr: 'Accepter les conditions de cette autorité ; sans cela, il est dit où les lire.',
    },
  }),
  'acme-directory': valued({
    group: 'https',
    argument: word('URL'),
    read: readDirectory,
    about: {
      en: 'Take certificates from this ACME server instead.',
      fr: 'Prendre les certificats de ce serveur ACME.',
    },
  }),
  'acme-account': valued({
    group: 'https',
    argument: word('KID:KEY', 'KID:CLÉ'),
    environment: 'PREMIER_ACME_ACCOUNT',
    read: readAccount,
    about: {
      en: 'The account you have with it (external account binding).',
      fr: 'Le compte que vous avez auprès de lui (« external account binding »).',
    },
  }),
  'acme-profile': valued({
    group: 'https',
    argument: word('NAME', 'NOM'),
    read: (text) => text,
    about: {
      en: 'One of its profiles, such as shortlived.',
      fr: 'Un de ses profils, comme shortlived.',
    },
  }),
  'http-port': valued({
    group: 'https',
    argument: word('NUMBER', 'NOMBRE'),
    read: readPort,
    about: {
      en: 'Listen on this port too, for plain http, and send everybody there to https. Default: 80 with --domain.',
      fr: 'Écouter aussi sur ce port, en http, et y envoyer chacun vers https. Par défaut : 80 avec --domain.',
    },
  }),
  hsts: valued({
    group: 'https',
    argument: word('SECONDS', 'SECONDES'),
    bare: year,
    isValue: (text) => /^\d+$/.test(text),
    read: readWholeSeconds,
    about: {
      en: 'Tell browsers to ask for nothing but https for this time, a year when it is left out. Never for localhost.',
      fr: 'Dire aux navigateurs de ne demander que https pendant ce temps, un an s’il n’est pas donné. Jamais pour localhost.',
    },
  }),
} as const;
