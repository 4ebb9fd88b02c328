// --watch: the program starts again when its code changes, and nobody is refused meanwhile.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { FileWatch } from '../../dist/cli/file-watch.js';
import { moment, until } from '../subjects.js';
import { type Command, type Options, serving, start, temporaryFolder } from './command.js';

const app = (text: string) => `export default (req, res) => {
  if (req.url.startsWith('/exit')) setTimeout(() => { console.error('gone'); process.exit(Number(req.url.slice(5))); });
  else if (req.url === '/hold') { res.write('begun'); process.once('SIGUSR2', () => res.end(' and ended')); }
  else res.end('${text} ' + process.pid);
};`;

interface Watched extends Command {
  url: string;
  change(code: string): void;
}

async function watched(
  t: TestContext,
  code: string,
  { args = [], ...options }: Options & { args?: string[] } = {},
): Promise<Watched> {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'app.mjs'), code);
  const command = await serving(t, [join(folder, 'app.mjs'), '--watch', '--log', 'off', ...args], options);
  // The first line comes from the worker, which listens a moment before its parent takes note.
  return { ...command, change: (changed) => writeFileSync(join(folder, 'app.mjs'), changed) };
}

/** Asks until a process answers that has not before, while there may be none; returns its number. */
async function nextPid({ url, child, stderr }: Watched, before: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const answer = fetch(url, { headers: { connection: 'close' } }).then((answered) => answered.text());
    const pid = Number((await answer.catch(() => '')).split(' ')[1] ?? 0);
    if (pid > 0 && !before.has(pid)) return pid;
    assert.equal(child.signalCode, null, `nobody answers: ${stderr()}`);
    await moment();
  }
}

/** Asks until the answer begins so; every question on the way must be answered. */
async function answers(url: string, beginning: string): Promise<string> {
  for (;;) {
    const answer = await fetch(url, { headers: { connection: 'close' } });
    const text = await answer.text();
    if (text.startsWith(beginning)) return text;
    await moment();
  }
}

test('a change is served soon, and every request on the way is answered', async (t) => {
  const { url, change, child, ended, stdout, printed } = await watched(t, app('one'));
  await answers(url, 'one');
  for (const text of ['two', 'three']) {
    change(app(text));
    await answers(url, text);
    await printed(new RegExp(`(app\\.mjs changed: started again\\.\n(.|\n)*){${text === 'two' ? 1 : 2}}`));
  }
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.equal(stdout().match(/Serveur démarré !/g)?.length, 1);
});

test('an answer under way is finished by the program that began it', async (t) => {
  const { url, change } = await watched(t, app('one'));
  const pid = Number((await answers(url, 'one')).split(' ')[1]);
  const held = await fetch(new URL('/hold', url));
  change(app('two'));
  await answers(url, 'two');
  process.kill(pid, 'SIGUSR2');
  assert.equal(await held.text(), 'begun and ended');
});

test('a program that is replaced before it took over finishes its answers too', async (t) => {
  // Connections go to each of those that listen in turn, and a program takes over once it has said so.
  const env = { NODE_CLUSTER_SCHED_POLICY: 'rr' };
  const saysSo = `process.send('ready');`;
  const { url, change } = await watched(t, `${saysSo}${app('one')}`, { env, args: ['--wait-ready'] });
  const pids = [Number((await answers(url, 'one')).split(' ')[1])];
  change(app('two'));
  pids.push(Number((await answers(url, 'two')).split(' ')[1]));
  const held = await Promise.all([1, 2, 3, 4].map(() => fetch(new URL('/hold', url))));
  const finish = (pid: number) => {
    try {
      process.kill(pid, 'SIGUSR2');
    } catch {
      // It had none of them, and is gone.
    }
  };
  change(`${saysSo}${app('three')}`);
  // Two in a row that are not its own: it accepts no more.
  for (let others = 0; others < 2; ) others = (await answers(url, '')).startsWith('two') ? 0 : others + 1;
  finish(pids[1] as number);
  await answers(url, 'three');
  finish(pids[0] as number);
  for (const answer of held) assert.equal(await answer.text(), 'begun and ended');
});

test('a change that breaks the program leaves the version before', async (t) => {
  const { url, change, printed, stderr } = await watched(t, app('one'));
  await answers(url, 'one');
  change('export default (');
  await printed('The version before goes on serving. Waiting for a change.', 'stderr');
  assert.match(stderr(), /app\.mjs failed to start:\n/);
  await answers(url, 'one');
  change(app('two'));
  await answers(url, 'two');
});

for (const code of [0, 1, 143]) {
  test(`a program that ends itself with exit code ${code} is started again at the next change`, async (t) => {
    const { url, change, printed } = await watched(t, app('one'));
    await answers(url, 'one');
    await fetch(new URL(`/exit${code}`, url)).catch(() => {});
    await printed('gone', 'stderr');
    await printed(/^Waiting for a change\.$/m, 'stderr');
    change(app('two'));
    await printed('started again');
    await answers(url, 'two');
  });
}

for (const [what, stop] of [
  ['', ''],
  [' with a stop of its own', `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 50));`],
] as const) {
  test(`a program${what} that somebody else stops by SIGTERM is started again at once`, async (t) => {
    const command = await watched(t, `${stop}${app('one')}`);
    const { printed, child, ended, stderr } = command;
    const pid = await nextPid(command, new Set());
    process.kill(pid, 'SIGTERM');
    await printed(/app\.mjs was ended by SIGTERM; started again at once\.$/m, 'stderr');
    await nextPid(command, new Set([pid]));
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    assert.doesNotMatch(stderr(), /Waiting for a change/);
    assert.equal(stderr().match(/started again/g)?.length, 1);
  });
}

test('a program that fails is started again at once, then after pauses that grow; one that is killed has its own', async (t) => {
  const command = await watched(t, app('one'));
  const { url, printed, stderr, stdout, change } = command;
  const pids = new Set<number>();
  const kill = async (signal: NodeJS.Signals) => {
    const pid = await nextPid(command, pids);
    pids.add(pid);
    process.kill(pid, signal);
  };
  await kill('SIGABRT');
  await printed(/app\.mjs was ended by SIGABRT; started again at once\.$/m, 'stderr');
  await kill('SIGABRT');
  await printed(/app\.mjs was ended by SIGABRT; started again in 1 s\.$/m, 'stderr');
  await kill('SIGKILL');
  await printed(/app\.mjs was ended by SIGKILL; started again at once\.$/m, 'stderr');
  await kill('SIGKILL');
  await printed(/app\.mjs was ended by SIGKILL; started again in 1 s\.$/m, 'stderr');
  await kill('SIGABRT');
  await printed(/app\.mjs was ended by SIGABRT; started again in 2 s\.$/m, 'stderr');
  // A change doesn't wait for the pause.
  change(app('two'));
  await printed('app.mjs changed: started again.');
  await answers(url, 'two');
  assert.doesNotMatch(stderr(), /Waiting for a change/);
  assert.equal(stdout().match(/Serveur démarré !/g)?.length, 1);
});

test('only files that the program loads start it again', async (t) => {
  const folder = temporaryFolder(t);
  const [file, part, data] = ['app.mjs', 'part.cjs', 'data.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(part, `module.exports = 'one';`);
  writeFileSync(file, `import part from './part.cjs'; export default (req, res) => res.end(part);`);
  const { url, stdout, printed } = await serving(t, [file, '--watch', '--log', 'off']);
  await answers(url, 'one');
  writeFileSync(part, `module.exports = 'two';`);
  // Of several changes together the last one is named: this one, if it counted.
  writeFileSync(data, '{}');
  await answers(url, 'two');
  await printed('started again');
  assert.match(stdout(), /part\.cjs changed: started again\.\n$/);
  assert.equal(stdout().match(/started again/g)?.length, 1);
});

test('a port in use ends the command; a broken program waits for a change', async (t) => {
  const { port } = await serving(t, [temporaryFolder(t)]);
  const folder = temporaryFolder(t);
  const file = join(folder, 'app.mjs');
  writeFileSync(file, app('one'));
  const refused = start(t, [file, '--watch', '--port', String(port)]);
  assert.equal(await refused.ended, 1);
  assert.match(refused.stderr(), /^premier: Port \d+ is in use by another program[^\n]*\n$/);

  writeFileSync(file, 'export default (');
  const broken = start(t, [file, '--watch', '--port', '0']);
  await broken.printed(/^Waiting for a change\.$/m, 'stderr');
  writeFileSync(file, app('two'));
  await broken.printed(/^Serveur démarré !$/m);
  broken.child.kill('SIGTERM');
  assert.equal(await broken.ended, 0);
});

test('a folder that is removed and made again is watched as before', async (t) => {
  const top = temporaryFolder(t);
  const folder = join(top, 'project/src');
  const write = (name: string, code: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), code);
  };
  const program = `import part from './part.cjs'; export default (req, res) => res.end(part);`;
  write('app.mjs', program);
  write('part.cjs', `module.exports = 'one';`);
  const { url, stderr } = await serving(t, [join(folder, 'app.mjs'), '--watch', '--log', 'off']);
  await answers(url, 'one');
  for (const [text, removed] of [
    ['two', 'project/src'],
    ['three', 'project'],
    ['four', 'project/src/part.cjs'],
  ] as const) {
    rmSync(join(top, removed), { recursive: true });
    await (await fetch(url)).text();
    write('app.mjs', program);
    write('part.cjs', `module.exports = '${text}';`);
    await answers(url, text);
  }
  assert.doesNotMatch(stderr(), /failed to start/);
});

test('where the system cannot watch, it says so once and looks at the files instead', async (t) => {
  const folder = temporaryFolder(t);
  const patch = join(folder, 'patch.mjs');
  writeFileSync(
    patch,
    `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
    fs.watch = () => { throw Object.assign(new Error('EMFILE: too many open files, watch'), { code: 'EMFILE' }); };
    syncBuiltinESMExports();`,
  );
  const file = join(folder, 'app.mjs');
  for (const [lang, line] of [
    [
      'en',
      /^premier: The system can't watch for changes \(EMFILE[^\n]*\); the files are looked at every second instead\.\n$/,
    ],
    [
      'fr',
      /^premier: Le système ne peut pas guetter les changements \(EMFILE[^\n]*\) ; les fichiers [^\n]*\n$/,
    ],
  ] as const) {
    writeFileSync(file, app('one'));
    const args = [file, '--watch', '--log', 'off', '--lang', lang];
    const { url, stderr } = await serving(t, args, { node: ['--import', pathToFileURL(patch).href] });
    await answers(url, 'one');
    writeFileSync(file, app('two, and longer'));
    await answers(url, 'two');
    assert.match(stderr(), line);
  }
});

test('a file that is removed is told of once it is back', async (t) => {
  const folder = temporaryFolder(t);
  const [file, other] = [join(folder, 'a/file'), join(folder, 'a/other')];
  const write = (path: string) => {
    mkdirSync(join(folder, 'a'), { recursive: true });
    writeFileSync(path, '');
  };
  write(file);
  const told: string[] = [];
  const watch = new FileWatch((path) => told.push(path), assert.ifError);
  t.after(() => watch.close());
  watch.add(file, Date.now() + 1000);
  watch.add(other, 0);
  rmSync(join(folder, 'a'), { recursive: true });
  // What changes after it is told, and what is not there is not.
  write(other);
  await until(() => told.includes(other), 'the other file');
  assert.deepEqual(told, [other]);
  write(file);
  await until(() => told.includes(file), 'the file');
});

test('a file that was modified before it was watched counts as changed', async (t) => {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, '');
  const told: string[] = [];
  const watch = new FileWatch((path) => told.push(path), assert.ifError);
  t.after(() => watch.close());
  watch.add(file, 0);
  await until(() => told.includes(file), 'the file');
});

test('where no file can be named, source code in a folder and below is watched, packages and hidden folders aside', async (t) => {
  const folder = temporaryFolder(t);
  const put = (name: string) => writeFileSync(join(folder, name), `${name} ${told.length}`);
  const told: string[] = [];
  for (const name of ['below', 'node_modules/package', '.hidden'])
    mkdirSync(join(folder, name), { recursive: true });
  const watch = new FileWatch((path) => told.push(path), assert.ifError);
  t.after(() => watch.close());
  watch.addSources(folder);
  // Of each burst the file that changed last is told: never one of the others, though they are written last.
  for (const source of ['app.mjs', 'below/part.ts', 'below/data.json']) {
    for (const name of [source, 'a.txt', 'below/a.html', 'node_modules/package/a.js', '.hidden/a.js'])
      put(name);
    await until(() => told.includes(join(folder, source)), source);
  }
  assert.deepEqual(
    told.filter((path) => !/(app\.mjs|part\.ts|data\.json)$/.test(path)),
    [],
  );
});
