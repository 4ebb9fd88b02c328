// `premier … --inspect`: the page of the inspector beside a folder or a program, from the command line.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseArguments } from '../../dist/cli/arguments.js';
import { checkInspectorOption } from '../../dist/cli/inspector-option.js';
import { catalogues, type Messages } from '../../dist/cli/language.js';
import { UsageError } from '../../dist/cli/trouble.js';
import { moment } from '../subjects.js';
import { ask } from './asked-admin.js';
import { type Command, eventually, serving, start, temporaryFolder } from './command.js';
import { type Outcome, outcomesOf } from './command-lines.js';

const pageOf = ({ stdout }: Command): string =>
  /^ {2}Inspec\S+ +(http:\/\/(?:127\.0\.0\.1|localhost):\d+\/[\w-]{24}\/)$/m.exec(stdout())?.[1] as string;

/** The exchange of a number, as soon as it is over. */
async function exchange(page: string, id: number) {
  for (;;) {
    const response = await fetch(`${page}api/exchange/${id}`);
    const found = response.ok
      ? ((await response.json()) as { outcome: string | null; target: string })
      : null;
    if (found?.outcome) return found;
    await moment();
  }
}

test('a folder is served with its inspector, which shows each exchange and is in no log', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'a.txt'), 'a');
  const command = await serving(t, [folder, '--inspect=0']);
  await command.printed('Inspector');
  const page = pageOf(command);
  await (await fetch(`${command.url}a.txt`)).text();
  assert.equal((await exchange(page, 1)).target, '/a.txt');
  await command.printed('a.txt 200');
  assert.ok(!/api\/exchange/.test(command.stdout()));
  command.child.kill('SIGTERM');
  assert.equal(await command.ended, 0);
});

test('what is asked of the admin listener is no exchange of the service', async (t) => {
  const folder = temporaryFolder(t);
  const admin = join(folder, 'admin.sock');
  const command = await serving(t, [folder, '--inspect=0', '--admin', `unix:${admin}`]);
  await command.printed('Inspector');
  assert.equal((await ask(admin, '/ready')).status, 200);
  await (await fetch(`${command.url}mine`)).text();
  assert.equal((await exchange(pageOf(command), 1)).target, '/mine');
});

test('with --quiet the page is told all the same, in French where that is spoken', async (t) => {
  const folder = temporaryFolder(t);
  const command = start(t, [folder, '--port', '0', '--quiet', '--inspect=0', '--lang', 'fr']);
  await command.printed(/Inspecteur .*\/\n/);
  assert.ok(pageOf(command));
});

test('a page that is open does not keep the server from stopping', async (t) => {
  const command = await serving(t, [temporaryFolder(t), '--inspect=0']);
  await command.printed('Inspector');
  const feed = await fetch(`${pageOf(command)}api/feed`);
  command.child.kill('SIGTERM');
  assert.equal(await command.ended, 0);
  await feed.text().catch(() => {});
});

for (const [name, program] of [
  [
    'listens by itself',
    "require('node:http').createServer((req, res) => res.end('x')).listen(process.env.PORT);",
  ],
  ['exports its handler', 'module.exports = (req, res) => res.end();'],
]) {
  test(`the exchanges of a program that ${name} are shown`, async (t) => {
    const file = join(temporaryFolder(t), 'app.cjs');
    writeFileSync(file, program as string);
    const command = await serving(t, [file, '--inspect=0']);
    await command.printed('Inspector');
    await (await fetch(`http://localhost:${command.port}/of-program`)).text();
    assert.equal((await exchange(pageOf(command), 1)).target, '/of-program');
    command.child.kill('SIGTERM');
    assert.equal(await command.ended, 0);
  });
}

test('a program that ends by itself is not kept by the inspector', async (t) => {
  const file = join(temporaryFolder(t), 'app.cjs');
  writeFileSync(file, "const s = require('node:http').createServer().listen(0, () => s.close());");
  const command = start(t, [file, '--inspect=0']);
  assert.equal(await command.ended, 0);
});

test('with --watch the page has one address, whichever worker serves', async (t) => {
  const file = join(temporaryFolder(t), 'app.cjs');
  const write = (text: string) =>
    writeFileSync(file, `module.exports = (req, res) => res.end(${JSON.stringify(text)});`);
  write('one');
  const command = await serving(t, [file, '--watch', '--inspect=0']);
  await command.printed('Inspector');
  const page = pageOf(command);
  await (await fetch(`${command.url}before`)).text();
  assert.equal((await exchange(page, 1)).target, '/before');
  write('two');
  await command.printed('started again');
  await eventually(async () => (await (await fetch(`${command.url}after`)).text()) === 'two');
  for (let target = ''; target !== '/after'; ) {
    // The worker before holds the port until it has ended.
    const response = await fetch(`${page}api/exchange/1`).catch(() => null);
    target = response?.ok ? ((await response.json()) as { target: string }).target : '';
  }
});

const refused: [args: string[], message: RegExp, code: number][] = [
  [['--inspect=0.0.0.0'], /--inspect: other computers may see 0\.0\.0\.0.*--inspect-anywhere/, 2],
  [['--inspect=[::]:9000'], /other computers may see ::/, 2],
  [['--inspect=example.com'], /other computers may see example\.com/, 2],
  [['--inspect=99999'], /--inspect must be a whole number from 0 to 65535/, 2],
  [['--inspect=127.0.0.1:'], /--inspect must be a port, an address, or both/, 2],
  [['--inspect=http://localhost:1'], /--inspect must be a port, an address, or both/, 2],
  [['--inspect=unix:/tmp/x'], /--inspect must be/, 2],
  [['--inspect=80.5'], /--inspect must be a port, an address, or both(?!.*unix)/, 2],
  [['--inspect=127.1:0'], /--inspect must be a port, an address, or both(?!.*unix)/, 2],
  [['--inspect=-1'], /--inspect must be a port, an address, or both/, 2],
  [['--inspect='], /--inspect has an empty value/, 2],
  [['--inspect', '--workers', '2'], /one process says, and --workers asks for several.*--workers 1\b/, 2],
];

/** What is said of a command line before anything is started; empty where nothing is. */
function complaint(args: string[], say: Messages = catalogues.en): string {
  try {
    const target = { kind: 'folder', path: '/site', shown: 'site' } as const;
    checkInspectorOption({
      args: parseArguments(['site', ...args], {}, say),
      say,
      command: 'premier',
      target,
    });
    return '';
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
}

test('what --inspect asks of other options is said before anything is started', () => {
  const cases: [args: string[], says: RegExp][] = [
    [['--inspect'], /^$/],
    [['--inspect=[::1]:0'], /^$/],
    [['--inspect', '0'], /^$/],
    [['--inspect', '[::1]:0'], /^$/],
    [['--inspect', '127.0.0.1'], /^$/],
    [['--inspect', '0.0.0.0:0'], /other computers may see 0\.0\.0\.0/],
    [['--inspect=::ffff:127.0.0.1'], /^$/],
    [['--inspect=[0:0:0:0:0:0:0:1]:9000'], /^$/],
    [['--inspect=0.0.0.0', '--inspect-anywhere'], /^$/],
    [['--inspect=[::1:0]', '--inspect-anywhere'], /^$/],
    [['--inspect-anywhere'], /^--inspect-anywhere has no effect without --inspect\. Add it, or leave/],
    [['--inspect-anywhere', '--admin'], /without --inspect\b/],
    [
      ['--inspect=[2001:db8::1]:1'],
      /may see 2001:db8::1.*: premier site --inspect '\[2001:db8::1\]:1' --inspect-a/,
    ],
    [['--inspect=::1:0'], /^--inspect: ::1:0 may be .*Write --inspect=\[::1\]:0 or --inspect=\[::1:0\]\.$/],
    [['--inspect=2001:db8::1:8082', '--inspect-anywhere'], /Write --inspect=\[2001:db8::1\]:8082 or/],
    [['--inspect=fe80::1%lo'], /^--inspect must be a port, an address, or both/],
    [['--inspect', '--workers', '2'], /--workers asks for several.* --workers 1\b/],
    [
      ['--inspect=8081', '--admin'],
      /^--inspect and --admin are both 8081.*: premier site --inspect 8082 --admin\./,
    ],
    [['--inspect=[::]:9', '--inspect-anywhere', '--admin=9'], /both 9,.*--inspect '\[::\]:10'/],
    [['--inspect=[::1]:9', '--admin=localhost:9'], /both 9,.*--inspect '\[::1\]:10'/],
    [['--inspect=[::1]:9', '--admin=9'], /^$/],
    [['--inspect=0', '--admin=0'], /^$/],
    [['--inspect=9', '--admin=unix:/9'], /^$/],
    [['--admin=::1:8081'], /such as 8081, 127\.0\.0\.1:8081 or \[::1\]:8081, not "::1:8081"/],
  ];
  for (const [args, says] of cases) assert.match(complaint(args), says, args.join(' '));
  assert.match(complaint(['--inspect-anywhere'], catalogues.fr), /reste sans effet sans --inspect/);
  assert.match(complaint(['--inspect=::1:0'], catalogues.fr), /Écrivez --inspect=\[::1\]:0 ou/);
});

test('what cannot be is refused with the way out', async (t) => {
  const folder = temporaryFolder(t);
  const outcomes = await outcomesOf(
    t,
    refused.map(([args]) => [folder, '--port', '0', ...args]),
  );
  for (const [index, [args, message, code]] of refused.entries()) {
    const { stdout, stderr, ...ended } = outcomes[index] as Outcome;
    assert.equal(ended.code, code, args.join(' '));
    assert.match(stderr, message);
    assert.equal(stdout, '');
  }
});

for (const [host, written] of [
  ['127.0.0.1', ''],
  ['::1', '[::1]:'],
]) {
  test(`a port that is taken at ${host} is named, with another to try`, async (t) => {
    const taken = createServer().listen(0, host);
    await once(taken, 'listening');
    t.after(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    const command = start(t, [temporaryFolder(t), '--port', '0', `--inspect=${written}${port}`]);
    assert.equal(await command.ended, 1);
    const next = `${written}${port === 65_535 ? 8082 : port + 1}`;
    const other = `--inspect ${written === '' ? next : `'${next}'`}`;
    assert.match(command.stderr(), new RegExp(`port ${port} is in use`));
    assert.ok(command.stderr().includes(other), command.stderr());
  });
}

test('where others may see it, it is served if that was asked for', async (t) => {
  const command = start(t, [temporaryFolder(t), '--port', '0', '--inspect=0.0.0.0:0', '--inspect-anywhere']);
  await command.printed(/Inspector +http:\/\/localhost:\d+\/\S+\n/);
  const page = pageOf(command);
  assert.match(await (await fetch(page)).text(), /premier inspector/);
});
