// The listing as a reader has it, in Chromium: every link opens, by mouse or keyboard, in any light and width.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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
      assert.equal(await page.title(), 'Contenu de /');
      await page.getByRole('link', { name: 'dossier d’été' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'intérieur' }).press('Enter');
      await page.waitForURL('**/int%C3%A9rieur/');
      assert.equal(await page.locator('h1 bdi').textContent(), 'intérieur');
      await page.getByRole('navigation').getByRole('link', { name: 'Accueil' }).press('Enter');
      await page.waitForURL(`http://127.0.0.1:${site.port}/`);
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
        for (const path of ['/', '/dossier%20d%E2%80%99%C3%A9t%C3%A9/']) {
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
    }
  }
});
