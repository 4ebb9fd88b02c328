// How each server under test is started: the command line for a row's app. The same app file runs on node:http and on
// premier; `--import premier/register` is the only difference.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { root } from '../scripts/prepare.mjs';
import { documentFolder } from './documents.mjs';
import { nginxCommand } from './nginx.mjs';
import { has } from './processes.mjs';

const inBench = (...path) => join(root, 'bench', ...path);
const app = (name) => inBench('apps', `${name}.mjs`);

/** Node of that major: this one, or the binary that npm brought. */
export function nodeBinary(major) {
  const brought = inBench('node_modules', `node${major}`, 'bin', 'node');
  if (existsSync(brought)) return brought;
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  throw new Error(`no Node ${major} for this platform from npm; run this with Node ${major} itself`);
}

/** The binary of an optional dependency of bench/package.json. */
function optionalBinary(...path) {
  const file = inBench('node_modules', ...path);
  if (!existsSync(file)) throw new Error('npm has no build of it for this platform');
  return file;
}

/** The command `premier`, as a checkout built it, with the folder of documents. */
const servingFolder = (checkout, row) => [
  nodeBinary(row.major),
  join(checkout, 'dist', 'cli', 'main.js'),
  documentFolder(),
  '--port=0',
  '--host=127.0.0.1',
  '--log=off',
];

function underPremier(row) {
  if (!existsSync(join(root, 'dist', 'register.js'))) throw new Error('premier/register is not built');
  if (row.app === undefined) return servingFolder(root, row);
  return [nodeBinary(row.major), '--import', 'premier/register', app(row.app)];
}

/**
 * title       as printed
 * command     file and arguments that run the row's app, or the contender's own; throws an Error that says why not
 * alsoSends   fields that the server adds and cannot be kept from adding
 */
export const contenders = {
  node: {
    title: 'node:http',
    command: (row) => [nodeBinary(row.major), app(row.app)],
  },
  http2: {
    title: 'node:http2 (compatibility API)',
    command: (row) => [nodeBinary(row.major), app(row.app)],
  },
  premier: {
    title: 'premier',
    command: underPremier,
  },
  'premier over HTTP/1.1': {
    title: 'premier over HTTP/1.1',
    command: underPremier,
  },
  nginx: {
    title: 'nginx, one worker',
    command: (row) => {
      if (!has('nginx')) throw new Error('nginx is not installed');
      return nginxCommand(row);
    },
    alsoSends: ['server'],
  },
  sirv: {
    title: 'sirv on node:http',
    command: (row) => [nodeBinary(row.major), app('sirv'), documentFolder()],
  },
  serve: {
    title: 'serve',
    command: (row) => [
      nodeBinary(row.major),
      inBench('node_modules', 'serve', 'build', 'main.js'),
      '--no-request-logging',
      '--listen',
      'tcp://127.0.0.1:0',
      documentFolder(),
    ],
  },
  floor: {
    title: 'floor (node:net, no parsing)',
    command: (row) => [nodeBinary(row.major), app('floor')],
  },
  uwebsockets: {
    // The package's builds for later Nodes want a newer C library than most machines have.
    title: 'uWebSockets.js on Node 20',
    command: () => [nodeBinary(20), app('uwebsockets')],
    alsoSends: ['uwebsockets'],
  },
  bun: {
    title: 'Bun',
    command: () => [optionalBinary('bun', 'bin', 'bun'), app('bun')],
  },
  deno: {
    title: 'Deno',
    command: () => [
      optionalBinary('deno', 'deno'),
      'run',
      '--no-prompt',
      '--allow-net=127.0.0.1',
      app('deno'),
    ],
  },
};

/** Premier as another commit of it was, of which `built` tells the folder and a name. */
export function formerPremier({ folder, name }) {
  return {
    title: `premier at ${name}`,
    command: (row) =>
      row.app === undefined
        ? servingFolder(folder, row)
        : [
            nodeBinary(row.major),
            '--import',
            pathToFileURL(join(folder, 'dist', 'register.js')).href,
            app(row.app),
          ],
  };
}
