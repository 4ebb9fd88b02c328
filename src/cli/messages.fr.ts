// Toutes les phrases de la commande, en français. Même forme que le catalogue anglais, que le compilateur vérifie.
import { certificateMessages } from './certificate-messages.fr.js';
import type { Messages, ProcessEnd } from './messages.en.js';

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} Mio`;

/** Quand reprend ce qui s’est terminé. */
const after = (seconds: number): string => (seconds === 0 ? 'aussitôt' : `dans ${seconds} s`);

const ending = ({ signal, exitCode }: ProcessEnd): string =>
  signal ? `a été tué par ${signal}` : `s’est terminé avec le code ${exitCode}`;

export const french: Messages = {
  language: 'fr',
  usage: (command) => `Usage : ${command} [OPTIONS] [DOSSIER | PROGRAMME]`,
  intro: (folder) => [
    'Sert un dossier de documents par HTTP, ou fait tourner un programme sur le serveur.',
    `DOSSIER est ${folder ?? 'le dossier courant'} s’il n’est pas donné ; PROGRAMME est un fichier .js, .mjs, .cjs ou .ts.`,
    'Ce qui suit -- est remis au programme. premier status et premier health interrogent celui qui tourne.',
  ],
  headings: {
    listening: 'Écoute',
    https: 'HTTPS',
    folder: 'Servir un dossier',
    program: 'Faire tourner un programme',
    access: 'Qui peut lire',
    operation: 'En production',
    output: 'Ce qui s’affiche',
  },
  examples: {
    heading: 'Exemples',
    list: (folder) => [
      ['', `${folder ?? 'le dossier courant'}, sur http://localhost:8080`],
      ['dist --single --port 3000', 'une application d’une seule page'],
      ['photos --host --auth anna:secret', 'visible sur le réseau, avec un mot de passe'],
      ['--https', 'en https, avec un certificat de cet ordinateur'],
      ['app.js --watch', 'un programme, relancé quand il change'],
    ],
  },
  exitCodes: 'Code de sortie : 0 après un arrêt en douceur, 1 en cas d’ennui, 2 pour un mauvais usage.',
  exitCodesOfStart: 'Code de sortie : 0 après un arrêt en douceur, 1 en cas d’ennui ou de mauvais usage.',
  byDefault: (value) => `Par défaut : ${value}.`,
  byEnvironment: (variable, value) => `Par défaut : la variable ${variable}, sinon ${value}.`,
  orEnvironment: (variable) => `Ou la variable ${variable}, que la liste des processus ne montre pas.`,
  repeatable: 'Peut être répétée.',

  thisComputer: 'Cet ordinateur',
  network: 'Réseau',
  socket: 'Prise locale',
  folder: 'Dossier',
  program: 'Programme',
  inspector: 'Inspecteur',
  admin: 'Administration',
  stopHint: 'Ctrl-C pour arrêter',
  stopping: (count) =>
    count === 1
      ? 'Une réponse se termine ; Ctrl-C encore une fois pour arrêter tout de suite.'
      : `${count} réponses se terminent ; Ctrl-C encore une fois pour arrêter tout de suite.`,
  cut: (count, seconds) =>
    `${count} ${count < 2 ? 'connexion coupée' : 'connexions coupées'} : rien de fini au bout de ${seconds} s (--stop-after).`,
  notPrinted: (reason) =>
    `Ce que vous avez demandé ne peut pas s’écrire (${reason}). Le disque est-il plein ?`,
  logNotWritten: (reason) =>
    `Le journal ne peut pas s’écrire (${reason}) : ses lignes sont perdues jusqu’à ce qu’il le puisse. Le disque est-il plein ?`,
  logUnread: (reason) => `Le journal est perdu à partir d’ici : plus personne ne le lit (${reason}).`,
  logLinesLost: (count) => `${count} lignes du journal sont perdues : rien ne lit cette sortie assez vite.`,
  aborted: 'interrompue',

  seeHelp: (command) => `Voir ${command} --help.`,
  unknownOption: (option) => `L’option ${option} n’existe pas.`,
  didYouMean: (option) => `Vouliez-vous dire ${option} ?`,
  useInstead: (option) => `Là, c’est ${option}.`,
  folderStandsAlone: 'Le dossier se donne sans option : premier DOSSIER.',
  always: 'C’est toujours le cas.',
  hostNeedsEquals: (name) =>
    `Si ${name} dit où écouter, écrivez --host=${name.replace(/:(\d+)$/, ' --port $1')}.`,
  flagTakesNoValue: (option) => `${option} ne prend pas de valeur.`,
  valueMissing: (option, argument) => `${option} demande une valeur : ${option} ${argument}.`,
  emptyValue: (option) =>
    `${option} a une valeur vide. Donnez-en une, ou retirez ${option} ; une variable du shell n’est peut-être pas définie.`,
  emptyTarget:
    'Le nom du dossier ou du programme est vide. Donnez . pour le dossier courant ; une variable du shell n’est peut-être pas définie.',
  oneTarget: (first, second) =>
    `Un seul dossier ou programme à la fois, mais il y en a deux : ${first} et ${second}.`,
  badPort: (option, value) =>
    `${option} doit être un nombre entier de 0 à 65535 (0 choisit un port libre), pas « ${value} ».`,
  badSeconds: (option, value) => `${option} doit être un nombre de secondes de 0 à 86400, pas « ${value} ».`,
  badAdmin: (option, value) =>
    `${option} doit être un port, un hôte et un port, ou unix:CHEMIN, comme 8081, 127.0.0.1:8081 ou [::1]:8081, pas « ${value} ».`,
  badCount: (option, value) => `${option} doit être un nombre entier à partir de 1, pas « ${value} ».`,
  badBytes: (option, value) =>
    `${option} doit être une taille comme 512M ou 2G, d’un mégaoctet au moins, pas « ${value} ».`,
  needs: (option, needed) => `${option} reste sans effet sans ${needed}. Ajoutez-la, ou omettez ${option}.`,
  needsWorkers: (option) => `${option} concerne plusieurs processus. Ajoutez --workers.`,
  badWorkers: (option, value) =>
    `${option} doit être un nombre entier de 1 à 999, ou auto pour un processus par cœur, pas « ${value} ».`,
  badChoice: (option, value, choices) => `${option} doit être l’un de ${choices}, pas « ${value} ».`,
  badPeers: (option, value) =>
    `${option} doit être des adresses ou des réseaux comme 10.0.0.0/8, loopback ou unix, séparés par des virgules ; pas « ${value} ».`,
  badAuth: (option) =>
    `${option} doit être utilisateur:motdepasse, avec un nom avant le deux-points et un mot de passe après.`,
  badHeader: (value) =>
    `--header doit être 'Nom: valeur' ou '/chemin/*: Nom: valeur', en caractères que HTTP permet, pas « ${value} ».`,
  reservedHeader: (name) => `--header ne peut pas fixer ${name} : le serveur le calcule pour chaque réponse.`,
  onlyForFolders: (option, target) => `${option} est pour un dossier, mais ${target} est un programme.`,
  onlyForPrograms: (option, target) => `${option} est pour un programme, mais ${target} est un dossier.`,
  badMode: (option, value) =>
    `${option} doit être trois chiffres octaux comme pour chmod, par exemple 660, pas « ${value} ».`,
  modeNeedsSocket: (option) => `${option} est pour une prise locale. Donnez aussi --host unix:CHEMIN.`,
  badHost: (option, value) =>
    `${option} attend une adresse écrite en entier, comme 0.0.0.0 ou ::1, un nom, ou unix:CHEMIN, sans protocole ni port ; pas « ${value} ».`,
  abstractSocket: (option, value, path) =>
    `${option} : ${value} serait une prise hors des fichiers, où tout le monde sur cet ordinateur peut se connecter. Donnez un chemin, comme unix:${path}.`,
  badInspectorAddress: (option, value) =>
    `${option} doit être un port, une adresse, ou les deux, comme 8082, 127.0.0.1:8082 ou [::1]:8082, pas « ${value} ».`,
  ambiguousAddress: (option, value, withPort, whole) =>
    `${option} : ${value} peut être une adresse et un port, ou une adresse IPv6 entière. Écrivez ${option}=${withPort} ou ${option}=${whole}.`,
  badAllowedHost: (option, value) =>
    `${option} doit être le nom d’un hôte sans schéma ni port, .nom pour tout ce qui est dessous aussi, ou *, pas « ${value} ».`,
  contradiction: (one, other) => `${one} et ${other} se contredisent. Retirez l’une des deux.`,
  badHostName: (option, value) =>
    `${option} doit être le nom d’un hôte, ou une adresse, sans schéma ni port, pas « ${value} ».`,
  badEmail: (option, value) => `${option} doit être une adresse comme anna@example.org, pas « ${value} ».`,
  badDirectory: (option, value) => `${option} doit être une URL en https, pas « ${value} ».`,
  badAccount: (option) =>
    `${option} doit être KID:CLÉ, l’identifiant devant les deux-points et la clé en base64url après.`,
  badWholeSeconds: (option, value) => `${option} doit être un nombre entier de secondes, pas « ${value} ».`,
  tlsNeedsBoth:
    '--tls-cert et --tls-key vont ensemble : donnez les deux, une clé par certificat et dans le même ordre.',

  noSuchTarget: (path) =>
    `${path} n’existe pas : aucun dossier ni programme ne porte ce nom. Vérifiez l’orthographe, ou le dossier où vous êtes.`,
  notServable: (path) =>
    `${path} n’est ni un dossier ni un programme (.js, .mjs, .cjs, .ts). Pour servir un fichier, donnez son dossier.`,
  unreadable: (path, reason) =>
    `${path} ne peut pas être lu (${reason}).${/^E(ACCES|PERM)$/.test(reason) ? ' Vérifiez ses droits d’accès.' : ''}`,
  portInUse: (port, holder, option, retry) =>
    `Le port ${port} est ${holder === undefined ? 'déjà pris par un autre programme' : `aussi celui de ${holder}`}. Choisissez-en un autre : ${retry}, ou ${option} 0 pour un port libre.`,
  socketInUse: (path) =>
    `${path} est déjà pris par un autre programme, ou n’est pas une prise. Choisissez un autre chemin, ou supprimez-le.`,
  socketTooLong: (path, bytes) =>
    `${path} est trop long pour une prise, dont le chemin peut avoir ${bytes} octets. Choisissez-en un plus court.`,
  noFolderForSocket: (path, folder) =>
    `Impossible d’écouter sur ${path} : le dossier ${folder} n’existe pas. Créez-le, ou choisissez un autre chemin.`,
  socketNeedsRights: (path, folder) =>
    `Impossible d’écouter sur ${path} : vous ne pouvez pas écrire dans ${folder}. Vérifiez ses droits d’accès, ou choisissez un autre chemin.`,
  portNeedsRights: (port, retry) =>
    `Le port ${port} demande des droits d’administrateur. Choisissez-en un à partir de 1024 : ${retry}.`,
  noSuchHost: (host, retry) =>
    `${host} n’est pas une adresse de cet ordinateur. Sans --host, lui seul verra le serveur ; pour le réseau : ${retry}.`,
  portInHost: (host, address, port) =>
    `${host} n’est pas une adresse de cet ordinateur. Un port se demande à part : --host=${address} --port=${port}.`,
  cannotListen: (where, reason) =>
    `Impossible d’écouter sur ${where} : ${reason}. Essayez un autre --port ou --host.`,
  certificates: certificateMessages,
  inspectorInUse: (port, retry) =>
    `--inspect : le port ${port} est pris par un autre programme. Choisissez-en un autre : ${retry}.`,
  inspectorOfOne: (retry) =>
    `--inspect montre ce que dit un seul processus, et --workers en demande plusieurs. Servez avec un seul le temps de regarder : ${retry}.`,
  inspectorSeen: (host, retry) =>
    `--inspect : d’autres ordinateurs voient peut-être ${host}, et la page montre tout ce que clients et serveur se disent, en clair. Si c’est voulu : ${retry}.`,
  inspectorAtAdmin: (port, retry) =>
    `--inspect et --admin sont toutes deux à ${port}, et une seule peut l’avoir. Donnez-en un autre : ${retry}. L’écoute d’administration montre aussi la page.`,
  cannotInspect: (where, reason) =>
    `--inspect : impossible d’écouter sur ${where} : ${reason}. Essayez une autre adresse.`,
  misdirected: (command) =>
    `Ce serveur est pour l’ordinateur où il tourne, et répond aux requêtes pour localhost. Qui le fait tourner peut admettre un autre nom : ${command} --allow-host NOM.`,
  passwordInClear: 'Le mot de passe de --auth circule en clair sur le réseau ; --https le chiffre.',
  cannotWatch: (reason) =>
    `Le système ne peut pas guetter les changements (${reason}) ; les fichiers sont regardés chaque seconde à la place.`,
  cannotOpen: (address) => `Aucun navigateur n’a pu être ouvert ; ouvrez ${address} vous-même.`,

  programFailed: (path) => `${path} n’a pas pu démarrer :`,
  programDoesNothing: (path) =>
    `${path} n’exporte pas de quoi répondre et n’écoute pas non plus. Exportez une fonction (req, res) ou (request), une application, un serveur ou { fetch } (pas une classe), ou appelez listen().`,
  notListeningYet: (path, seconds) =>
    `${path} n’exporte pas de quoi répondre, et n’a pas appelé listen() en ${seconds} s. On l’attend.`,
  exportsServer: (path, options) =>
    `${path} exporte son propre serveur : ${options} ne peut pas s’y appliquer. Retirez l’option, ou exportez la fonction qui répond.`,
  noTypeScript: (path, version) =>
    `${path} est en TypeScript, que Node.js ${version} ne sait pas lire. Utilisez Node.js 22.18 ou plus récent, ou compilez-le d’abord en JavaScript.`,
  listensItself: (path, options) =>
    `${path} écoute de lui-même : ${options} ne peut pas s’y appliquer. Retirez l’option, ou exportez l’application au lieu d’appeler listen().`,
  listensOverTls: (path, options) =>
    `${path} a fait son propre serveur en TLS ou HTTP/2, donc ${options} ne peut pas s’y appliquer. Retirez-la ; ou, dans le programme, attendez https.manageCertificates(server, { local: true }) de premier/https.`,
  listensWithoutTls: (path, options) =>
    `${path} écoute de lui-même : ${options} ne peut pas s’y appliquer. Exportez l’application au lieu d’appeler listen() ; ou, dans le programme, faites le serveur avec premier/https et appelez await https.manageCertificates(server, { local: true }).`,
  handlerFailed: 'Le programme n’a pas su répondre à une requête :',
  noAnswer: (request, seconds) =>
    `${request} est toujours sans réponse après ${seconds} s. Une fonction (req, res) répond par res.end() ; une fonction (request) rend une Response. (Dit une seule fois.)`,
  restarted: (file) => `${file} a changé : relancé.`,
  badInheritedSocket: (fd, reason) =>
    `On ne peut écouter sur la prise ${fd} de LISTEN_FDS (${reason}). Voyez l’unité .socket : Accept=no, et un flux.`,
  socketsUnheard: (path, names) =>
    `${path} écoute lui-même, et pas sur ce que systemd a ouvert pour lui (${names}) : qui s’y connecte attend sans fin. Exportez l’application au lieu d’appeler listen(), ou appelez listen({ fd: 3 }).`,
  adminSocketUnused:
    'systemd a ouvert une prise nommée admin, mais --admin n’est pas donnée : personne n’y répond. Donnez aussi --admin.',
  cannotNotify: (reason) =>
    `systemd ne peut être tenu au courant (${reason}) ; le service continue. Installez systemd-notify, ou mettez Type=exec.`,
  noAdmin: (where, reason) =>
    `L’écoute d’administration ne peut avoir ${where} (${reason}) ; le service continue sans elle. Essayez une autre --admin.`,
  noAdminSocket: (reason) => `${reason} Le service continue sans son écoute d’administration.`,
  adminIsServed: (port, retry) =>
    `--admin et --port sont tous deux ${port}, mais l’écoute d’administration est pour qui s’occupe du service, jamais pour ceux qui sont servis. Donnez-lui-en un autre : ${retry}.`,
  notInTime: (seconds) => `pas de réponse entière en ${seconds} s`,
  nobodyAnswers: (where, reason) =>
    `Personne ne répond à ${where} (${reason}). Le service est-il là, et a-t-il été lancé avec --admin ?`,
  noStatus: (where, status) =>
    `${where} a répondu avec le statut ${status}, et pas comme une écoute d’administration. Donnez l’adresse de --admin.`,
  howToAsk: (question) =>
    question === 'health'
      ? 'C’est : premier health [URL], par exemple http://127.0.0.1:8081/ready. Pour servir un dossier de ce nom : premier ./health.'
      : 'C’est : premier status [ADRESSE], comme donnée à --admin. Pour servir un dossier de ce nom : premier ./status.',
  asksOverHttp: (url) =>
    `premier health interroge en http, pas ${url}. Interrogez l’écoute d’administration, par exemple http://127.0.0.1:8081/ready.`,
  statusLine: (version, stage, pid, uptime, generation, requests, connections) =>
    `premier ${version}, processus ${pid} : ${stage}, là depuis ${uptime} s, génération ${generation}, ${requests} ${requests < 2 ? 'requête' : 'requêtes'}, ${connections} ${connections < 2 ? 'connexion' : 'connexions'}`,
  states: {
    starting: 'démarre',
    ready: 'prêt',
    draining: 'se vide',
    stopping: 's’arrête',
    retiring: 'se retire',
    ended: 'terminé',
  },
  megabytes,
  statusColumns: [
    'processus',
    'état',
    'génération',
    'durée',
    'requêtes',
    'connexions',
    'retard p99',
    'mémoire',
    'entendu',
  ],
  replaced: (path) => `${path} : tous les processus ont été remplacés.`,
  ended: (path, how, seconds) => `${path} ${ending(how)} ; relancé ${after(seconds)}.`,
  neverReady: (path, limit, seconds) =>
    `${path} n’était pas prêt au bout de ${limit} s et a été tué ; relancé ${after(seconds)}.`,
  listensNoMore: (pid, seconds) =>
    `Le processus ${pid} n’écoute plus nulle part : son programme a fermé ses serveurs.${seconds === undefined ? '' : ` Remplacé ${after(seconds)}.`}`,
  successorFailed: (path, limit) =>
    `${path} ${limit === undefined ? 'n’a pas pu démarrer' : `n’était pas prêt au bout de ${limit} s`} ; les processus d’avant continuent de servir. Corrigez-le, et envoyez SIGHUP de nouveau.`,
  endedUnserved: (path, how, limit) =>
    limit === undefined
      ? `${path} ${ending(how)} avant de servir.`
      : `${path} n’était pas prêt au bout de ${limit} s, et a été tué.`,
  limitReached: (limit) =>
    'requests' in limit
      ? `${limit.requests} ${limit.requests < 2 ? 'requête' : 'requêtes'}`
      : megabytes(limit.memory),
  alwaysFull: (option, bytes) =>
    `${option} est moins que ce qu’un processus occupe avant d’avoir répondu à quoi que ce soit (${megabytes(bytes)}) : aucun n’est remplacé pour cela. Donnez plus, ou retirez l’option.`,
  worn: (pid, reason) => `Le processus ${pid} est remplacé : ${reason}.`,
  stuck: (pid, seconds) =>
    `Le processus ${pid} a été tué, avec ce à quoi il n’avait pas répondu : il n’avait pas fini ${seconds} s après qu’on le lui eut demandé.`,
  waitingForChange: 'En attente d’un changement.',
  stillServing: 'La version d’avant continue de servir. En attente d’un changement.',
};
