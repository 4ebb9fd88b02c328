/**
 * The browser the page is tested in. In: PATH. Out: a headless Chromium, or a plain word on why there is none.
 * It never downloads one.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

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
