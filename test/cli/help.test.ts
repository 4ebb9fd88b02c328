// The help and the reference page: everything in the table is there, in both languages, and fits.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { help } from '../../dist/cli/help.js';
import { catalogues } from '../../dist/cli/language.js';
import { optionEntries } from '../../dist/cli/options.js';
import { reference } from '../../dist/cli/reference.js';
import { main, start } from './command.js';

test('the help names every option, in lines that fit', () => {
  for (const [language, say] of Object.entries(catalogues)) {
    for (const width of [60, 80, 100]) {
      const lines = help(say, width).split('\n');
      const long = lines.filter((line) => line.length > width);
      assert.deepEqual(long, [], `${language}, ${width} columns`);
      for (const [name] of optionEntries) {
        assert.ok(
          lines.some((line) => new RegExp(`^  (-\\w, |    )--${name}( |\\[=|$)`).test(line)),
          `${language}: --${name}`,
        );
      }
    }
  }
});

test('French punctuation stays with its word when a line breaks', () => {
  for (let width = 50; width < 110; width++) {
    assert.doesNotMatch(help(catalogues.fr, width), /^\s*[:;?!»]|«$/m);
  }
});

test('docs/cli.md is what the table of options says (npm run docs:cli writes it)', () => {
  assert.equal(readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8'), reference());
});

test('the help of npm start says what npm start does', () => {
  const texts = Object.values(catalogues).map((say) =>
    help(say, 100, { command: 'npm start --', folder: 'site' }),
  );
  for (const text of texts) {
    assert.match(text, /^Usage ?: npm start -- \[OPTIONS\]/);
    assert.match(text, / site (unless given|s’il n’est pas donné)/);
    assert.match(text, /^ {2}npm start {2,}site, (on|sur) http/m);
    assert.match(text, /^ {2}npm start -- dist --single/m);
    assert.match(text, /--auth anna:secret {2,}\S/);
    assert.doesNotMatch(text, /\b2 (for|pour)/);
    assert.doesNotMatch(text, /^ *premier /m);
  }
});

test('--help and --version print on stdout and end with code 0', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const cases: [args: string[], expected: RegExp][] = [
    [['--help'], /^Usage: premier /],
    [['-h', '--lang', 'fr'], /^Usage : premier /],
    [['--version'], new RegExp(`^${version}\n$`)],
  ];
  await Promise.all(
    cases.map(async ([args, expected]) => {
      const { ended, stdout, stderr } = start(t, args);
      assert.equal(await ended, 0);
      assert.match(stdout(), expected);
      assert.equal(stderr(), '');
    }),
  );
});

for (const [language, said] of [
  ['en', /^premier: What you asked for can't be written \(ENOSPC\)\. Is the disk full\?\n$/],
  ['fr', /^premier: Ce que vous avez demandé ne peut pas s’écrire \(ENOSPC\)\. Le disque est-il plein \?\n$/],
] as const) {
  for (const args of [['--help'], ['--version'], ['-v', '--help'], ['status', '--help']]) {
    test(`${args.join(' ')} that can't be written is told of, and fails (${language})`, {
      skip: process.platform !== 'linux',
    }, (t) => {
      const full = openSync('/dev/full', 'w');
      t.after(() => closeSync(full));
      const { status, stderr } = spawnSync(process.execPath, [main, ...args], {
        stdio: ['ignore', full, 'pipe'],
        env: { ...process.env, LC_ALL: `${language}_XX` },
        encoding: 'utf8',
        timeout: 20_000,
      });
      assert.match(stderr, said);
      assert.equal(status, 1);
    });
  }
}
