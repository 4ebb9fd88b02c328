/**
 * The browser the page is tested in. In: PATH. Out: a headless Chromium, or a plain word on why there is none.
 * It never downloads one.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function find(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const executablePath = find();

/** For the `skip` option of a test: `false`, or why it is skipped. */
export const withoutChromium =
  executablePath === undefined && `no Chromium in PATH (looked for ${names.join(', ')})`;

/**
 * Starts Chromium with a fresh profile; the caller closes it.
 * @param environment what is to be different in its environment
 */
export function launchChromium(environment: Record<string, string> = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath as string,
    env: { ...(process.env as Record<string, string>), ...environment },
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'],
  });
}

/** Pages that nobody has, as they were made. */
const left = new WeakMap<BrowserContext, Page[]>();
const sizes = new WeakMap<Page, ReturnType<Page['viewportSize']>>();

const events = [
  ...(['console', 'dialog', 'download', 'filechooser', 'pageerror', 'popup'] as const),
  ...(['request', 'requestfailed', 'requestfinished', 'response'] as const),
];

/**
 * A blank page of a context, where there is one that somebody left: a window takes Chromium longer than most tests take.
 * Who adds scripts or routes, which stay, makes a page of its own.
 */
export async function takePage(context: BrowserContext): Promise<Page> {
  const page = left.get(context)?.pop() ?? (await context.newPage());
  sizes.set(page, page.viewportSize());
  return page;
}

/** Leaves a page to whoever takes the next. */
export async function leavePage(page: Page): Promise<void> {
  const [context, size] = [page.context(), sizes.get(page)];
  for (const event of events) page.removeAllListeners(event);
  await page.goto('about:blank');
  await page.mouse.move(0, 0);
  await page.emulateMedia({ colorScheme: 'light' });
  if (size && JSON.stringify(page.viewportSize()) !== JSON.stringify(size)) await page.setViewportSize(size);
  left.set(context, [...(left.get(context) ?? []), page]);
}
