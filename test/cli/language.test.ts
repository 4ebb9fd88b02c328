// Which language the command speaks, and that it says everything in both.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogues, languageOf } from '../../dist/cli/language.js';

test('the language is that of --lang, else of the first locale variable that is set', () => {
  const cases: [args: string[], environment: Record<string, string>, expected: string][] = [
    [[], { LANG: 'fr_FR.UTF-8' }, 'fr'],
    [[], { LANG: 'fr' }, 'fr'],
    [[], { LANG: 'fr-CA' }, 'fr'],
    [[], { LANG: 'FR_be' }, 'fr'],
    [[], { LANG: 'fro_FR' }, 'en'],
    [[], { LANG: 'de_DE.UTF-8' }, 'en'],
    [[], { LANG: 'C' }, 'en'],
    [[], { LANG: 'fr_FR', LC_MESSAGES: 'en_US' }, 'en'],
    [[], { LANG: 'en_US', LC_MESSAGES: 'fr_FR' }, 'fr'],
    [[], { LANG: 'en_US', LC_MESSAGES: 'en_US', LC_ALL: 'fr_FR' }, 'fr'],
    [[], { LANG: 'fr_FR', LC_MESSAGES: '', LC_ALL: '' }, 'fr'],
    [['--lang', 'fr'], { LANG: 'en_US' }, 'fr'],
    [['--lang=en'], { LANG: 'fr_FR' }, 'en'],
    [['--lang=en', '--lang', 'fr'], { LANG: 'en_US' }, 'fr'],
    [['--', '--lang', 'fr'], { LANG: 'en_US' }, 'en'],
    // What isn't one of them is refused, in the language of the session.
    [['--lang', 'de'], { LANG: 'fr_FR' }, 'fr'],
    [['--lang', 'de'], { LANG: 'de_DE' }, 'en'],
    [['--lang=fr_FR'], { LANG: 'en_US' }, 'en'],
    [['--lang=constructor'], { LANG: 'fr_FR' }, 'fr'],
    [['--lang'], { LANG: 'fr_FR' }, 'fr'],
  ];
  for (const [args, environment, expected] of cases) {
    assert.equal(languageOf(args, environment), expected, JSON.stringify([args, environment]));
  }
});

test('the French catalogue has its own words for every sentence', () => {
  const same = Object.entries(catalogues.en).filter(([key, english]) => {
    const french = catalogues.fr[key as keyof typeof catalogues.fr];
    return JSON.stringify(english) === JSON.stringify(french) && String(english) === String(french);
  });
  assert.deepEqual(same, []);
});
