/**
 * The options of the command: one table from which parsing, `--help` and docs/cli.md all come.
 * In: the text after an option. Out: its value, checked. Each `read` throws a `UsageError` that names the option.
 */
import { isIP } from 'node:net';
import { readAdminAddress } from '../operation/admin-address.js';
import { httpsOptions } from './https-options.js';
import type { Language } from './language.js';
import { operationOptions } from './operation-options.js';
import { type Flag, flag, list, type Option, settled, valued, word } from './option-kinds.js';
import {
  readAllowedHost,
  readAuth,
  readHeader,
  readHost,
  readInspectorAddress,
  readMode,
  readPort,
  readWord,
} from './option-values.js';

export { groups, type Option, type Valued } from './option-kinds.js';

/** What `--host` without a value stands for: every interface of this computer. */
export const everyInterface = '*';

/** The path in `unix:PATH`, a host that is a socket of the file system. */
export const socketPath = (host: string): string | undefined =>
  host.startsWith('unix:') ? host.slice('unix:'.length) : undefined;

export const options = {
  port: settled({
    group: 'listening',
    short: 'p',
    argument: word('NUMBER', 'NOMBRE'),
    environment: 'PORT',
    fallback: '8080',
    read: readPort,
    about: {
      en: 'Listen on this port; 0 picks a free one.',
      fr: 'Écouter sur ce port ; 0 en choisit un libre.',
    },
  }),
  host: list({
    group: 'listening',
    argument: word('ADDRESS', 'ADRESSE'),
    bare: everyInterface,
    isValue: (text) => isIP(text) !== 0 || text === 'localhost' || socketPath(text) !== undefined,
    fallback: 'localhost',
    read: readHost,
    about: {
      en: 'Listen on this address (--host=NAME for a name, unix:PATH for a socket). --host alone: on all, seen by the network.',
      fr: 'Écouter sur cette adresse (--host=NOM pour un nom, unix:CHEMIN pour une prise locale). --host seul : sur toutes, visible du réseau.',
    },
  }),
  'socket-mode': valued({
    group: 'listening',
    argument: word('MODE', 'DROITS'),
    read: readMode,
    about: {
      en: 'Who may connect to the socket of --host unix:PATH, as for chmod: 660 its group as well, 666 everybody. Default: what the umask leaves, most often its owner alone.',
      fr: 'Qui peut se connecter à la prise de --host unix:CHEMIN, comme pour chmod : 660 son groupe aussi, 666 tout le monde. Par défaut : ce que laisse l’umask, le plus souvent son propriétaire seul.',
    },
  }),
  open: flag({
    group: 'listening',
    short: 'o',
    about: { en: 'Open the address in the browser.', fr: 'Ouvrir l’adresse dans le navigateur.' },
  }),

  ...httpsOptions,

  single: flag({
    group: 'folder',
    only: 'folder',
    short: 's',
    about: {
      en: 'Single-page app: answer index.html to who asks for a page that isn’t there.',
      fr: 'Application d’une seule page : répondre index.html à qui demande une page qui n’existe pas.',
    },
  }),
  'clean-urls': flag({
    group: 'folder',
    only: 'folder',
    about: {
      en: 'Answer /page with page.html, and redirect /page.html to /page.',
      fr: 'Répondre page.html à /page, et rediriger /page.html vers /page.',
    },
  }),
  listing: flag({
    group: 'folder',
    only: 'folder',
    about: {
      en: 'List folders that have no index.html. Done by default, but not with --single.',
      fr: 'Lister les dossiers sans index.html. Fait par défaut, mais pas avec --single.',
    },
  }),
  'no-listing': flag({
    group: 'folder',
    only: 'folder',
    about: {
      en: 'Do not list folders that have no index.html.',
      fr: 'Ne pas lister les dossiers sans index.html.',
    },
  }),
  'follow-links': flag({
    group: 'folder',
    only: 'folder',
    about: {
      en: 'Follow symbolic links that lead out of the folder.',
      fr: 'Suivre les liens symboliques qui sortent du dossier.',
    },
  }),
  reload: flag({
    group: 'folder',
    only: 'folder',
    twin: 'watch',
    short: 'r',
    about: {
      en: 'Refresh the open pages when a file changes.',
      fr: 'Rafraîchir les pages ouvertes quand un fichier change.',
    },
  }),
  cors: flag({
    group: 'folder',
    only: 'folder',
    about: {
      en: 'Let pages of any other site read the documents.',
      fr: 'Laisser les pages de tout autre site lire les documents.',
    },
  }),
  header: list({
    group: 'folder',
    only: 'folder',
    argument: word("'NAME: VALUE'", "'NOM: VALEUR'"),
    read: readHeader,
    about: {
      en: 'Add this field to every answer; with /PATH/*: before it, to those there. Cache-Control goes with documents only.',
      fr: 'Ajouter ce champ à chaque réponse ; avec /CHEMIN/*: devant, à celles-là. Cache-Control ne va qu’aux documents.',
    },
  }),

  watch: flag({
    group: 'program',
    only: 'program',
    twin: 'reload',
    short: 'w',
    about: {
      en: 'Start again when the code changes, refusing nobody meanwhile.',
      fr: 'Relancer quand le code change, sans refuser personne entre-temps.',
    },
  }),

  auth: valued({
    group: 'access',
    argument: word('USER:PASSWORD', 'NOM:MOTDEPASSE'),
    environment: 'PREMIER_AUTH',
    read: readAuth,
    about: {
      en: 'Ask for this name and password.',
      fr: 'Demander ce nom et ce mot de passe.',
    },
  }),

  'allow-host': list({
    group: 'access',
    only: 'folder',
    argument: word('NAME', 'NOM'),
    read: readAllowedHost,
    about: {
      en: 'Answer requests for this host as well; .NAME: and all below it; *: any. Without --host, only names of this computer are answered.',
      fr: 'Répondre aussi aux requêtes pour cet hôte ; .NOM : et à tout ce qui est dessous ; * : à tous. Sans --host, seuls les noms de cet ordinateur ont une réponse.',
    },
  }),

  ...operationOptions,

  inspect: valued({
    group: 'output',
    argument: word('ADDRESS', 'ADRESSE'),
    bare: '127.0.0.1:8082',
    isValue: (text) => isIP(text) !== 0 || 'port' in (readAdminAddress(text) ?? {}),
    read: readInspectorAddress,
    about: {
      en: 'Show what the server and its clients say to each other on a live page, at [HOST:]PORT. --inspect alone: 127.0.0.1:8082.',
      fr: 'Montrer ce que le serveur et ses clients se disent sur une page en direct, à [HÔTE:]PORT. --inspect seul : 127.0.0.1:8082.',
    },
  }),
  'inspect-anywhere': flag({
    group: 'output',
    about: {
      en: 'Let --inspect be at an address that other computers see.',
      fr: 'Permettre à --inspect une adresse que d’autres ordinateurs voient.',
    },
  }),
  log: valued({
    group: 'output',
    argument: word('text|json|combined|off'),
    read: readWord('text', 'json', 'combined', 'off'),
    about: {
      en: 'The access log, a line for each answer; combined is Apache’s format. Default: text.',
      fr: 'Le journal d’accès, une ligne par réponse ; combined est le format d’Apache. Par défaut : text.',
    },
  }),
  quiet: flag({
    group: 'output',
    short: 'q',
    about: {
      en: 'Print the first line and errors only; no log unless --log asks for it.',
      fr: 'N’afficher que la première ligne et les erreurs ; pas de journal sans --log.',
    },
  }),
  lang: valued({
    group: 'output',
    argument: word('en|fr'),
    read: readWord<Language>('en', 'fr'),
    about: {
      en: 'Language of messages. Default: the locale’s, English or French.',
      fr: 'Langue des messages. Par défaut : celle du système, français ou anglais.',
    },
  }),
  help: flag({ group: 'output', short: 'h', about: { en: 'Print this.', fr: 'Afficher ceci.' } }),
  version: flag({
    group: 'output',
    short: 'v',
    about: { en: 'Print the version.', fr: 'Afficher la version.' },
  }),
} as const;

export type OptionName = keyof typeof options;

type Setting<O> = O extends Flag
  ? boolean
  : O extends { read: (...args: never[]) => infer Value }
    ? O extends { repeatable: true }
      ? Value[]
      : O extends { fallback: string }
        ? Value
        : Value | undefined
    : never;

/** The value of every option, by the option's name. */
export type Settings = { [Name in OptionName]: Setting<(typeof options)[Name]> };

/** The table as pairs, for those who go through it. */
export const optionEntries = Object.entries(options) as [OptionName, Option][];
