// The listing as a reader has it, in Chromium: every link opens, by mouse or keyboard, in any light and width.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium, withoutChromium } from '../site/chromium.js';
import { oddNames } from './odd-names.js';
import { type Shelf, shelf } from './shelf.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

describe('the listing in Chromium', { skip: withoutChromium }, () => {
  const cleaning: (() => void)[] = [];
  let browser: Browser;
  let site: Shelf;

  before(async () => {
    browser = await launchChromium();
    site = await shelf(
      { after: (clean) => void cleaning.push(clean as () => void) },
      Object.fromEntries([
        ...oddNames.map((name) => [name, `contents of ${name}`]),
        [`${'long-'.repeat(40)}.txt`, 'x'.repeat(5_000_000)],
        ['dossier d’été/intérieur/note.txt', 'note'],
      ]),
    );
  });

  after(async () => {
    await browser?.close();
    for (const clean of cleaning.reverse()) clean();
  });

  /** Opens the listing; whatever the page complains of fails the test. */
  async function open(path: string, options: BrowserContextOptions, use: (page: Page) => Promise<void>) {
    const context = await browser.newContext({ locale: 'fr-FR', ...options });
    try {
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
      await page.goto(`http://127.0.0.1:${site.port}${path}`);
      await use(page);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  }

  test('every link opens what its name says', async () => {
    await open('/', {}, async (page) => {
      const links = await page.locator('tbody a').evaluateAll((all) =>
        all.map((link) => ({
          name: link.querySelector('bdi')?.textContent,
          address: (link as unknown as { href: string }).href,
        })),
      );
      for (const name of oddNames) {
        const link = links.find((one) => one.name === name);
        assert.ok(link, `${JSON.stringify(name)} is shown as it is`);
        const answer = await page.request.get(link.address);
        assert.equal(await answer.text(), `contents of ${name}`);
      }
    });
  });

  test('folders open and lead back, by keyboard alone', async () => {
    await open('/', {}, async (page) => {
      const name = basename(site.root);
      assert.equal(await page.title(), `Contenu de ${name}`);
      assert.equal(await page.locator('h1 bdi').textContent(), name);
      await page.getByRole('link', { name: 'dossier d’été' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'intérieur' }).press('Enter');
      await page.waitForURL('**/int%C3%A9rieur/');
      assert.equal(await page.locator('h1 bdi').textContent(), 'intérieur');
      await page
        .getByRole('navigation')
        .getByRole('link', { name: basename(site.root) })
        .press('Enter');
      await page.waitForURL(`http://127.0.0.1:${site.port}/`);
    });
  });

  test('a part of a name is looked for, without accents, and the order stays', async () => {
    await open('/?sort=size&order=desc', {}, async (page) => {
      await page.getByRole('searchbox', { name: 'Partie d’un nom' }).fill('CREAtion');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/?filter=CREAtion&sort=size&order=desc');
      const names = await page.locator('tbody bdi').allTextContents();
      assert.deepEqual(names, ['Cre\u0301ation decomposed.txt', 'Création.txt']);
      await page.getByRole('searchbox').fill('<b>no');
      await page.getByRole('button', { name: 'Filtrer' }).click();
      await page.getByText('Aucun nom ici ne contient « <b>no ».').waitFor();
      await page.getByRole('link', { name: 'Tout montrer' }).click();
      await page.waitForURL('**/?sort=size');
      assert.ok((await page.locator('tbody bdi').count()) > 10);
    });
  });

  test('the headings sort', async () => {
    await open('/', {}, async (page) => {
      await page.getByRole('link', { name: 'Taille' }).click();
      await page.getByRole('link', { name: 'Taille' }).click();
      assert.equal(await page.locator('th[aria-sort=descending]').textContent(), 'Taille');
      assert.match((await page.locator('tbody tr').nth(1).textContent()) ?? '', /^Document long-.*5\sMo/);
    });
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1100]) {
      test(`nothing hinders a reader, ${colorScheme}, ${width} px wide`, async () => {
        for (const path of ['/', '/?filter=nothing-of-this', '/dossier%20d%E2%80%99%C3%A9t%C3%A9/']) {
          const view = { colorScheme, viewport: { width, height: 700 } };
          // axe is injected, which the page's own policy rightly forbids.
          await open(path, { ...view, bypassCSP: true }, async (page) => {
            assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
            await page.evaluate(axe);
            const found = (await page.evaluate('axe.run()')) as {
              violations: { id: string; help: string }[];
            };
            assert.deepEqual(
              found.violations.map(({ id, help }) => `${id}: ${help}`),
              [],
            );
          });
        }
      });

      test(`nothing hinders a reader of a refusal, ${colorScheme}, ${width} px wide`, async () => {
        const view = { colorScheme, viewport: { width, height: 700 }, bypassCSP: true };
        const context = await browser.newContext({ locale: 'fr-FR', ...view });
        try {
          const page = await context.newPage();
          await page.goto(`http://127.0.0.1:${site.port}/a/nowhere`);
          assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
          // What only decorates is hidden from those who don't see it, but must be seen by those who see little.
          await page.evaluate(`document.querySelector('strong').removeAttribute('aria-hidden')`);
          await page.evaluate(axe);
          const found = (await page.evaluate('axe.run()')) as { violations: { id: string; help: string }[] };
          assert.deepEqual(
            found.violations.map(({ id, help }) => `${id}: ${help}`),
            [],
          );
          await page.getByRole('link', { name: 'Revenir au début' }).press('Enter');
          await page.waitForURL(`http://127.0.0.1:${site.port}/`);
        } finally {
          await context.close();
        }
      });
    }
  }
});
