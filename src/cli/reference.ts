// docs/cli.md, from the table of options. In: nothing. Out: Markdown, English first, then French.
import { description, example, spelling } from './help.js';
import { catalogues, type Language, type Messages } from './language.js';
import { groups, optionEntries } from './options.js';

const title: Record<Language, string> = { en: 'The command `premier`', fr: 'La commande `premier`' };
const columns: Record<Language, [string, string]> = { en: ['Option', 'Meaning'], fr: ['Option', 'Sens'] };

/** More than fits in `--help`, for those who read the page. */
const notes: Record<Language, string> = {
  en: `## More on serving a folder

- Without \`--host\` a folder is served to this computer alone, and only requests for one of its names are answered
  (\`localhost\`, \`*.localhost\`, its loopback addresses, its own name): a page of somebody else's, whose name leads to
  this computer, gets 421 instead of the documents (DNS rebinding). A proxy or tunnel that passes on another name needs
  \`--allow-host NAME\`.
- \`--header\` takes a path before the field: \`--header '/assets/*: Cache-Control: max-age=31536000, immutable'\`. Fields
  that say how long a document may be kept go with documents only. [More](documents.md#fields-of-your-own).
- \`--single\` looks at what a request accepts, not at what its path ends in. [More](documents.md#single-page-apps).

## More on programs

\`premier app.js\` runs a program on premier's engine, as \`node --import premier/register app.js\` would:

- It is the main program of its process: \`require.main === module\`, and \`import.meta.main\` where Node.js has it. What
  stands after \`--\` is in its \`process.argv\`.
- What it exports (\`export default\` or \`module.exports\`) is served: a function \`(req, res)\`, an Express, Koa, Fastify or
  Hono app, any object with \`fetch(request)\` that returns a \`Response\`, a function \`(request)\` or \`()\` that does, or a
  server of HTTP, HTTPS or HTTP/2 that does not listen yet. A server is served as it is, with its options and all its
  listeners, over TLS with the options of HTTPS; one of HTTPS or HTTP/2 refuses these, and one of HTTP/2 \`--auth\` as well.
- What a function \`(req, res)\` returns is sent only where it is a \`Response\`: it answers with \`res.end()\`, now or later. Text,
  bytes or a plain object, returned before anything was answered, are a failure. So is a \`Response\` whose
  \`Content-Length\` isn't the length of its body.
- When such a program fails to answer a request, by a throw, a rejected promise or an error in a callback, the client gets
  status 500 without any field of the answer it replaces, or is cut where that has begun; the error is printed, and the
  server goes on. An error that belongs to no request ends the program, as on Node.js.
- A program that exports none of these and calls \`listen()\` itself is left to do so, and its addresses are printed. \`--port\`
  reaches it as the variable \`PORT\`. With \`--https\`, \`--name\` or \`--tls-cert\` its servers of HTTP speak over
  TLS, and HTTP/2 as well, unless they listen for CONNECT. \`--host\`, \`--auth\`, \`--open\`, \`--domain\` and \`--http-port\` are refused, for they could not apply. When it has no listener for SIGINT and SIGTERM of its own, its servers are closed gracefully.
- TypeScript runs where Node.js strips types by itself (22.18 and newer).
- \`--watch\` looks at every file that the program loads with \`import\` or \`require\`, \`node_modules\` aside. The program
  before goes on serving until the new one listens, and then has five seconds to finish its answers; if the new one fails,
  it simply goes on. Folders may be removed and made again, as builds and checkouts do; the program starts again when its
  changed files are back. Where the system cannot watch, it says so, and looks at the files every second. A program that
  a signal ends, such as SIGTERM or SIGKILL, or that runs out of memory, is started again at once; after pauses that grow to
  30 seconds where that goes on, to one second where it is SIGKILL. One that ends by itself, whatever its exit code, is started again at the next change.

## More on what is printed

The first line that premier prints on stdout is always \`Serveur démarré !\`, whatever the language; programs may wait for
it. Then come the addresses and the folder or program, then the access log, one line for each answer:

- \`--log text\`: method, target, status, bytes of the body, milliseconds, and whether the client left before the end.
- \`--log json\`: an object a line with \`time\`, \`method\`, \`target\`, \`status\`, \`bytes\`, \`ms\`, \`received\` (bytes of the
  request's body), \`remote\`, \`host\`, \`user\`, \`referer\`, \`agent\`, \`id\` (\`X-Request-Id\` of a peer that
  \`--trust-proxy\` names), \`trace\` (of \`traceparent\`), \`aborted\` and \`refusal\`, those without a value left out. With
  \`--quiet\` only the first line comes before. A handler that fails is told of on stderr as one line of JSON too, with
  \`error\` and \`stack\`.
- \`--log combined\`: Apache's combined format, in UTC.
- Where several processes write to one pipe, a line is 4096 bytes at most, for no other to stand in its middle: longer texts in
  it end with \`…\`. A file gets them whole.

A request that is no HTTP, or breaks a limit, has \`-\` for method and target, and the error's code at the end. UTF-8 in a
target is written as it reads, and characters that a terminal would obey as \`\\x1b\`. Colours appear on a terminal, unless \`NO_COLOR\` is set.
Errors go to stderr.

## Signals

Ctrl-C (SIGINT) and SIGTERM stop the server without losing a request, and end with code 0. It serves everybody for
\`--drain-delay\` seconds more; then it accepts no more connections, answers what still comes on those it has, with
\`Connection: close\`, and leaves idle ones a second, or a fifth of one at a terminal. What is not finished \`--stop-after\`
seconds later is cut; a line tells how many, and the code is 0 all the same. A second signal ends at once, with code 1;
within a fifth of a second it counts as the echo of the first, for a terminal, npm and \`timeout\` signal a process and its
group.

## Several processes

\`--workers N\` serves a folder or a program with N processes at the same addresses, each with all that the program opens.

- SIGHUP replaces them one after the other: a successor serves before the one it replaces stops, which has \`--stop-after\`
  seconds to finish, and keeps idle connections for as long as their clients were told. One that has not ended five seconds after
  that is killed, which is told. A successor that fails to start, or does not listen within a minute, replaces nobody.
- A worker that ends is started again at once while others serve, and else at once and then after pauses that grow to
  30 seconds, to one second for what was killed. Where none serves, who connects waits for it if that pause is a second at
  most, and is refused else; elsewhere than on Linux, always. SIGTERM to one of them replaces it.
- A worker whose program has closed all its servers isn't ready any more, and is replaced as one that ended.
- Where the first worker fails to start, the command ends with its exit code.
- \`--max-requests\` and \`--max-memory\` are drawn a tenth lower or higher for each worker, so that they are not all
  replaced together. A worker that takes more memory than that before it has served anybody isn't replaced for it, which
  is told once; one that takes it within ten seconds serves on for pauses that grow to 30 seconds.
- With \`--wait-ready\` a worker counts as ready once its program has called \`process.send('ready')\`, and listens; the first
  lines are printed then.
- When the terminal of the command goes away, it stops instead.

## The admin listener

\`--admin\` answers at 127.0.0.1:8081, \`--admin=ADDRESS\` elsewhere; never at the served addresses. It is for whoever runs the
service: keep it from others. Port 0 is a free one, which is printed at the start.

- \`/live\`: 200 while a process that serves tells of itself, else 503.
- \`/ready\`: 200 while requests are wanted, else 503: before the first worker serves, and from the request to stop on, with
  \`--drain-delay\` still to come, and while no process answers.
- \`/status\`: JSON; the service and each of its processes: requests, connections, delay of the event loop, memory.
- \`/metrics\`: for Prometheus, and OpenMetrics where that is asked for.
- \`/inspector/\`: with \`--inspect\`, the page of [the inspector](inspector.md#who-can-read-it), behind its token.

\`premier status [ADDRESS]\` prints the state as a table. \`premier health [URL]\` prints what \`/ready\`, or the URL, says, and
ends with code 0 for 200 and 1 for all else: a health check for an image without a shell.
`,
  fr: `## Servir un dossier en détail

- Sans \`--host\`, un dossier n’est servi qu’à cet ordinateur, et seules les requêtes pour l’un de ses noms ont une réponse
  (\`localhost\`, \`*.localhost\`, ses adresses de bouclage, son propre nom) : la page d’un autre, dont le nom mène à cet
  ordinateur, reçoit 421 au lieu des documents (« DNS rebinding »). Un proxy ou un tunnel qui transmet un autre nom demande
  \`--allow-host NOM\`.
- \`--header\` accepte un chemin devant le champ : \`--header '/assets/*: Cache-Control: max-age=31536000, immutable'\`.
  Les champs qui disent combien de temps garder un document ne vont qu’aux documents.
  [Davantage](documents.md#fields-of-your-own).
- \`--single\` regarde ce que la requête accepte, pas la fin de son chemin. [Davantage](documents.md#single-page-apps).

## Les programmes en détail

\`premier app.js\` fait tourner un programme sur le moteur de premier, comme \`node --import premier/register app.js\` :

- C’est le programme principal de son processus : \`require.main === module\`, et \`import.meta.main\` là où Node.js le
  connaît. Ce qui suit \`--\` est dans son \`process.argv\`.
- Ce qu’il exporte (\`export default\` ou \`module.exports\`) est servi : une fonction \`(req, res)\`, une application Express,
  Koa, Fastify ou Hono, tout objet dont \`fetch(request)\` rend une \`Response\`, une fonction \`(request)\` ou \`()\` qui en rend
  une, ou un serveur HTTP, HTTPS ou HTTP/2 qui n’écoute pas encore. Un serveur est servi tel quel, avec ses réglages et
  tous ses écouteurs, en TLS avec les options de HTTPS ; un serveur HTTPS ou HTTP/2 les refuse, et un serveur HTTP/2 \`--auth\` aussi.
- Ce que rend une fonction \`(req, res)\` n’est envoyé que si c’est une \`Response\` : elle répond par \`res.end()\`, aussitôt ou
  plus tard. Un texte, des octets ou un simple objet, rendus avant toute réponse, sont un échec. Une \`Response\` dont
  \`Content-Length\` n’est pas la longueur de son corps en est un aussi.
- Si le programme échoue à répondre à une requête, par une exception, une promesse rejetée ou une erreur dans un rappel,
  le client reçoit le statut 500 sans aucun champ de la réponse remplacée, ou est coupé si elle a commencé ; l’erreur
  s’affiche et le serveur continue. Une erreur qui n’est celle d’aucune requête termine le programme, comme sous Node.js.
- Un programme qui n’exporte rien de tel et appelle lui-même \`listen()\` est libre de le faire, et ses adresses s’affichent.
  \`--port\` lui parvient par la variable \`PORT\`. Avec \`--https\`, \`--name\` ou \`--tls-cert\`, ses serveurs HTTP parlent
  en TLS, et HTTP/2 aussi, sauf s’ils écoutent CONNECT. \`--host\`, \`--auth\`, \`--open\`, \`--domain\` et \`--http-port\` sont refusées, car elles resteraient
  sans effet. S’il n’écoute pas lui-même SIGINT et SIGTERM, ses serveurs sont fermés en
  douceur.
- TypeScript tourne là où Node.js retire les types de lui-même (22.18 et suivants).
- \`--watch\` regarde chaque fichier que le programme charge par \`import\` ou \`require\`, sauf \`node_modules\`. Le programme
  d’avant continue de servir jusqu’à ce que le nouveau écoute, et a ensuite cinq secondes pour finir ses réponses ; si le
  nouveau échoue, l’ancien continue, tout simplement. Des dossiers peuvent être supprimés et refaits, comme le font les
  compilations et les checkouts ; le programme est relancé quand ses fichiers changés sont de retour. Si le système ne
  peut pas guetter, il le dit, et regarde les fichiers chaque seconde. Un programme tué, ou à court de
  mémoire, est relancé aussitôt ; après des pauses qui grandissent jusqu’à 30 secondes si cela continue, à une seconde si
  c’est SIGKILL.

## L’affichage en détail

La première ligne que premier écrit sur la sortie standard est toujours \`Serveur démarré !\`, dans toutes les langues ; un
programme peut l’attendre. Puis viennent les adresses et le dossier ou le programme, puis le journal d’accès, une ligne
par réponse :

- \`--log text\` : méthode, cible, statut, octets du corps, millisecondes, et si le client est parti avant la fin.
- \`--log json\` : un objet par ligne avec \`time\`, \`method\`, \`target\`, \`status\`, \`bytes\`, \`ms\`, \`received\` (octets du
  corps de la requête), \`remote\`, \`host\`, \`user\`, \`referer\`, \`agent\`, \`id\` (\`X-Request-Id\` d’un pair que
  \`--trust-proxy\` nomme), \`trace\` (de \`traceparent\`), \`aborted\` et \`refusal\`, sans ceux qui n’ont pas de valeur. Avec
  \`--quiet\`, seule la première ligne vient avant. Un gestionnaire qui échoue s’annonce aussi par une ligne de JSON, sur la
  sortie d’erreur, avec \`error\` et \`stack\`.
- \`--log combined\` : le format « combined » d’Apache, en temps universel.
- Là où plusieurs processus écrivent dans un même tube, une ligne a 4096 octets au plus, pour qu’aucune autre ne s’y glisse : les
  textes plus longs finissent par \`…\`. Un fichier les reçoit entiers.

Une requête qui n’est pas du HTTP, ou qui dépasse une limite, a \`-\` pour méthode et cible, et le code de l’erreur à la fin.
L’UTF-8 d’une cible s’écrit comme il se lit, et les caractères auxquels un terminal obéirait comme \`\\x1b\`. Les couleurs apparaissent sur un terminal, sauf si
\`NO_COLOR\` est défini. Les erreurs vont sur la sortie d’erreur.

## Signaux

Ctrl-C (SIGINT) et SIGTERM arrêtent le serveur sans perdre une requête, et terminent avec le code 0. Il sert encore tout
le monde pendant \`--drain-delay\` secondes ; puis il n’accepte plus de connexions, répond à ce qui arrive encore sur
celles qu’il a, avec \`Connection: close\`, et laisse aux inactives une seconde, ou un cinquième à un terminal. Ce qui n’est
pas fini \`--stop-after\` secondes plus tard est coupé ; une ligne dit combien, et le code reste 0. Un second signal termine
tout de suite, avec le code 1 ; moins d’un cinquième de seconde après le premier, il n’en est que l’écho, car un
terminal, npm et \`timeout\` préviennent un processus et son groupe.

## Plusieurs processus

\`--workers N\` sert un dossier ou un programme avec N processus aux mêmes adresses, chacun avec tout ce que le programme
ouvre.

- SIGHUP les remplace l’un après l’autre : un successeur sert avant que celui qu’il remplace ne s’arrête, qui a
  \`--stop-after\` secondes pour finir, et garde les connexions inactives aussi longtemps qu’on l’a dit à leurs clients. S’il
  n’a pas fini cinq secondes plus tard, il est tué, ce qui est dit. Un successeur qui échoue à démarrer, ou n’écoute pas en une
  minute, ne remplace personne.
- Un processus qui se termine est relancé aussitôt tant que d’autres servent, sinon aussitôt puis après des pauses qui
  grandissent jusqu’à 30 secondes, jusqu’à une seconde pour ce qui a été tué. Où aucun ne sert, qui se connecte l’attend si cette pause ne passe pas une seconde, et est
  refusé sinon ; ailleurs que sous Linux, toujours. SIGTERM envoyé à l’un d’eux le remplace.
- Un processus dont le programme a fermé tous ses serveurs n’est plus prêt, et est remplacé comme s’il s’était terminé.
- \`--max-requests\` et \`--max-memory\` sont tirées un dixième plus bas ou plus haut pour chaque processus, pour qu’ils ne
  soient pas tous remplacés ensemble. Un processus qui occupe plus de mémoire avant d’avoir servi quiconque n’est pas
  remplacé pour cela, ce qui est dit une fois ; un qui l’occupe en moins de dix secondes sert encore, le temps de pauses
  qui grandissent jusqu’à 30 secondes.
- Avec \`--wait-ready\`, un processus est prêt une fois que son programme a appelé \`process.send('ready')\`, et écoute ;
  les premières lignes ne paraissent qu’alors.
- Si le premier échoue à démarrer, la commande se termine avec son code de sortie.
- Si le terminal de la commande disparaît, elle s’arrête.

## L’écoute d’administration

\`--admin\` répond à 127.0.0.1:8081, \`--admin=ADRESSE\` ailleurs ; jamais aux adresses servies. C’est pour qui s’occupe du
service : gardez-la des autres. Le port 0 en prend un libre, qui s’affiche au démarrage.

- \`/live\` : 200 tant qu’un processus qui sert donne de ses nouvelles, sinon 503.
- \`/ready\` : 200 tant que des requêtes sont voulues, sinon 503 : avant que le premier processus serve, et dès la demande
  d’arrêt, alors que \`--drain-delay\` est encore à venir, et tant qu’aucun processus ne répond.
- \`/status\` : du JSON ; le service et chacun de ses processus : requêtes, connexions, retard de la boucle, mémoire.
- \`/metrics\` : pour Prometheus, et en OpenMetrics si c’est demandé.
- \`/inspector/\` : avec \`--inspect\`, la page de [l’inspecteur](inspector.fr.md#qui-peut-le-lire), derrière son jeton.

\`premier status [ADRESSE]\` affiche l’état en tableau. \`premier health [URL]\` affiche ce que dit \`/ready\`, ou l’URL, et se
termine avec le code 0 pour 200 et 1 sinon : un contrôle pour une image sans shell.
`,
};

/** The whole page. */
export function reference(): string {
  const pages = (['en', 'fr'] as const).map((language) => page(language, catalogues[language]));
  return `<!-- Generated from src/cli/options.ts by \`npm run docs:cli\`; a test compares. -->\n\n${pages.join('\n')}`;
}

function page(language: Language, say: Messages): string {
  const [left, right] = columns[language];
  const tables = groups.map((group) => {
    const rows = optionEntries
      .filter(([, option]) => option.group === group)
      .map(
        ([name, option]) =>
          `| \`${cell(spelling(name, option, say).trim())}\` | ${cell(description(option, say))} |`,
      );
    return [`## ${say.headings[group]}`, '', `| ${left} | ${right} |`, '| --- | --- |', ...rows, ''].join(
      '\n',
    );
  });
  const examples = say.examples
    .list(undefined)
    .map(([args, what]) => `${example('premier', args).padEnd(44)} # ${what}`);
  return [
    `# ${title[language]}`,
    '',
    '```sh',
    say.usage('premier'),
    '```',
    '',
    ...say.intro(undefined),
    say.exitCodes,
    '',
    '```sh',
    ...examples,
    '```',
    '',
    ...tables,
    notes[language],
  ].join('\n');
}

/** A text inside a table. */
const cell = (text: string) => text.replaceAll('|', '\\|');
