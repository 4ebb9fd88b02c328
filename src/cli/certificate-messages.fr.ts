// Ce que la commande dit des certificats, en français.
import type { Damage, SentencesInstead } from '../operation/certificates/problem.js';
import type { CertificateMessages } from './certificate-messages.en.js';

const when = (date: Date) => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const because = (reason: string | undefined) => (reason === undefined ? '' : ` (${reason})`);

const damages: Record<Damage, string> = {
  noKey: 'root-key.pem n’y est pas',
  badCertificate: 'root.pem ne contient pas de certificat',
  badKey: 'root-key.pem ne contient pas de clé privée',
  otherKey: 'root-key.pem ne va pas avec root.pem',
};

const anew = (folder: string) =>
  `premier untrust, puis supprimez ${folder}, et premier trust pour la suivante.`;

const fromPkcs12 = (file: string) =>
  `C’est du PKCS #12 ; ceci en fait du PEM, certificat et clé dans un seul fichier : openssl pkcs12 -in ${file} -nodes -out both.pem`;

const insteadOfCertificate = (file: string): SentencesInstead => ({
  nothing: 'Il est vide ; peut-être est-il en cours d’écriture.',
  key: 'Il contient une clé privée : les deux fichiers sont peut-être intervertis.',
  der: `Il est en DER ; ceci en fait du PEM : openssl x509 -in ${file} -out cert.pem`,
  pkcs12: fromPkcs12(file),
  else: 'Il devrait commencer par -----BEGIN CERTIFICATE-----.',
});

const insteadOfKey = (file: string): SentencesInstead => ({
  nothing: 'Il est vide ; peut-être est-il en cours d’écriture.',
  certificate: 'Il contient un certificat : les deux fichiers sont peut-être intervertis.',
  encrypted: `Elle est chiffrée ; ceci l’écrit sans son mot de passe : openssl pkey -in ${file} -out key.pem`,
  der: `Elle est en DER ; ceci en fait du PEM : openssl pkey -in ${file} -out key.pem`,
  pkcs12: fromPkcs12(file),
  else: 'Il devrait commencer par -----BEGIN PRIVATE KEY-----.',
});

export const certificateMessages: CertificateMessages = {
  problems: {
    unreadable: ({ file, reason }) =>
      `${file} est illisible (${reason}). Vérifiez qu’il appartient à l’utilisateur qui lance ceci.`,
    unwritable: ({ folder, reason }) =>
      `Impossible d’écrire dans ${folder} (${reason}). Vérifiez que ce dossier appartient à l’utilisateur qui lance ceci, ou choisissez un autre endroit par la variable XDG_DATA_HOME.`,
    diskFull: ({ folder }) =>
      `Le disque est plein : rien ne peut être gardé dans ${folder}. Faites de la place.`,
    locked: ({ file }) =>
      `Un autre processus tient ${file} depuis cinq minutes. Si aucun n’est à l’œuvre, supprimez ce fichier.`,
    authorityBroken: ({ folder, what }) =>
      `L’autorité locale de ${folder} est inutilisable : ${damages[what]}. Pour recommencer à neuf : ${anew(folder)}`,
    authorityNotYet: ({ from, folder }) =>
      `L’autorité locale commence le ${when(from)}, et l’horloge de cet ordinateur est en retard là-dessus. Mettez-la à l’heure ; si elle l’est, recommencez à neuf : ${anew(folder)}`,
    authorityOver: ({ until, folder }) =>
      `L’autorité locale a pris fin le ${when(until)} selon l’horloge de cet ordinateur. Mettez-la à l’heure ; si elle l’est, recommencez à neuf : ${anew(folder)}`,
    authorityExposed: ({ file, folder }) =>
      `D’autres que son propriétaire peuvent lire ou remplacer ${file}, la clé de l’autorité locale, et donc se faire passer pour un site local que cet ordinateur reconnaît : chmod 700 ${folder} ; chmod 600 ${file}. Si vous ne savez pas qui l’a pu, recommencez à neuf : ${anew(folder)}`,
    notLocal: ({ name }) =>
      `${name} n’est pas un nom local, donc l’autorité de cet ordinateur ne peut pas signer pour lui. Prenez un nom sous .localhost, .test ou .internal ; pour un nom public il y a --domain, et --tls-cert avec --tls-key.`,
    noSuchFile: ({ role, file }) =>
      `--tls-${role} : le fichier ${file} n’existe pas. Vérifiez l’orthographe, ou le dossier où vous êtes.`,
    folderNotFile: ({ role, file }) => `--tls-${role} : ${file} est un dossier. Donnez le fichier en PEM.`,
    noCertificate: ({ file, instead, reason }) =>
      `${file} ne contient pas de certificat en PEM${because(reason)}. ${insteadOfCertificate(file)[instead ?? 'else']}`,
    noKey: ({ file, instead, reason }) =>
      `${file} ne contient pas de clé privée lisible en PEM${because(instead ? undefined : reason)}. ${insteadOfKey(file)[instead ?? 'else']}`,
    keyOfAnother: ({ cert, key }) =>
      `${key} est la clé d’un autre certificat que ${cert}. Donnez les deux qui ont été faits ensemble.`,
    chainOrder: ({ cert }) =>
      `Dans ${cert}, un autre certificat précède celui du serveur. Mettez celui du serveur d’abord, ses intermédiaires après.`,
    pairUnfit: ({ cert, reason }) =>
      `OpenSSL refuse ${cert} : ${reason}. Faites faire un nouveau certificat, avec une clé ECDSA P-256 ou RSA 2048.`,
    pairOver: ({ cert, until }) =>
      `${cert} a pris fin le ${when(until)}. Prenez-en un plus récent, ou vérifiez l’horloge de cet ordinateur.`,
    pairNotYet: ({ cert, from }) =>
      `${cert} commence le ${when(from)}, et l’horloge de cet ordinateur est en retard là-dessus. Attendez jusque-là, ou mettez l’horloge à l’heure.`,
    acmeNoDirectory: ({ url }) =>
      `${url} n’est pas le répertoire d’un serveur ACME. Vérifiez --acme-directory.`,
    acmeInsecure: ({ url }) => `On ne parle à un serveur ACME qu’en https, pas à ${url}.`,
    acmeUnreachable: ({ url, reason }) =>
      `L’autorité est injoignable à ${url} (${reason}). Vérifiez le réseau ; la racine d’une autorité privée se donne par NODE_EXTRA_CA_CERTS.`,
    acmeNotNow: ({ url, reason }) =>
      `Pour l’horloge de cet ordinateur, le certificat de l’autorité elle-même à ${url} ne vaut pas maintenant (${reason}). Vérifiez l’horloge.`,
    acmeDown: ({ url, status }) =>
      `L’autorité à ${url} est en panne (état ${status}). Il n’y a rien à faire ici qu’attendre.`,
    acmeTerms: ({ terms }) =>
      `L’autorité a des conditions, à ${terms}. Lisez-les, puis dites que vous les acceptez : --agree-terms.`,
    acmeNeedsExternalAccount: ({ detail }) =>
      `L’autorité ne sert que ses propres clients (${detail}). Donnez le compte que vous avez auprès d’elle : --acme-account KID:CLÉ.`,
    acmeExternalAccount: ({ detail }) =>
      `L’autorité refuse le compte que vous avez auprès d’elle : ${detail}. Vérifiez --acme-account KID:CLÉ.`,
    acmeBrokenAccount: ({ file }) =>
      `${file} ne contient pas de compte. Remettez-le depuis une copie, ou supprimez-le pour qu’un nouveau compte soit créé.`,
    acmeOtherAccount: ({ file, detail }) =>
      `La clé de ${file} n’est pas celle de son compte auprès de l’autorité : ${detail}. Remettez le fichier depuis une copie, ou supprimez-le pour faire ouvrir un nouveau compte.`,
    acmeContact: ({ detail }) => `L’autorité refuse l’adresse de --email : ${detail}. Donnez-en une autre.`,
    acmeProfile: ({ detail }) =>
      `L’autorité n’a pas ce --acme-profile : ${detail}. Omettez-le, ou prenez-en un que cite son répertoire.`,
    acmeDns: ({ name, detail }) =>
      `L’autorité ne trouve pas d’adresse pour ${name} : ${detail}. Faites mener son enregistrement A ou AAAA à cet ordinateur.`,
    acmeConnection: ({ name, detail }) =>
      `L’autorité n’atteint pas ${name} : ${detail}. Faites-le mener ici, et ouvrez les ports 80 et 443 du pare-feu.`,
    acmeWrongAnswer: ({ name, detail }) =>
      `À ${name}, autre chose a répondu à l’autorité : ${detail}. Faites mener ce nom à cet ordinateur, et à nul autre.`,
    acmeCaa: ({ name, detail }) =>
      `L’enregistrement CAA de ${name} ne permet pas de certificat de cette autorité : ${detail}. Changez-le, ou prenez un autre --acme-directory.`,
    acmeRateLimited: ({ name, detail, again }) =>
      `L’autorité a eu assez de commandes pour ${name} jusqu’au ${when(again)} : ${detail}. Un nouvel essai suivra de lui-même.`,
    acmeRejectedName: ({ name, detail }) =>
      `L’autorité ne signe rien pour ${name} : ${detail}. Vérifiez --domain, ou prenez un autre --acme-directory.`,
    acmeNoChallenge: ({ name, offered }) =>
      `Pour ${name}, l’autorité ne questionne que d’une façon à laquelle on ne peut répondre ici : ${offered}. Libérez le port 80 ou 443 pour ce serveur.`,
    acmeRefused: ({ name, type, detail }) =>
      `L’autorité a refusé ${name} : ${detail}${type ? ` (${type})` : ''}. Un nouvel essai suivra de lui-même.`,
    acmeClock: ({ name, from, until }) =>
      `Le nouveau certificat de ${name} vaut du ${when(from)} au ${when(until)}, ce qui n’est pas maintenant pour l’horloge de cet ordinateur. Mettez-la à l’heure.`,
  },

  obtained: (name, until) => `Certificat de ${name} : obtenu, valable jusqu’au ${when(until)}.`,
  reloaded: (names, until) => `Certificat de ${names} : repris, valable jusqu’au ${when(until)}.`,
  again: (date) => `Prochain essai : ${when(date)}.`,
  goodUntil: (date, name = '') =>
    `Le certificat d’avant${name && ` de ${name}`} continue, ${date.getTime() < Date.now() ? 'bien qu’il ait pris fin le' : 'valable jusqu’au'} ${when(date)}.`,
  noneYet: (name) => `D’ici là, rien n’est servi pour ${name}.`,
  notTrusted: (command) =>
    `Aucun navigateur ne reconnaît encore l’autorité propre à cet ordinateur. Pour y remédier, une fois : ${command} trust`,
  onlyOne: (one, other) => `${one} et ${other} sont deux chemins vers un certificat. Omettez-en un.`,
  noWildcard: (name) =>
    `${name} : pour un nom avec *, l’autorité questionne le DNS, ce à quoi on ne peut répondre ici. Donnez chaque nom, ou prenez les certificats d’ailleurs par --tls-cert et --tls-key.`,
  httpPortTaken: (reason) =>
    `${reason} Le http simple n’est donc pas envoyé vers https, et l’autorité ne questionne qu’au port de https.`,

  trust: {
    intro: (file) => `L’autorité propre à cet ordinateur, ${file}, va entrer dans ces magasins :`,
    untrustIntro: (file) => `L’autorité propre à cet ordinateur, ${file}, va sortir de ces magasins :`,
    system: 'le système',
    chromium: 'Chromium et Chrome de cet utilisateur',
    firefox: (profile) => `Firefox (${profile})`,
    keychain: 'le trousseau de session (Safari, Chrome)',
    windows: 'le magasin des racines de cet utilisateur (Edge, Chrome)',
    done: 'C’est fait. Les navigateurs ouverts sont à relancer.',
    nothingToUntrust: 'Cet ordinateur n’a pas d’autorité propre ; il n’y a rien à retirer.',
    inNoStore: (file) =>
      `L’autorité propre à cet ordinateur, ${file}, n’est dans aucun magasin que l’on puisse changer ici.`,
    failed: (what, reason) => `${what} : échec (${reason}).`,
    noCertutil:
      'Les magasins des navigateurs demandent certutil, qui n’est pas là. Installez-le (Debian : apt install libnss3-tools) et recommencez.',
    noStore:
      'Aucun magasin n’est connu sur ce système. Importez ce fichier à la main, comme autorité pour les sites.',
    someFailed: 'Tous les magasins n’ont pas pu être changés ; voyez ci-dessus.',
    folderNamed: (word) => `Pour servir le dossier ${word}, écrivez ./${word}.`,
  },
};
