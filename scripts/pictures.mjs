// `npm run docs:pictures`: the pictures of README.md, of the command as it is now: docs/terminal.svg, of what it prints
// (drawn from its own output, colours included), docs/listing.png, of the list of a folder in a browser, and
// docs/inspector.png, of the inspector's page beside the guest book of the examples.
// Needs a Chromium in PATH, for all but the first one.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { chromium } from 'playwright-core';
import { build, install, root } from './prepare.mjs';

const documents = {
  'essay.html': 12_400,
  'holidays/beach.jpg': 482_113,
  'notes.md': 2_310,
  'paper.pdf': 1_204_224,
  'songs/first.mp3': 3_412_001,
  'table.csv': 9_870,
};

/** A folder of documents that looks the same each time. */
function makeFolder() {
  const parent = mkdtempSync(join(tmpdir(), 'premier-pictures-'));
  const folder = join(parent, 'my-folder');
  for (const [name, size] of Object.entries(documents)) {
    const file = join(folder, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, 'a'.repeat(size));
    utimesSync(file, 1_780_000_000, 1_780_000_000);
  }
  for (const name of ['holidays', 'songs']) utimesSync(join(folder, name), 1_780_000_000, 1_780_000_000);
  return parent;
}

/** Starts the command as in a terminal; resolves when it listens. */
function start(cwd) {
  const terminal = 'data:text/javascript,process.stdout.isTTY=true;process.stdout.hasColors=()=>true;';
  const args = ['--import', terminal, join(root, 'dist', 'cli', 'main.js'), 'my-folder', '--lang', 'en'];
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '1' },
  });
  const printed = { text: '', child };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed.text += text;
  });
  child.stderr.pipe(process.stderr);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the command ended with code ${code}`)));
    const wait = setInterval(() => {
      if (!printed.text.includes('http://')) return;
      clearInterval(wait);
      resolve(printed);
    }, 20);
  });
}

const ask = (path, headers = {}) =>
  new Promise((resolve, reject) => {
    const request = get({ port: 8080, host: 'localhost', path, agent: false, headers }, (response) =>
      response.resume().on('end', resolve),
    );
    request.on('error', reject);
  });

/** Looks at some documents; resolves when the line of the last one is printed. */
async function visit(printed) {
  const before = printed.text.length;
  await ask('/', { Accept: 'text/html' });
  await ask('/essay.html');
  await ask('/songs/first.mp3', { Range: 'bytes=0-65535' });
  await ask('/secret.html');
  while (!printed.text.slice(before).includes('/secret.html')) await new Promise(setImmediate);
}

const colours = {
  31: '#ff7b72',
  32: '#3fb950',
  33: '#d29922',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#56d4dd',
  90: '#8b949e',
};
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** A line with its escape sequences as `tspan` elements. */
function spans(line) {
  let style = '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const parts = line.split(/\x1b\[([\d;]*)m/);
  return parts
    .map((part, index) => {
      if (index % 2 === 0) return part && `<tspan${style}>${escaped(part)}</tspan>`;
      const code = part.split(';').find((one) => one in colours || one === '1' || one === '2');
      if (code === '1') style = ' font-weight="bold"';
      else if (code === '2') style = ` fill="${colours[90]}"`;
      else style = code ? ` fill="${colours[code]}"` : '';
      return '';
    })
    .join('');
}

function terminalSvg(text) {
  const lines = ['$ premier my-folder', ...text.trimEnd().split('\n')];
  const height = 58 + lines.length * 20;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 ${height}" width="760" height="${height}" role="img" aria-label="premier my-folder in a terminal: the addresses, then a line for each answer" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="13">`,
    `<rect width="760" height="${height}" rx="8" fill="#0d1117"/>`,
    ...['#ff5f56', '#ffbd2e', '#27c93f'].map(
      (fill, i) => `<circle cx="${20 + i * 18}" cy="18" r="6" fill="${fill}"/>`,
    ),
    ...lines.map(
      (line, i) =>
        `<text xml:space="preserve" x="18" y="${54 + i * 20}" fill="#e6edf3">${spans(line)}</text>`,
    ),
    '</svg>\n',
  ].join('\n');
}

async function screenshot(file) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage({
      viewport: { width: 760, height: 470 },
      locale: 'en-GB',
      timezoneId: 'UTC',
    });
    await page.goto('http://localhost:8080/');
    await page.screenshot({ path: file });
  } finally {
    await browser.close();
  }
}

/** Starts the guest book with its inspector, on free ports; resolves with both addresses. */
function startGuestBook() {
  const file = join(root, 'examples', 'livre-d-or.cjs');
  const args = [join(root, 'dist', 'cli', 'main.js'), file, '--port=0', '--inspect=0', '--lang=en'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the guest book ended with code ${code}`)));
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      text += piece;
      const [, book] = /This computer +(\S+)\n/.exec(text) ?? [];
      const [, page] = /Inspector +(\S+)\n/.exec(text) ?? [];
      if (book && page) resolve({ child, book, page });
    });
  });
}

/** Somebody signs and looks; then the page of the inspector, with the signature chosen. */
async function pictureOfInspector(file) {
  const { child, book, page: address } = await startGuestBook();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    // Open from the beginning, so that the pulse has something to draw; high enough to show where the time went.
    const page = await browser.newPage({ viewport: { width: 1280, height: 1270 }, locale: 'en-GB' });
    await page.goto(address);
    const reader = await browser.newPage({ locale: 'en-GB' });
    await reader.goto(book);
    await reader.getByRole('textbox').fill('Anna');
    await reader.getByRole('button').click();
    await reader.goto(book);
    await reader.getByRole('link').click();
    await reader.request.get(`${book}missing`);
    await reader.goto(book);
    const plot = page.locator('.plot polyline').first();
    while (((await plot.getAttribute('points')) ?? '').split(' ').length < 5) await page.waitForTimeout(200);
    await page.getByRole('option').filter({ hasText: 'POST' }).click();
    await page.getByRole('button', { name: 'Location', exact: true }).click();
    await page.locator('.explanation').waitFor();
    await page.locator('.panel').evaluate((panel) => panel.scrollTo(0, 0));
    await page.screenshot({ path: file });
  } finally {
    await browser.close();
    child.removeAllListeners('exit');
    child.kill('SIGTERM');
  }
}

install();
build();
await pictureOfInspector(join(root, 'docs', 'inspector.png'));
const parent = makeFolder();
const printed = await start(parent);
try {
  const greeting = printed.text;
  // Once so that nothing is cold, and once for the picture.
  await visit(printed);
  const before = printed.text.length;
  await visit(printed);
  const text = greeting + printed.text.slice(before);
  writeFileSync(join(root, 'docs', 'terminal.svg'), terminalSvg(text));
  await screenshot(join(root, 'docs', 'listing.png'));
} finally {
  printed.child.removeAllListeners('exit');
  printed.child.kill('SIGTERM');
  rmSync(parent, { recursive: true, force: true });
}
