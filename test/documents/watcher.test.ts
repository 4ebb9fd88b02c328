// The watcher hears of changes whatever happens to the folders on the way to a file, and whatever the system can do.
import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Watcher, type WatcherOptions } from '../../dist/documents/watcher.js';
import { until } from '../subjects.js';

/** Fails as a system that has no inotify instance left. */
const none: WatcherOptions['watch'] = (() => {
  throw Object.assign(new Error('EMFILE: too many open files, watch'), { code: 'EMFILE' });
}) as never;

interface Listening {
  readonly top: string;
  readonly watcher: Watcher;
  readonly heard: Set<string>;
  readonly troubles: string[];
  put(name: string, text?: string): string;
  hears(path: string): Promise<void>;
  settle(): Promise<void>;
}

function listening(t: TestContext, options: Partial<WatcherOptions> = {}): Listening {
  const top = mkdtempSync(join(tmpdir(), 'premier-watcher-'));
  const heard = new Set<string>();
  const troubles: string[] = [];
  const watcher = new Watcher({
    changed: (path) => heard.add(path),
    polling: ({ message }) => troubles.push(message),
    persistent: false,
    ...options,
  });
  t.after(() => {
    watcher.close();
    rmSync(top, { recursive: true, force: true });
  });
  let writes = 0;
  const put = (name: string, text = `${++writes}`) => {
    const path = join(top, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const hears = (path: string) => until(() => heard.has(path), path);
  /** All that happened until now has been heard: what happens here is heard after it. */
  const settle = async () => {
    for (let turn = 0; turn < 2; turn++) {
      const last = put('settled/file');
      watcher.watch(last);
      heard.delete(last);
      await hears(put('settled/file'));
    }
  };
  return { top, watcher, heard, troubles, put, hears, settle };
}

const ways: [what: string, happens: (at: Listening) => void][] = [
  ['a file is written', ({ put }) => put('a/b/file')],
  ['a file is replaced', ({ put, top }) => renameSync(put('other'), join(top, 'a/b/file'))],
  ['a file is removed', ({ top }) => unlinkSync(join(top, 'a/b/file'))],
  ['a file may not be read any more', ({ top }) => chmodSync(join(top, 'a/b/file'), 0)],
  ['its folder is removed', ({ top }) => rmSync(join(top, 'a/b'), { recursive: true })],
  [
    'its folder is removed and made again',
    ({ top, put }) => {
      rmSync(join(top, 'a/b'), { recursive: true });
      put('a/b/file');
    },
  ],
  [
    'all folders are removed and made again',
    ({ top, put }) => {
      rmSync(join(top, 'a'), { recursive: true });
      put('a/b/file');
    },
  ],
  [
    'its folder is replaced by another',
    ({ top, put }) => {
      put('new/file');
      renameSync(join(top, 'a/b'), join(top, 'old'));
      renameSync(join(top, 'new'), join(top, 'a/b'));
    },
  ],
  [
    'a folder above is replaced by another',
    ({ top, put }) => {
      put('new/b/file');
      renameSync(join(top, 'a'), join(top, 'old'));
      renameSync(join(top, 'new'), join(top, 'a'));
    },
  ],
  [
    'a folder above becomes a link to another',
    ({ top, put }) => {
      put('new/b/file');
      renameSync(join(top, 'a'), join(top, 'old'));
      symlinkSync('new', join(top, 'a'));
    },
  ],
  [
    'its folder becomes a file, and a folder again',
    ({ top, put }) => {
      rmSync(join(top, 'a/b'), { recursive: true });
      unlinkSync(put('a/b'));
      put('a/b/file');
    },
  ],
];

for (const [kind, watch] of [
  ['watched', undefined],
  ['polled', none],
] as const) {
  describe(kind, { concurrency: true }, () => cases(kind, watch));
}

function cases(kind: string, watch: WatcherOptions['watch']): void {
  for (const [what, happens] of ways) {
    test(`${kind}: it is heard when ${what}, and what comes after`, async (t) => {
      const at = listening(t, watch ? { watch } : {});
      const file = at.put('a/b/file');
      at.watcher.watch(file);
      happens(at);
      await at.hears(file);
      for (let turn = 0; turn < 2; turn++) {
        await at.settle();
        rmSync(file, { force: true });
        at.heard.clear();
        at.put('a/b/file');
        await at.hears(file);
      }
      assert.equal(at.troubles.length, watch ? 1 : 0);
    });
  }

  test(`${kind}: a folder that is not there yet is heard of when it comes, step by step`, async (t) => {
    const at = listening(t, watch ? { watch } : {});
    const file = join(at.top, 'x/y/z');
    at.watcher.watch(file);
    mkdirSync(join(at.top, 'x'));
    await at.settle();
    mkdirSync(join(at.top, 'x/y'));
    await at.hears(file);
    await at.settle();
    at.heard.clear();
    at.put('x/y/z');
    await at.hears(file);
  });

  test(`${kind}: of a folder as a whole all but hidden names are heard`, async (t) => {
    const at = listening(t, watch ? { watch } : {});
    at.put('a/file');
    at.watcher.watchFolder(join(at.top, 'a'));
    at.put('a/.hidden');
    await at.hears(at.put('a/new'));
    await at.hears(at.put('a/file', 'other'));
    assert.ok(!at.heard.has(join(at.top, 'a/.hidden')));
  });

  test(`${kind}: other names are not heard`, async (t) => {
    const at = listening(t, watch ? { watch } : {});
    const file = at.put('a/file');
    at.watcher.watch(file);
    at.put('a/other');
    at.put('a/file', 'again');
    await at.hears(file);
    assert.deepEqual([...at.heard], [file]);
  });
}

test('that the system cannot watch is told once', async (t) => {
  const at = listening(t, { watch: none });
  for (const name of ['a', 'b', 'c']) at.watcher.watch(at.put(`${name}/file`));
  at.put('c/file');
  await at.hears(join(at.top, 'c/file'));
  assert.deepEqual(at.troubles, ['EMFILE: too many open files, watch']);
});

test('a watcher that fails later is begun anew', async (t) => {
  const { watch } = await import('node:fs');
  const begun: ReturnType<typeof watch>[] = [];
  const noted = ((...args: Parameters<typeof watch>) => {
    const watcher = watch(...args);
    begun.push(watcher);
    return watcher;
  }) as typeof watch;
  const at = listening(t, { watch: noted });
  const file = at.put('a/file');
  at.watcher.watch(file);
  begun[0]?.emit('error', new Error('EPERM'));
  await at.hears(file);
  assert.equal(begun.length, 2);
  at.heard.clear();
  at.put('a/file');
  await at.hears(file);
});

test('the folder asked for longest ago makes room for another', async (t) => {
  const at = listening(t, { most: 2 });
  const files = ['a', 'b', 'c'].map((name) => at.put(`${name}/file`));
  for (const file of [files[0], files[1], files[0], files[2]]) at.watcher.watch(file as string);
  for (const file of files) writeFileSync(file, 'changed');
  await at.hears(files[0] as string);
  await at.hears(files[2] as string);
  assert.ok(!at.heard.has(files[1] as string));
});

test('after a close nothing is heard', async (t) => {
  const at = listening(t);
  const file = at.put('a/file');
  at.watcher.watch(file);
  at.watcher.close();
  at.watcher.watch(file);
  const other = listening(t);
  other.watcher.watch(file);
  at.put('a/file');
  await other.hears(file);
  assert.equal(at.heard.size, 0);
});
