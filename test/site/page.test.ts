// The welcome page as a visitor has it: in Chromium, in both languages, by day and by night, wide and narrow.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium, leavePage, takePage, withoutChromium } from './chromium.js';
import { type SiteServer, serveSite } from './site-server.js';

const pages = ['/', '/en/'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let site: SiteServer;

const contexts = new Map<string, Promise<BrowserContext>>();

/** A context for these options; it is kept, for to make one takes longer than most tests. */
function contextFor(options: BrowserContextOptions): Promise<BrowserContext> {
  const key = JSON.stringify(options);
  const context = contexts.get(key) ?? browser.newContext({ reducedMotion: 'reduce', ...options });
  contexts.set(key, context);
  return context;
}

/** Opens a page, hands it over, and leaves it whatever happens. */
async function visit<T>(
  path: string,
  look: (page: Page) => Promise<T>,
  options: BrowserContextOptions = {},
): Promise<T> {
  const page = await takePage(await contextFor(options));
  try {
    await page.goto(site.origin + path);
    return await look(page);
  } finally {
    await leavePage(page);
  }
}

/** Fills in the live part, sends, and waits until the response is shown or refused. */
async function ask(page: Page, method: string, path: string) {
  await page.evaluate(`document.getElementById('outcome').textContent = ''`);
  await page.locator('#method').selectOption(method);
  await page.locator('#path').fill(path);
  await page.locator('#ask button').click();
  await page.locator('#outcome:not(:empty)').waitFor();
  return {
    request: String(await page.locator('#request').textContent()),
    response: String(await page.locator('#response').textContent()),
    outcome: await page.locator('#outcome').innerText(),
  };
}

interface Violation {
  id: string;
  nodes: { target: unknown; failureSummary?: string }[];
}

/** What axe finds wrong by day and by night. The ruled paper is taken away first: axe can't judge text on a gradient. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(`document.body.style.setProperty('background-image', 'none')`);
  await page.evaluate(axe);
  const wrong: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const found = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as Violation[];
    for (const { id, nodes } of found) {
      wrong.push(...nodes.map((node) => `${colorScheme}, ${id}: ${node.target} ${node.failureSummary}`));
    }
  }
  return wrong;
}

/** The texts of the drawing that is shown over which one of its arrows runs. */
const struckWords = `(() => {
  const svg = [...document.querySelectorAll('.model svg')].find((it) => it.getBoundingClientRect().width > 0);
  const arrows = [...svg.querySelectorAll('.wire, .tip')];
  return [...svg.querySelectorAll('text')].filter((text) => {
    const { x, y, width, height } = text.getBBox();
    for (let i = 0; i <= 20; i++) for (let j = 0; j <= 8; j++) {
      const point = new DOMPoint(x + (width * i) / 20, y + (height * j) / 8);
      if (arrows.some((arrow) => arrow.isPointInStroke(point))) return true;
    }
    return false;
  }).map((text) => text.textContent);
})()`;

describe('the welcome page', { skip: withoutChromium }, () => {
  before(async () => {
    site = await serveSite();
    browser = await launchChromium();
  });

  after(async () => {
    await browser?.close();
    await site?.close();
  });

  test('speaks French, its accents intact', () =>
    visit('/', async (page) => {
      assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
      assert.equal(await page.title(), 'Cette page est une réponse — premier');
      assert.equal(await page.locator('h1').innerText(), 'Cette page est une\u00a0réponse.');
      assert.deepEqual(await page.locator('.words dt').allInnerTexts(), [
        'Client',
        'Serveur',
        'Requête',
        'Réponse',
        'Port',
      ]);
      const text = await page.locator('main').innerText();
      assert.match(text, /élabore pour chaque requête la réponse/);
      assert.match(text, /console\.log\("Serveur démarré !"\)/);
      assert.doesNotMatch(text, /[ÃÂ√\ufffd]/, 'no trace of a wrong charset');
    }));

  test('names the port it came through', () =>
    visit('/', async (page) => {
      assert.match(await page.locator('.words').innerText(), new RegExp(`par le port ${site.port}\\.`));
    }));

  for (const [timing, href] of [
    ['inspector;desc="http://127.0.0.1:8082/"', 'http://127.0.0.1:8082/'],
    ['db;dur=1, inspector;desc="http://[::1]:8082/"', 'http://[::1]:8082/'],
    ['inspector;desc="http://evil.example/"', undefined],
    ['inspector;desc="javascript:alert(1)"', undefined],
    ['inspector;desc="http://127.0.0.1:8082/x"', undefined],
    ['', undefined],
  ] as const) {
    test(`${href ? 'leads to the inspector' : 'leads to no inspector'} where ${timing || 'nothing'} is said`, async (t) => {
      site.timing = timing;
      t.after(() => {
        site.timing = '';
      });
      for (const path of pages) {
        await visit(path, async (page) => {
          const link = page.locator('#inspector a');
          assert.equal(await link.isVisible(), href !== undefined);
          if (href === undefined) return;
          assert.equal(await link.getAttribute('href'), href);
          assert.deepEqual(await violations(page), []);
        });
      }
    });
  }

  for (const path of pages) {
    test(`${path} draws the port it came through, and no other`, () =>
      visit(path, async (page) => {
        for (const width of [360, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          const drawing = page.getByRole('img', { name: /client-ser/ });
          assert.deepEqual(await drawing.locator('.port').allTextContents(), [`port ${site.port}`]);
          assert.deepEqual(await drawing.locator('.small').allTextContents(), [`localhost:${site.port}`]);
          assert.match((await drawing.locator('desc').textContent()) ?? '', new RegExp(` ${site.port}\\s?:`));
        }
      }));

    test(`${path} has no word struck through by an arrow, narrow or wide`, () =>
      visit(path, async (page) => {
        for (const width of [360, 768, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          assert.deepEqual(await page.evaluate(struckWords), []);
        }
      }));
  }

  test('has an English twin, and each leads to the other', () =>
    visit('/', async (page) => {
      await page.getByRole('link', { name: 'English' }).click();
      assert.equal(new URL(page.url()).pathname, '/en/');
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
      assert.equal(await page.locator('h1').innerText(), 'This page is a\u00a0response.');
      await page.getByRole('link', { name: 'Français' }).click();
      assert.equal(new URL(page.url()).pathname, '/');
    }));

  test('its twins have the same shape', async () => {
    const shape = `[...document.querySelectorAll('main *')].map((it) => [it.tagName, ...Object.keys(it.dataset)].join())`;
    const [french, english] = await Promise.all(
      pages.map((path) => visit(path, (page) => page.evaluate(shape))),
    );
    assert.deepEqual(french, english);
  });

  for (const path of pages) {
    test(`${path} names its address in each language`, () =>
      visit(path, async (page) => {
        const links = await page.evaluate(
          `[...document.querySelectorAll('link[rel=alternate]')].map((link) => [link.hreflang, link.href])`,
        );
        assert.deepEqual(links, [
          ['fr', `${site.origin}/?lang=fr`],
          ['en', `${site.origin}/en/`],
        ]);
      }));

    test(`${path} is accessible to axe, in light and in darkness, narrow and wide`, () =>
      visit(path, async (page) => {
        for (const width of [360, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          assert.deepEqual(await violations(page), []);
        }
      }));

    test(`${path} opens without a word in the console, under a strict policy`, async () => {
      const said: string[] = [];
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        page.on('console', (message) => said.push(message.text()));
        page.on('pageerror', (error) => said.push(String(error)));
        page.on('response', (got) => got.status() >= 400 && said.push(`${got.status()} ${got.url()}`));
        page.on('requestfailed', (request) => said.push(`failed: ${request.url()}`));
        await page.goto(site.origin + path, { waitUntil: 'networkidle' });
        // A short document: the live part breaks a longer one off, which counts as a failed request.
        await ask(page, 'GET', '/favicon.svg');
      } finally {
        await context.close();
      }
      assert.deepEqual(said, []);
    });

    test(`${path} does not scroll sideways at 360 px, nor with a long response`, () =>
      visit(
        path,
        async (page) => {
          const overflow = () =>
            page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
          assert.equal(await overflow(), 0);
          await ask(page, 'GET', `/long?${'x'.repeat(300)}`);
          assert.equal(await overflow(), 0);
        },
        { viewport: { width: 360, height: 740 } },
      ));
  }

  test('draws the model once, for wide pages or for narrow ones', async () => {
    for (const [width, shown] of [
      [360, 'tall'],
      [1280, 'wide'],
    ] as const) {
      await visit(
        '/',
        async (page) => {
          const drawings = page.getByRole('img', { name: 'Le modèle client-serveur' });
          assert.equal(await drawings.count(), 1);
          assert.equal(await drawings.getAttribute('class'), shown);
        },
        { viewport: { width, height: 800 } },
      );
    }
  });

  test('moves only for those who like it', async () => {
    const moving = (reducedMotion: 'reduce' | 'no-preference') =>
      visit('/', (page) => page.evaluate('document.getAnimations().length > 0'), { reducedMotion });
    assert.equal(await moving('reduce'), false);
    assert.equal(await moving('no-preference'), true);
  });

  test('says what is missing where scripts do not run', () =>
    visit(
      '/',
      async (page) => {
        assert.equal(await page.locator('form, .exchange, button').filter({ visible: true }).count(), 0);
        assert.match(await page.locator('main').innerText(), /Cet essai a besoin de JavaScript/);
      },
      { javaScriptEnabled: false },
    ));

  test('lets the keyboard skip to the content', () =>
    visit('/', async (page) => {
      await page.keyboard.press('Tab');
      assert.equal(await page.locator(':focus').innerText(), 'Aller au contenu');
      await page.keyboard.press('Enter');
      assert.equal(new URL(page.url()).hash, '#contenu');
    }));

  test('copies the very program of the lesson', () =>
    visit(
      '/',
      async (page) => {
        await page.locator('[data-copy=lecon]').click();
        await page.getByRole('button', { name: 'Copié' }).waitFor();
        const copied = await page.evaluate('navigator.clipboard.readText()');
        const example = readFileSync(new URL('../../examples/premier-serveur.cjs', import.meta.url), 'utf8');
        assert.equal(copied, example);
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    ));

  describe('its live part', () => {
    let page: Page;

    before(async () => {
      page = await takePage(await contextFor({}));
      await page.goto(site.origin);
    });

    after(() => leavePage(page));

    test('sends a request and shows both sides as text', async () => {
      const shown = await ask(page, 'GET', '/favicon.svg?de=moi');
      assert.equal(
        shown.request.trimEnd(),
        `GET /favicon.svg?de=moi HTTP/1.1\nHost: localhost:${site.port}\nAccept: */*`,
      );
      const [head, body] = shown.response.split('\n\n') as [string, string];
      assert.match(head, /^HTTP\/1\.1 200 OK\n/);
      assert.match(head, /^content-type: image\/svg\+xml/m);
      assert.match(body, /^<svg /);
      assert.match(shown.outcome, /^Réponse reçue en \d+ ms\.$/);
      assert.equal(site.asked.at(-1)?.line, 'GET /favicon.svg?de=moi');
    });

    test('sends with the Enter key from the path', () =>
      visit('/en/', async (page) => {
        await page.locator('#path').fill('/page.js');
        await page.locator('#path').press('Enter');
        await page.getByText(/^Response received in \d+ ms\.$/).waitFor();
        assert.equal(site.asked.at(-1)?.line, 'GET /page.js');
      }));

    test('shows that a response to HEAD has no body', async () => {
      const { response } = await ask(page, 'HEAD', '/page.css');
      assert.match(response, /^HTTP\/1\.1 200 OK\n(.+\n)+\n$/);
    });

    test('sends a body with POST and shows the length that goes over the wire', async () => {
      const { request } = await ask(page, 'POST', '/long');
      assert.match(request, /^POST \/long HTTP\/1\.1\n/);
      assert.match(request, /^Content-Length: 9\n\nBonjour !$/m);
      assert.deepEqual(site.asked.at(-1), { line: 'POST /long', body: 'Bonjour !' });
    });

    test('shows a 404 as the response it is', async () => {
      const { response, outcome } = await ask(page, 'GET', '/nulle-part');
      assert.match(response, /^HTTP\/1\.1 404 Not Found\n/);
      assert.match(outcome, /^Réponse reçue/);
    });

    test('shows the beginning of a long text, and says there is more', async () => {
      const { response } = await ask(page, 'GET', '/long');
      assert.match(response, /\n\né{512}\n… et la suite\.$/);
    });

    test('does not pass bytes off as text', async () => {
      const { response } = await ask(page, 'GET', '/bytes');
      assert.match(response, /\n\n\(des octets qui ne sont pas du texte\)$/);
    });

    test('says where a redirect led', async () => {
      const { outcome } = await ask(page, 'GET', '/moved');
      assert.match(outcome, /renvoyé le navigateur vers \/page\.css\.$/);
    });

    for (const path of ['//example.org/', 'http://example.org/', 'page.css', '/\\example.org']) {
      test(`sends nothing for ${path}, and says what a path is`, async () => {
        const sofar = site.asked.length;
        const { outcome } = await ask(page, 'GET', path);
        assert.match(outcome, /^Un chemin commence par une seule barre oblique/);
        const sent = site.asked.slice(sofar).filter(({ line }) => line !== 'GET /favicon.svg');
        assert.deepEqual(sent, []);
      });
    }

    test('shows markup in a response as text, never as part of the page', async () => {
      await ask(page, 'GET', '/');
      assert.match(String(await page.locator('#response').textContent()), /<title>/);
      assert.equal(await page.locator('#response *:not(.start)').count(), 0);
      assert.equal(await page.locator('h1').count(), 1);
    });

    test('says so when the server is gone', async () => {
      const other = await serveSite();
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        await page.goto(other.origin);
        await other.close();
        const { outcome } = await ask(page, 'GET', '/');
        assert.equal(outcome, 'Pas de réponse. Le serveur tourne-t-il encore\u202f?');
      } finally {
        await context.close();
        await other.close();
      }
    });
  });

  describe('the page for what is not there', () => {
    test('stands in French and in English, and leads back', () =>
      visit('/un/chemin/sans/document', async (page) => {
        assert.equal(await page.locator('h1').innerText(), 'Rien à cette adresse.');
        assert.equal(await page.locator('[lang=en] dt').innerText(), 'English');
        await page.getByRole('link', { name: 'Revenir à l’accueil' }).click();
        assert.equal(new URL(page.url()).pathname, '/');
      }));

    test('is accessible to axe, in light and in darkness', () =>
      visit('/404.html', async (page) => assert.deepEqual(await violations(page), [])));
  });
});
