// What stands in the way is told in one line, with the way out and an exit code: 1 for trouble, 2 for wrong usage.
import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { parseArguments } from '../../dist/cli/arguments.js';
import { retrying } from '../../dist/cli/command-line.js';
import { catalogues } from '../../dist/cli/language.js';
import { distinctHosts, whyNot } from '../../dist/cli/listen.js';
import { certificate, start, temporaryFolder } from './command.js';
import { type Outcome, outcomesOf } from './command-lines.js';

test('an error is one line on stderr and an exit code, in French or English', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'site'));
  writeFileSync(join(folder, 'page.html'), '');
  writeFileSync(join(folder, 'app.mjs'), 'export default () => {};');
  writeFileSync(join(folder, 'app.ts'), 'export default (): void => {};');
  writeFileSync(join(folder, 'notes.pem'), 'nothing');

  const cases: [args: string[], code: number, english: RegExp, french: RegExp][] = [
    [['missing'], 1, /^missing isn't there: /, /^missing n’existe pas : /],
    [['page.html'], 1, /^page\.html is neither a folder nor a program/, /^page\.html n’est ni un dossier/],
    [['page.html/x'], 1, /^page\.html\/x isn't there/, /^page\.html\/x n’existe pas/],
    [['--port', 'abc'], 2, /"abc"\. See premier --help\.$/, /« abc »\. Voir premier --help\.$/],
    [['app.mjs', '--single'], 2, /^--single is for a folder, but app\.mjs/, /^--single est pour un dossier/],
    [['site', '--watch'], 2, /^--watch is for a program, but site/, /^--watch est pour un programme/],
    [['site', '--tls-cert', 'notes.pem'], 2, /^--tls-cert and --tls-key go together/, /vont ensemble/],
    [
      ['site', '--tls-cert=no', '--tls-key=no'],
      1,
      /^--tls-cert: there is no file no\. Check the spelling/,
      /^--tls-cert : le fichier no n’existe pas\. Vérifiez l’orthographe/,
    ],
    [
      ['site', '--tls-cert=notes.pem', '--tls-key=notes.pem/x'],
      1,
      /^--tls-key: there is no file notes\.pem\/x/,
      /^--tls-key : le fichier notes\.pem\/x n’existe pas/,
    ],
    [
      ['site', '--tls-cert=site', '--tls-key=notes.pem'],
      1,
      /^--tls-cert: site is a folder\. Give the file/,
      /^--tls-cert : site est un dossier\. Donnez le fichier/,
    ],
    [
      ['app.mjs', '--reload'],
      2,
      /a program\. There, it is --watch\. See/,
      /un programme\. Là, c’est --watch\. Voir/,
    ],
    [
      ['site', '--watch'],
      2,
      /a folder\. There, it is --reload\. See/,
      /un dossier\. Là, c’est --reload\. Voir/,
    ],
    [
      ['site', '--host', 'example'],
      2,
      /two: site and example\. If example is where to listen, write --host=example\./,
      /deux : site et example\. Si example dit où écouter, écrivez --host=example\./,
    ],
    [
      ['site', '--host', 'example:3000'],
      2,
      /If example:3000 is where to listen, write --host=example --port 3000\./,
      /écrivez --host=example --port 3000\./,
    ],
    [
      ['--host', 'example'],
      1,
      /^example isn't there: .* If example is where to listen, write --host=example\.$/,
      /^example n’existe pas : .* écrivez --host=example\.$/,
    ],
    [['site', '--', '--odd'], 2, /^One folder or program at a time, .* site and --odd/, /^Un seul dossier/],
    [[''], 2, /^The name of the folder or program is empty/, /^Le nom du dossier ou du programme est vide/],
    [
      ['--', ''],
      2,
      /^The name of the folder or program is empty/,
      /^Le nom du dossier ou du programme est vide/,
    ],
    [
      ['site', '--tls-cert=notes.pem', '--tls-key=notes.pem'],
      1,
      /^notes\.pem holds no certificate in PEM\. It should begin with/,
      /^notes\.pem ne contient pas de certificat en PEM\. Il devrait commencer par/,
    ],
    [
      ['site', '--host=198.51.100.77', '--port=0'],
      1,
      /^198\.51\.100\.77 isn't an address of this computer/,
      /^198\.51\.100\.77 n’est pas une adresse/,
    ],
  ];
  const lines = cases.flatMap(([args, code, english, french]) => [
    { args: ['--lang', 'en', ...args], code, expected: english },
    { args: ['--lang', 'fr', ...args], code, expected: french },
  ]);
  const outcomes = await outcomesOf(
    t,
    lines.map(({ args }) => args),
    { cwd: folder },
  );
  for (const [index, { args, code, expected }] of lines.entries()) {
    const { stdout, stderr, ...ended } = outcomes[index] as Outcome;
    assert.equal(ended.code, code, `${args}: ${stderr}`);
    assert.equal(stdout, '');
    const [line, ...rest] = stderr.split('\n');
    assert.deepEqual(rest, [''], stderr);
    assert.match((line as string).replace(/^premier: /, ''), expected);
  }
  // One of each code as a process of its own.
  for (const { args, code, expected } of [lines[0], lines[7]] as typeof lines) {
    const { ended, stdout, stderr } = start(t, args, { cwd: folder });
    assert.equal(await ended, code);
    assert.equal(stdout(), '');
    assert.match(
      stderr()
        .trimEnd()
        .replace(/^premier: /, ''),
      expected,
    );
  }
});

test('a port in use is told, with another one to take', async (t) => {
  const folder = temporaryFolder(t);
  for (const host of ['127.0.0.1', '::1']) {
    const holder = createServer();
    t.after(() => holder.close());
    const held = once(holder, 'listening').catch(() => null);
    holder.listen(0, host);
    // A computer may have no IPv6.
    if (host === '::1' && (await held) === null) continue;
    await held;
    const { port } = holder.address() as AddressInfo;
    const args = [folder, '--port', String(port), '--single', '--auth', 'anna:secret', '--header', "A: it's"];
    const { ended, stdout, stderr } = start(t, args);
    assert.equal(await ended, 1);
    assert.equal(stdout(), '');
    const other = port === 65_535 ? 8080 : port + 1;
    assert.equal(
      stderr(),
      `premier: Port ${port} is in use by another program. Choose another: premier ${folder} --port ${other} --single --auth USER:PASSWORD --header 'A: it'\\''s', or --port 0 for a free one.\n`,
    );
  }
});

test('every reason not to listen has its sentence, with the command line to type in its place', () => {
  const cases: [code: string, host: string, args: string[], expected: RegExp][] = [
    ['EADDRINUSE', 'example', [], /^Port 80 is in use.* npm start -- --port 81,/],
    ['EADDRINUSE', 'example', ['-p80', '-q', 'site'], /: npm start -- --port 81 -q site,/],
    ['EADDRINUSE', 'example', ['--port', '1', 'my site', '--port=80'], /: npm start -- 'my site' --port 81,/],
    [
      'EADDRINUSE',
      'example',
      ['--host', 'a.mjs', '--', '-x'],
      /: npm start -- --host a\.mjs --port 81 -- -x,/,
    ],
    ['EADDRINUSE', 'unix:/run/a', [], /^\/run\/a is in use by another program, or is no socket/],
    ['EACCES', 'example', ['site'], /^Port 80 needs administrator rights.* npm start -- site --port 8080\./],
    [
      'EADDRNOTAVAIL',
      'example',
      ['--host=example'],
      /^example isn't an address of this computer.*: npm start -- --host\./,
    ],
    [
      'EADDRNOTAVAIL',
      '::1:8080',
      ['--host=::1:8080'],
      /^::1:8080 isn't .* A port is asked for by itself: --host=::1 --port=8080\.$/,
    ],
    ['EADDRNOTAVAIL', '2001:db8::1', [], /^2001:db8::1 isn't .*: npm start -- --host\./],
    ['ENOTFOUND', 'example', [], /^example isn't an address of this computer/],
    ['EMFILE', 'example', [], /^Can't listen on example:80: broken/],
  ];
  for (const [code, host, args, expected] of cases) {
    const error = Object.assign(new Error('broken'), { code });
    const { words, forProgram } = parseArguments(args, {}, catalogues.en);
    const retry = retrying('npm start --', words, forProgram);
    assert.match(whyNot(error, { host, port: 80 }, retry, catalogues.en), expected);
  }
});

test('a host that another one includes is not listened on twice', () => {
  const cases: [hosts: string[], distinct: string[]][] = [
    [['localhost'], ['localhost']],
    [
      ['a', 'unix:/b', 'a', 'unix:/b'],
      ['a', 'unix:/b'],
    ],
    [
      ['127.0.0.1', '*', 'unix:/b', 'a'],
      ['*', 'unix:/b'],
    ],
    [['::', '127.0.0.1'], ['::']],
    [
      ['0.0.0.0', '::1'],
      ['0.0.0.0', '::1'],
    ],
    [
      ['127.0.0.1', 'a', '0.0.0.0', '192.0.2.1'],
      ['0.0.0.0', 'a'],
    ],
    [['127.0.0.1', 'localhost', '::1', '0:0::1'], ['localhost']],
    [
      ['::1', '0:0::1', '127.0.0.1', '::ffff:127.0.0.1'],
      ['::1', '127.0.0.1'],
    ],
  ];
  for (const [hosts, distinct] of cases) assert.deepEqual(distinctHosts(hosts), distinct);
});

test('hosts of which one includes another serve at each address once', async (t) => {
  const folder = temporaryFolder(t);
  const name = (await lookup(hostname()).catch(() => undefined))?.address;
  const link = join(folder, 'link');
  symlinkSync(folder, link);
  const cases: [hosts: string[], stdout: RegExp][] = [
    [['0.0.0.0', 'localhost'], /^[^\n]+\n {2}This computer {2}http:\/\/localhost:\d+\/\n(?!.*This)/],
    [['localhost', '0.0.0.0', 'localhost.'], /This computer {2}http:\/\/localhost/],
    [['::', '0.0.0.0', 'localhost', '127.0.0.1'], /This computer {2}http:\/\/localhost/],
    [['127.0.0.1', 'localhost'], /This computer {2}http:\/\/localhost/],
    [
      [`unix:${folder}/a`, `unix:${folder}/../${basename(folder)}/a`, `unix:${link}/a`],
      /^[^\n]+\n[^\n]+\/a\n {2}Folder/,
    ],
    ...(name === undefined
      ? []
      : ([[[hostname(), name, '0.0.0.0'], /This computer/]] as [string[], RegExp][])),
  ];
  await Promise.all(
    cases.map(async ([hosts, expected]) => {
      const given = hosts.map((host) => `--host=${host}`);
      const { printed, stdout, stderr } = start(t, [folder, '--port', '0', '--log', 'off', ...given]);
      await printed(/Folder/);
      assert.match(stdout(), expected);
      assert.equal(stderr(), '');
    }),
  );
});

test('an address that another program has is told of with the port that was tried', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const tried = [['127.0.0.1'], ['::1', '127.0.0.1'], ['localhost'], ['0.0.0.0', 'localhost']];
  const folder = temporaryFolder(t);
  const outcomes = await outcomesOf(
    t,
    tried.map((hosts) => [folder, '--port', String(port), ...hosts.map((host) => `--host=${host}`)]),
  );
  for (const { code, stderr } of outcomes) {
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`Port ${port} is in use by another program`));
  }
});

test('a port that the command itself has is told of with the option that has it', async (t) => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  const cases: [args: string[], expected: string][] = [
    [
      [`--inspect=${port}`],
      `is that of --inspect as well. Choose another: premier . --port ${port + 1} --in`,
    ],
    [
      ['--tls-cert', 'cert.pem', '--tls-key', 'key.pem', '--http-port', String(port)],
      `is that of --port as well. Choose another: premier . --port ${port} --tls-cert cert.pem --tls-key key.pem --http-port ${port + 1}, or --http-port 0 `,
    ],
  ];
  const pair = certificate(t);
  for (const [args, expected] of cases) {
    if (args.includes('--http-port') && !pair) continue;
    const cwd = pair ? dirname(pair.key) : temporaryFolder(t);
    const { ended, stderr } = start(t, ['.', '--port', String(port), ...args], { cwd });
    assert.equal(await ended, 1);
    assert.ok(stderr().includes(`Port ${port} ${expected}`), stderr());
  }
});

test('a path on which no socket can be made is told of with its reason', async (t) => {
  const folder = temporaryFolder(t);
  const long = join(folder, 'a'.repeat(108));
  const cases: [path: string, expected: string][] = [
    [join(folder, 'nowhere', 'a'), `: there is no folder ${join(folder, 'nowhere')}. Make it, `],
    [long, `${long} is too long for a socket, whose path may have `],
    // Bytes count, not characters.
    [join('/tmp', 'é'.repeat(60)), ' is too long for a socket'],
  ];
  const outcomes = await outcomesOf(
    t,
    cases.map(([path]) => [folder, `--host=unix:${path}`]),
  );
  for (const [index, { code, stdout, stderr }] of outcomes.entries()) {
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.ok(stderr.includes(cases[index]?.[1] as string), stderr);
  }
});

test('no character of the command line that a terminal would obey is printed', async (t) => {
  const cases: string[][] = [
    ['no\x1b[31mwhere'],
    ['--no\x1b]0;x\x07where'],
    ['.', '--lang=\x9b2J'],
    ['one\ntwo'],
  ];
  for (const { code, stderr } of await outcomesOf(t, cases)) {
    assert.notEqual(code, 0);
    assert.match(stderr, /^premier: [^\p{Cc}]*\\x[^\p{Cc}]*\n$/u);
  }
});
