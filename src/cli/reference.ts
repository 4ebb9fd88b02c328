// docs/cli.md, from the table of options. In: nothing. Out: Markdown, English first, then French.
import { description, spelling } from './help.js';
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

- What it exports (\`export default\` or \`module.exports\`) is served: a function \`(req, res)\`, an Express, Koa, Fastify or
  Hono app, any object with \`fetch(request)\` that returns a \`Response\`, or a server that does not listen yet. When such a
  program fails to answer a request, the client gets status 500, the error is printed, and the server goes on.
- A program that exports none of these and calls \`listen()\` itself is left to do so. \`--port\` reaches it as the variable
  \`PORT\`; \`--host\`, \`--auth\`, \`--tls-cert\`, \`--tls-key\` and \`--open\` are refused, for they could not apply. When it has no
  listener for SIGINT and SIGTERM of its own, its servers are closed gracefully.
- TypeScript runs where Node.js strips types by itself (22.18 and newer).
- \`--watch\` looks at every file that the program loads with \`import\` or \`require\`, \`node_modules\` aside. The program
  before goes on serving until the new one listens, and then has five seconds to finish its answers; if the new one fails,
  it simply goes on. Folders may be removed and made again, as builds and checkouts do; the program starts again when its
  changed files are back. Where the system cannot watch, it says so, and looks at the files every second.

## More on what is printed

The first line on stdout is always \`Serveur démarré !\`, whatever the language; programs may wait for it. Then come the
addresses, then the access log, one line for each answer:

- \`--log text\`: method, target, status, bytes of the body, milliseconds, and whether the client left before the end.
- \`--log json\`: an object a line with \`time\`, \`method\`, \`target\`, \`status\`, \`bytes\`, \`ms\`, \`remote\`, \`user\`, \`referer\`,
  \`agent\`, \`aborted\` and \`refusal\`, those without a value left out. With \`--quiet\` only the first line comes before.
- \`--log combined\`: Apache's combined format, in UTC.

A request that is no HTTP, or breaks a limit, has \`-\` for method and target, and the error's code at the end. Characters
that a terminal would obey are written as \`\\x1b\`. Colours appear on a terminal, unless \`NO_COLOR\` is set.
Errors go to stderr.

## Signals

Ctrl-C (SIGINT) and SIGTERM refuse new connections, let the answers under way finish, and end with code 0. A second
signal ends at once, with code 1.
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

- Ce qu’il exporte (\`export default\` ou \`module.exports\`) est servi : une fonction \`(req, res)\`, une application Express,
  Koa, Fastify ou Hono, tout objet dont \`fetch(request)\` rend une \`Response\`, ou un serveur qui n’écoute pas encore. Si le
  programme échoue à répondre à une requête, le client reçoit le statut 500, l’erreur s’affiche et le serveur continue.
- Un programme qui n’exporte rien de tel et appelle lui-même \`listen()\` est libre de le faire. \`--port\` lui parvient par la
  variable \`PORT\` ; \`--host\`, \`--auth\`, \`--tls-cert\`, \`--tls-key\` et \`--open\` sont refusées, car elles resteraient sans effet.
  S’il n’écoute pas lui-même SIGINT et SIGTERM, ses serveurs sont fermés en douceur.
- TypeScript tourne là où Node.js retire les types de lui-même (22.18 et suivants).
- \`--watch\` regarde chaque fichier que le programme charge par \`import\` ou \`require\`, sauf \`node_modules\`. Le programme
  d’avant continue de servir jusqu’à ce que le nouveau écoute, et a ensuite cinq secondes pour finir ses réponses ; si le
  nouveau échoue, l’ancien continue, tout simplement. Des dossiers peuvent être supprimés et refaits, comme le font les
  compilations et les checkouts ; le programme est relancé quand ses fichiers changés sont de retour. Si le système ne
  peut pas guetter, il le dit, et regarde les fichiers chaque seconde.

## L’affichage en détail

La première ligne de la sortie standard est toujours \`Serveur démarré !\`, dans toutes les langues ; un programme peut
l’attendre. Puis viennent les adresses, puis le journal d’accès, une ligne par réponse :

- \`--log text\` : méthode, cible, statut, octets du corps, millisecondes, et si le client est parti avant la fin.
- \`--log json\` : un objet par ligne avec \`time\`, \`method\`, \`target\`, \`status\`, \`bytes\`, \`ms\`, \`remote\`, \`user\`, \`referer\`,
  \`agent\`, \`aborted\` et \`refusal\`, sans ceux qui n’ont pas de valeur. Avec \`--quiet\`, seule la première ligne vient avant.
- \`--log combined\` : le format « combined » d’Apache, en temps universel.

Une requête qui n’est pas du HTTP, ou qui dépasse une limite, a \`-\` pour méthode et cible, et le code de l’erreur à la fin.
Les caractères auxquels un terminal obéirait sont écrits comme \`\\x1b\`. Les couleurs apparaissent sur un terminal, sauf si
\`NO_COLOR\` est défini. Les erreurs vont sur la sortie d’erreur.

## Signaux

Ctrl-C (SIGINT) et SIGTERM refusent les nouvelles connexions, laissent finir les réponses en cours et terminent avec le
code 0. Un second signal termine tout de suite, avec le code 1.
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
  const examples = say.examples.list.map(([command, what]) => `${(command as string).padEnd(44)} # ${what}`);
  return [
    `# ${title[language]}`,
    '',
    '```sh',
    say.usage,
    '```',
    '',
    ...say.intro,
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
