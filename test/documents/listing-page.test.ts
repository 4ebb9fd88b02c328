// The listing as a reader has it, in Chromium: every link opens, by mouse or keyboard, in any light and width.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium, leavePage, takePage, withoutChromium } from '../site/chromium.js';
import { oddNames } from './odd-names.js';
import { type Shelf, shelf } from './shelf.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

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

  const contexts = new Map<string, Promise<BrowserContext>>();

  /** A context for these options; it is kept, for to make one takes longer than most tests. */
  function contextFor(options: BrowserContextOptions): Promise<BrowserContext> {
    const key = JSON.stringify(options);
    const context = contexts.get(key) ?? browser.newContext({ locale: 'fr-FR', ...options });
    contexts.set(key, context);
    return context;
  }

  /** Opens the listing; whatever the page complains of fails the test. */
  async function open(path: string, options: BrowserContextOptions, use: (page: Page) => Promise<void>) {
    const page = await takePage(await contextFor(options));
    try {
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
      await page.goto(`http://127.0.0.1:${site.port}${path}`);
      await use(page);
      assert.deepEqual(complaints, []);
    } finally {
      await leavePage(page);
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

  /** What axe finds wrong, and what is too wide, in light and in darkness, narrow and wide. */
  async function hindrances(page: Page): Promise<string[]> {
    const hindrances: string[] = [];
    await page.evaluate(axe);
    for (const width of [360, 1100]) {
      await page.setViewportSize({ width, height: 700 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const scrolled = await page.evaluate('document.documentElement.scrollWidth');
        if (scrolled !== width) hindrances.push(`${width}, ${colorScheme}: the page is ${scrolled} wide`);
        const { violations } = (await page.evaluate('axe.run()')) as {
          violations: { id: string; help: string }[];
        };
        hindrances.push(...violations.map(({ id, help }) => `${width}, ${colorScheme}: ${id}: ${help}`));
      }
    }
    return hindrances;
  }

  // axe is injected, which the pages' own policy rightly forbids.
  const withAxe = { bypassCSP: true };

  for (const path of ['/', '/?filter=nothing-of-this', '/dossier%20d%E2%80%99%C3%A9t%C3%A9/']) {
    test(`nothing hinders a reader of ${path}, in light and in darkness, narrow and wide`, async () => {
      await open(path, withAxe, async (page) => assert.deepEqual(await hindrances(page), []));
    });
  }

  test('nothing hinders a reader of a refusal, in light and in darkness, narrow and wide', async () => {
    const page = await takePage(await contextFor(withAxe));
    try {
      await page.goto(`http://127.0.0.1:${site.port}/a/nowhere`);
      // What only decorates is hidden from those who don't see it, but must be seen by those who see little.
      await page.evaluate(`document.querySelector('strong').removeAttribute('aria-hidden')`);
      assert.deepEqual(await hindrances(page), []);
      await page.getByRole('link', { name: 'Revenir au début' }).press('Enter');
      await page.waitForURL(`http://127.0.0.1:${site.port}/`);
    } finally {
      await leavePage(page);
    }
  });
});
