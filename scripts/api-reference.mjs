// `npm run docs:api`: writes docs/api.md out of the TSDoc of the public types: all that premier has beyond node:http.
// In: faces/*.d.cts, and what tsc declares of premier/documents. A test holds the paper against them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..');

/** What is told of each module: the declarations by name, from these files. */
const modules = [
  {
    title: 'premier, premier/https',
    intro:
      'Everything that `node:http` and `node:https` have on the Node that runs, under the same names, and in types:',
    files: ['faces/index.d.cts'],
    names: ['ServerOptions', 'ClientError'],
  },
  {
    title: 'premier/documents',
    intro:
      'A folder of documents as a request listener, on premier, `node:http`, Express and Connect. [Documents](documents.md) tells how it answers.',
    files: ['dist/documents/index.d.ts', 'dist/documents/options.d.ts', 'dist/documents/answer-fields.d.ts'],
    names: ['documents', 'DocumentsHandler', 'DocumentsOptions', 'HeaderRules', 'FieldValue', 'CacheLimits'],
  },
  {
    title: 'premier/operation',
    intro:
      'For programs that run for long: a stop that loses no request. [Deployment](deployment.md) tells when it matters.',
    files: ['dist/operation/index.d.ts', 'dist/operation/graceful.d.ts', 'dist/operation/stage.d.ts'],
    names: ['graceful', 'Graceful', 'GracefulOptions', 'StopOutcome', 'Stage'],
  },
  {
    title: 'premier/inspector',
    intro:
      'A live page of what servers and their clients say to each other, on a port of its own. [The inspector](inspector.md) shows it.',
    files: ['dist/inspector/index.d.ts', 'dist/inspector/options.d.ts'],
    names: ['inspect', 'inspectServers', 'Inspector', 'InspectorOptions'],
  },
  {
    title: 'premier/register',
    intro:
      'Exports nothing: `node --import premier/register app.js` puts premier under `node:http` and `node:https`.',
    files: ['faces/register.d.cts'],
    names: [],
  },
  {
    title: 'The environment',
    intro: 'What is set by an option of [the command](cli.md) as well is told there.',
    files: ['faces/register.d.cts'],
    names: ['Environment'],
  },
];

/** The text of a TSDoc comment, and its `@throws` and `@param` lines as a list. */
function prose(comment) {
  const lines = comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim());
  const [body, ...tags] = lines.join('\n').split(/^@/m);
  const joined = (text) => text.replace(/\s+/g, ' ').trim();
  return {
    text: joined(body),
    tags: tags
      .map(joined)
      .filter((tag) => !tag.startsWith('see '))
      .map((tag) =>
        tag
          .replace(/^param (\w+) (- )?/, '`$1`: ')
          .replace(/^throws \{([^}]+)\} /, (_, types) => `throws ${types.split(' | ').join(' or ')}: `),
      ),
  };
}

const comment = String.raw`(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*`;

/** The members of an interface that have a comment: name, type, meaning. */
function members(body) {
  const pattern = new RegExp(`${comment}(?:readonly )?(?:(\\w+)\\??: ([^;]+);|(\\w*)(\\([^;]*;))`, 'g');
  return [...body.matchAll(pattern)].map(([, doc, name, type, method, signature]) => ({
    name: name ?? `${method}${signature.replace(/: void;$/, '')}`.replace(/\s+/g, ' '),
    type: (type ?? 'method')
      .replace(/\s+/g, ' ')
      .replace(/ \| undefined$/, '')
      .replace(/^Bytes$/, 'Buffer'),
    ...prose(doc),
  }));
}

/** A declaration by its name: { doc, kind, head, members }. */
function declaration(text, name) {
  const start = new RegExp(
    `(?:${comment})?(?:export )?(?:declare )?(interface|function|type(?= ${name} =)) ${name}\\b`,
  );
  const match = start.exec(text);
  if (!match) return undefined;
  const [, doc, kind] = match;
  const rest = text.slice(match.index + match[0].length);
  if (kind !== 'interface')
    return { doc, kind, head: `${name}${rest.slice(0, rest.indexOf(';'))}`, members: [] };
  const body = rest.slice(rest.indexOf('{\n') + 2, rest.indexOf('\n}'));
  return { doc, kind, head: name, members: members(body) };
}

const cell = (text) => text.replace(/\|/g, '\\|');

function section({ files }, name) {
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'));
  const found = texts.map((text) => declaration(text, name)).find((one) => one !== undefined);
  if (!found) throw new Error(`${name} is declared in none of ${files.join(', ')}`);
  const { text, tags } = found.doc ? prose(found.doc) : { text: '', tags: [] };
  return [
    `### \`${found.head}\``,
    ...(text ? ['', text] : []),
    ...(tags.length > 0 ? ['', ...tags.map((tag) => `- ${tag}`)] : []),
    ...(found.members.length > 0 ? ['', '| name | type | meaning |', '| --- | --- | --- |'] : []),
    ...found.members.map(
      (member) =>
        `| \`${cell(member.name)}\` | ${member.type === 'method' ? 'method' : `\`${cell(member.type)}\``} | ${cell(member.text)} |`,
    ),
    '',
  ];
}

/** docs/api.md as it is to be. */
export function apiReference() {
  return [
    '<!-- Generated from faces/, src/documents/ and src/operation/ by `npm run docs:api`; a test compares. -->',
    '',
    '# API',
    '',
    'What premier has beyond `node:http` and `node:https`. All the rest is as [Node documents it](https://nodejs.org/api/http.html);',
    'what behaves otherwise is in [Compatibility](compatibility.md).',
    '',
    ...modules.flatMap((module) => [
      `## ${module.title}`,
      '',
      module.intro,
      '',
      ...module.names.flatMap((name) => section(module, name)),
    ]),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(root, 'docs', 'api.md'), apiReference());
}
