// The folder of keys: whole files that only their owner reads, and one process at a time.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { dataFolder, Storage } from '../../../dist/operation/certificates/storage.js';
import { temporaryFolder } from './folder.js';

const module = new URL('../../../dist/operation/certificates/storage.js', import.meta.url).href;

/** What every open file has its methods from. */
async function fileHandles(path: string): Promise<{ FileHandle: FileHandle }> {
  const handle = await open(path);
  await handle.close();
  return { FileHandle: Object.getPrototypeOf(handle) };
}

test('the folder is where the system keeps a user’s data', () => {
  const cases: [environment: NodeJS.ProcessEnv, platform: NodeJS.Platform, folder: RegExp][] = [
    [{ XDG_DATA_HOME: '/data' }, 'linux', /^\/data.premier$/],
    [{}, 'linux', /\.local.share.premier$/],
    [{}, 'darwin', /Library.Application Support.premier$/],
    [{ LOCALAPPDATA: 'C:\\Local' }, 'win32', /^C:\\Local.premier$/],
  ];
  for (const [environment, platform, folder] of cases)
    assert.match(dataFolder(environment, platform), folder);
});

test('a file is written whole, read by its owner only, and leaves nothing beside it', async (t) => {
  const storage = new Storage(join(temporaryFolder(t), 'deep', 'down'));
  assert.equal(await storage.read('a'), undefined);
  await storage.write('a', 'one');
  await storage.write('a', 'two');
  assert.equal(await storage.read('a'), 'two');
  assert.deepEqual(readdirSync(storage.folder), ['a']);
  if (process.platform !== 'win32') assert.equal(statSync(storage.path('a')).mode & 0o777, 0o600);
  await storage.remove('a');
  await storage.remove('a');
  assert.equal(await storage.read('a'), undefined);
});

test('where a folder stands in the way of a file, the way out is told, and nothing is left', async (t) => {
  const storage = new Storage(temporaryFolder(t));
  await storage.write('a/b', 'one');
  await assert.rejects(storage.write('a', 'two'), { code: 'unwritable', message: /XDG_DATA_HOME/ });
  await assert.rejects(storage.read('a'), { code: 'unreadable' });
  assert.deepEqual(readdirSync(storage.folder), ['a']);
});

test('a folder that can not be made is named at once', { skip: process.platform !== 'linux' }, async () => {
  // There the system says of each folder that those above it aren't there.
  const storage = new Storage('/proc/nothing/premier/acme');
  await assert.rejects(storage.write('a', 'one'), { code: 'unwritable', message: /^\/proc\/nothing/ });
  await assert.rejects(
    storage.alone('a', async () => 'done'),
    { code: 'unwritable' },
  );
});

test('a lock that finds no room on the disk is not left behind', async (t) => {
  const storage = new Storage(temporaryFolder(t));
  await storage.write('a', 'one');
  const { FileHandle } = await fileHandles(storage.path('a'));
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  t.mock.method(FileHandle, 'writeFile', () => Promise.reject(full));
  await assert.rejects(
    storage.alone('a', async () => 'done'),
    { code: 'diskFull' },
  );
  await assert.rejects(storage.write('b', 'two'), { code: 'diskFull' });
  assert.deepEqual(readdirSync(storage.folder), ['a']);
});

test('who waits for a lock can be told to stop', async (t) => {
  const storage = new Storage(temporaryFolder(t));
  const ending = new AbortController();
  await storage.alone('a', async () => {
    const waiting = storage.alone('a', async () => 'done', ending.signal);
    ending.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });
  assert.deepEqual(readdirSync(storage.folder), []);
});

test('one at a time, in one process', async (t) => {
  const storage = new Storage(temporaryFolder(t));
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 5 }, () =>
      storage.alone('a', async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise(setImmediate);
        inside -= 1;
      }),
    ),
  );
  assert.equal(most, 1);
  assert.deepEqual(readdirSync(storage.folder), []);
});

test('nobody of one process takes a lock for one that was left, while another of it is taking it', async (t) => {
  const storage = new Storage(temporaryFolder(t));
  const inside: string[] = [];
  const { FileHandle } = await fileHandles(module.slice('file://'.length));
  const { writeFile } = FileHandle;
  let second: Promise<unknown> | undefined;
  // Its name stands in the file by now.
  t.mock.method(FileHandle, 'writeFile', async function (this: FileHandle, text: string) {
    await writeFile.call(this, text);
    if (second !== undefined) return;
    second = storage.alone('a', async () => void inside.push('second'));
    // Longer than a second look at the lock takes.
    await Promise.race([second, delay(500)]);
    assert.deepEqual(inside, []);
  });
  await storage.alone('a', async () => void inside.push('first'));
  await second;
  assert.deepEqual(inside, ['first', 'second']);
});

test('a lock goes when the work fails', async (t) => {
  const storage = new Storage(temporaryFolder(t));
  await assert.rejects(
    storage.alone('a', () => Promise.reject(new Error('no'))),
    /^Error: no$/,
  );
  assert.deepEqual(readdirSync(storage.folder), []);
});

test('one at a time, over processes: none loses what another counted', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'count'), '0');
  const script = `
    import { Storage } from ${JSON.stringify(module)};
    const storage = new Storage(${JSON.stringify(folder)});
    for (let i = 0; i < 5; i++) await storage.alone('a', async () => {
      const count = Number(await storage.read('count'));
      await new Promise(setImmediate);
      await storage.write('count', String(count + 1));
    });`;
  const children = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
  assert.deepEqual(codes, [0, 0, 0]);
  assert.equal(readFileSync(join(folder, 'count'), 'utf8'), '15');
});

test('a lock of a process that was killed is taken over', async (t) => {
  const storage = new Storage(temporaryFolder(t));
  const script = `
    import { Storage } from ${JSON.stringify(module)};
    setInterval(() => {}, 1000);
    await new Storage(${JSON.stringify(storage.folder)}).alone('a', async () => {
      console.log('held');
      await new Promise(() => {});
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(existsSync(storage.path('a.lock')));
  assert.equal(await storage.alone('a', async () => 'done'), 'done');
});

const locks: [whose: string, text: string, seconds: number][] = [
  ['of another computer that gave no sign of life for a minute', `1 not-${hostname()}`, 60],
  ['that is empty and some seconds old', '', 3],
];
for (const [whose, text, seconds] of locks) {
  test(`a lock ${whose} is taken over`, async (t) => {
    const storage = new Storage(temporaryFolder(t));
    const path = storage.path('a.lock');
    writeFileSync(path, text);
    const old = new Date(Date.now() - seconds * 1000);
    utimesSync(path, old, old);
    assert.equal(await storage.alone('a', async () => 'done'), 'done');
  });
}

test('a lock of this process’ number, from a container before, is taken over', async (t) => {
  const storage = new Storage(temporaryFolder(t));
  writeFileSync(storage.path('a.lock'), `${process.pid} ${hostname()}`);
  assert.equal(await storage.alone('a', async () => 'done'), 'done');
});
