// Makes what the package ships out of the modules that tsc has compiled.
// In: a folder of compiled modules, faces/, the packages that are bundled. Out, in the same folder: `engine.cjs`, the whole
// engine; `document-server.cjs`; `certificates.cjs`; `inspector.cjs`, with its page; the command in a few files; the
// faces, for `import` and for `require`;
// `licences.txt` and `sbom.cdx.json`, of the packages that are in them. The modules themselves stay beside them, for tests
// and measurements; the package leaves them out.
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sbom } from './sbom.mjs';

/** The oldest Node that premier runs on. */
const target = 'node20';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const { version, dependencies = {}, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * Names are not kept where two modules have the same: to name a closure takes V8 a slow call and a quarter of a kilobyte, for
 * each connection and each answer. What programs see by its name is named where it is written down.
 */
function run(folder, options) {
  const { buildSync } = require('esbuild');
  const { metafile, outputFiles } = buildSync({
    absWorkingDir: folder,
    bundle: true,
    platform: 'node',
    target,
    allowOverwrite: true,
    metafile: true,
    preserveSymlinks: true,
    nodePaths: [join(root, 'node_modules')],
    define: { PREMIER_VERSION: JSON.stringify(version), ...options.define },
    external: [...Object.keys(dependencies), ...(options.external ?? [])],
    logLevel: 'warning',
    ...options.build,
  });
  return { inputs: Object.keys(metafile.inputs), outputFiles };
}

/** What `premier/https` loads when a program asks for it: in a file of its own. */
const certificates = './operation/certificates/managed.js';

/** What the server loads with the first one that speaks HTTP/2: in a file of its own. */
const http2 = './http2/entry.js';

/** Modules of Node's that take milliseconds to load, and that many programs never need. */
const lateModules = 'crypto|https|perf_hooks|tls';

/** Loads each of them when something of it is first read. */
const late = `const late = {};
const loadLate = (name, load) =>
  Object.defineProperty(late, name, {
    configurable: true,
    get() {
      const value = load();
      Object.defineProperty(late, name, { value });
      return value;
    },
  });
for (const name of ${JSON.stringify(lateModules.split('|'))}) loadLate(name, () => builtin(\`node:\${name}\`));
`;

/**
 * One CommonJS file. What it takes from Node is read from Node's own objects: the copies that esbuild makes of them are
 * read through getters, which costs on every request. It asks for them in a way that no test runner and no other bundler
 * comes between: see faces/builtin.cjs.
 */
function commonJs(folder, entry, output, { define = {} } = {}) {
  const { inputs } = run(folder, {
    external: faces,
    define,
    build: { entryPoints: [entry], outfile: output, format: 'cjs' },
  });
  rewrite(join(folder, output), (text) =>
    fromNode(text).replace('"use strict";\n', `"use strict";\n${late}`),
  );
  return inputs;
}

/** Lets the text of a CommonJS file take what it asks of Node, and of premier's other parts, as ours do. */
function fromNode(text) {
  return (
    text
      .replace(/__toESM\(require\("(node:[\w/]+)"\)(, 1)?\)/g, 'require("$1")')
      .replace(/\b(import_node_\w+)\.default\b/g, '$1')
      .replace(/\brequire\("(?:node:)?([\w/]+)"\)/g, 'builtin("node:$1")')
      .replace(new RegExp(`^var import_node_(?:${lateModules})\\d* = .*\\n`, 'gm'), '')
      .replace(new RegExp(`\\bimport_node_(${lateModules})\\d*\\b`, 'g'), 'late.$1')
      .replace(/\brequire\("\.\.\/(\w+)\.js"\)/g, 'require("./$1.cjs")')
      // A directive counts in the first place only.
      .replace('"use strict";\n', '"use strict";\nconst builtin = require("./builtin.cjs");\n')
  );
}

/**
 * The engine in three files: `engine.cjs`, `engine-http2.cjs`, which it loads for a server that speaks HTTP/2, and what both
 * need. esbuild divides ES modules only; each is made CommonJS after that, so that what one file has of another is a
 * variable of its own: a property that is read through a getter costs on every request.
 */
function engine(folder) {
  const { transformSync } = require('esbuild');
  const { inputs, outputFiles } = run(folder, {
    external: [certificates, http2],
    build: {
      entryPoints: { engine: 'engine.js', 'engine-http2': 'server/http2/entry.js' },
      outdir: '.',
      chunkNames: 'engine-shared',
      splitting: true,
      format: 'esm',
      write: false,
    },
  });
  for (const { path, text } of outputFiles) {
    let exported = '';
    const parts = withLateHttp2(text)
      .replace(/^import \{([^}]*)\} from "\.\/(engine-shared)\.js";$/m, (_line, names, file) =>
        requiring(`require("./${file}.cjs")`, undefined, names),
      )
      .replace(/^export \{([^}]*)\};$/m, (_line, names) => {
        exported = `module.exports = {${names.replace(/(\w+) as (\w+)/g, '$2: $1')}};\n`;
        return '';
      });
    const { code } = transformSync(parts, { format: 'cjs', platform: 'node', target });
    const file = path.replace(/\.js$/, '.cjs');
    writeFileSync(file, `"use strict";\n${code}${exported}`);
    rewrite(file, (made) =>
      fromNode(made)
        .replace(`import("${certificates}")`, 'Promise.resolve().then(() => require("./certificates.cjs"))')
        .replace('"use strict";\n', `"use strict";\n${late}`),
    );
  }
  return inputs;
}

/** Loads HTTP/2 when something of it is first read, in the file that asks for it. */
function withLateHttp2(text) {
  const line = /^import \* as (\w+) from "\.\/http2\/entry\.js";$/m;
  const [, name] = line.exec(text) ?? [];
  if (name === undefined) return text;
  return text
    .replace(line, 'loadLate("http2", () => require("./engine-http2.cjs"));')
    .replace(new RegExp(`\\b${name}\\.`, 'g'), 'late.http2.');
}

function rewriteText(file, change) {
  const text = change(readFileSync(file, 'utf8'));
  writeFileSync(file, text);
  return text;
}

function rewrite(file, change) {
  const text = rewriteText(file, change);
  const rest = text.match(
    /\brequire\((?!"\.\/(?:builtin|certificates|engine-http2|engine-shared|index|observe)\.cjs")[^)]*\)/,
  );
  if (rest) throw new Error(`${file}: a module is still asked for by ${rest[0]}`);
}

/** Modules that stay outside what is bundled: all that use the engine use the same one. */
const faces = [
  '../index.js',
  '../https.js',
  '../observe.js',
  '../register.js',
  '../documents/index.js',
  '../inspector/index.js',
];

/** The inspector and its page, which is TypeScript for browsers: one script, and two files as they are. */
function inspector(folder) {
  const { buildSync } = require('esbuild');
  const page = join(root, 'src', 'inspector', 'page');
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [join(page, 'page.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    minify: true,
    write: false,
    logLevel: 'warning',
  });
  const files = { 'page.js': outputFiles[0].text };
  for (const name of ['index.html', 'page.css']) files[name] = readFileSync(join(page, name), 'utf8');
  const define = { PREMIER_INSPECTOR_PAGE: JSON.stringify(files) };
  return commonJs(folder, 'inspector/index.js', 'inspector.cjs', { define });
}

/**
 * The command, in as many files as it loads one after the other; faces, and what package.json names, stay outside. What it
 * takes from Node, and from premier, it takes as CommonJS does: for `import`, Node reads all that a module of its own has,
 * and so loads its client of fetch with node:http and Web Cryptography with node:crypto.
 */
function command(folder) {
  const { inputs } = run(folder, {
    external: faces,
    build: {
      entryPoints: ['cli/main.js'],
      outdir: '.',
      outbase: '.',
      splitting: true,
      chunkNames: 'cli/part-[hash]',
      format: 'esm',
    },
  });
  const cli = join(folder, 'cli');
  for (const name of readdirSync(cli).filter((file) => /^part-\w+\.js$/.test(file))) {
    rewriteText(join(cli, name), (text) =>
      text
        .replace(
          /^import (?:(\w+)(?:, | (?=from)))?(?:\{([^}]*)\} )?from ["'](?:node:)?([\w/]+)["'];$/gm,
          (_line, whole, names, module) => requiring(`builtin("node:${module}")`, whole, names),
        )
        .replace(
          /^import (?:(\w+)(?:, | (?=from)))?(?:\{([^}]*)\} )?from "\.\.\/(index|https)\.js";$/gm,
          (_line, whole, names, face) =>
            `import ${face}Face from "../${face}.cjs";\n${requiring(`${face}Face`, whole, names)}`,
        )
        .replace(/\bimport\("\.\.\/(index|https)\.js"\)/g, 'import("../$1.cjs").then((face) => face.default)')
        .replace(/^/, 'import builtin from "../builtin.cjs";\n'),
    );
  }
  return inputs;
}

/** What stands in place of `import whole, { names } from …`. */
function requiring(expression, whole, names) {
  const parts = names?.replace(/(\w+) as (\w+)/g, '$1: $2');
  return [whole && `const ${whole} = ${expression};`, parts && `const {${parts}} = ${expression};`]
    .filter(Boolean)
    .join('\n');
}

/** The modules of each face that tsc declares. */
const declared = {
  documents: ['answer-fields', 'index', 'options', 'site', 'target'],
  inspector: ['index', 'options'],
  operation: ['graceful', 'index', 'open-connections', 'stage'],
};

/** What tsc declares, once more for `require`. */
function declareForRequire(folder) {
  for (const [face, names] of Object.entries(declared)) {
    for (const name of names) {
      const text = readFileSync(join(folder, face, `${name}.d.ts`), 'utf8');
      writeFileSync(join(folder, face, `${name}.d.cts`), text.replace(/(from '\.\/[\w-]+)\.js'/g, "$1.cjs'"));
    }
  }
}

/** The names of the packages that files come from, such as `../node_modules/mime/dist/src/index.js`. */
function packagesOf(inputs) {
  const names = inputs.map((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** The licences of the packages that are bundled, which each of them asks to go with its code. */
function writeLicences(folder, names) {
  const parts = names.map((name) => {
    const home = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    const file = readdirSync(home).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} is bundled, and its package has no licence file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(home, file), 'utf8').trim()}\n`;
  });
  writeFileSync(
    join(folder, 'licences.txt'),
    `Parts of these packages are in the files of this folder.\n\n${parts.join('\n---\n\n')}`,
  );
}

/**
 * The faces. Those for `require`, which those for `import` load, look at the version of Node.js first, in words that
 * Node.js 12 can read: an older one fails at what comes next in ways that tell nobody why.
 */
function copyFaces(folder) {
  const [wanted, major, minor] = /(\d+)\.(\d+)/.exec(engines.node);
  const check = `const [major, minor] = process.versions.node.split('.').map(Number);
if (major < ${major} || (major === ${major} && minor < ${minor}))
  throw new Error('premier needs Node.js ${wanted} or newer; this is ' + process.version);
`;
  cpSync(join(root, 'faces'), folder, { recursive: true });
  const names = readdirSync(folder).filter((name) => existsSync(join(root, 'faces', name)));
  for (const name of names.filter((name) => name.endsWith('.cjs'))) {
    const file = join(folder, name);
    writeFileSync(file, check + readFileSync(file, 'utf8'));
  }
}

/**
 * Takes comments and indentation out of what is published beside the engine: the package is installed more often than these
 * files are read. Names stay, and lines, for stacks.
 */
function compact(file) {
  const { transformSync } = require('esbuild');
  const options = { minifyWhitespace: true, lineLimit: 120, charset: 'utf8', platform: 'node', target };
  // Lines end within texts as well, where rollup would indent what follows.
  const inOneLine = (code) => code.replace(/(?<!\\)((?:\\\\)*)\\\n/g, '$1');
  rewriteText(file, (text) => inOneLine(transformSync(text, options).code));
}

/** @param folder - the absolute path of the folder of compiled modules */
export function bundle(folder) {
  const inputs = [
    ...engine(folder),
    ...commonJs(folder, 'documents/index.js', 'document-server.cjs'),
    ...commonJs(folder, 'operation/certificates/managed.js', 'certificates.cjs'),
    ...commonJs(folder, 'operation/index.js', 'operation.cjs'),
    ...inspector(folder),
    ...command(folder),
  ];
  const parts = readdirSync(join(folder, 'cli')).filter((name) => /^part-\w+\.js$/.test(name));
  const beside = ['document-server', 'certificates', 'operation', 'inspector'].map((name) => `${name}.cjs`);
  for (const name of [...beside, ...parts.map((part) => join('cli', part))]) compact(join(folder, name));
  const names = packagesOf(inputs);
  writeLicences(folder, names);
  writeFileSync(join(folder, 'sbom.cdx.json'), sbom(root, names));
  declareForRequire(folder);
  copyFaces(folder);
  // `open` has a copy of xdg-open for the systems that lack it, and looks for it beside itself.
  const opener = join(root, 'node_modules', 'open', 'xdg-open');
  if (existsSync(opener)) copyFileSync(opener, join(folder, 'cli', 'xdg-open'));
}
