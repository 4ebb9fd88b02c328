// The papers at the root hold what they promise: their program runs, their links lead somewhere, the twins are twins.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runFile } from './running-example.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const papers = readdirSync(root).filter((name) => name.endsWith('.md'));
const readmes = ['README.md', 'README.fr.md'];

const read = (name: string) => readFileSync(join(root, name), 'utf8');

/** The contents of a paper's code blocks in a language. */
function blocks(paper: string, language: string): string[] {
  return [...read(paper).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] as string);
}

for (const readme of readmes) {
  test(`the five lines of ${readme} are five, and run`, async () => {
    const [program, ...others] = blocks(readme, 'js');
    assert.deepEqual(others, []);
    assert.equal(program?.trimEnd().split('\n').length, 5);
    // Within the project, so that the name premier means this package.
    const folder = await mkdtemp(join(root, 'build', 'readme-'));
    try {
      const file = join(folder, 'program.mjs');
      await writeFile(file, program as string);
      const example = await runFile(file);
      try {
        const response = await fetch(example.origin);
        assert.equal(response.status, 200);
        assert.match(await response.text(), /^(Hello!|Bonjour !)\n$/);
        await example.printed('http://localhost:8080\n');
      } finally {
        await example.stop();
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test('the README and its French twin have the same shape', () => {
  const [english, french] = readmes.map((readme) => ({
    headings: [...read(readme).matchAll(/^(#+) /gm)].map((match) => match[1]),
    // Each leads to its twin, so that link alone differs.
    links: [...read(readme).matchAll(/\]\(([^)]+)\)/g)]
      .map((match) => match[1])
      .filter((link) => !/^README/.test(link as string))
      .map((link) => link?.replace('.fr.md', '.md')),
    commands: blocks(readme, 'sh').map((block) =>
      block
        .replace(/ +#.*$/gm, '')
        .replace(/my-folder|mon-dossier/g, 'FOLDER')
        .replace(/my-project|mon-projet/g, 'PROJECT')
        .replace(/Bonjour/g, 'Hello')
        .replace(/bonjour/g, 'hello'),
    ),
    items: (read(readme).match(/^(?:- |\d\. |\| )/gm) ?? []).length,
  }));
  assert.deepEqual(french, english);
});

for (const name of ['README', 'learn', 'vocabulary', 'troubleshooting']) {
  test(`docs/${name}.md and its French twin have the same shape`, () => {
    const [english, french] = [`docs/${name}.md`, `docs/${name}.fr.md`].map((paper) => ({
      headings: [...read(paper).matchAll(/^(#+) /gm)].map((match) => match[1]),
      links: [...read(paper).matchAll(/\]\(([^)#]+)[^)]*\)/g)]
        .map((match) => (match[1] as string).replace('.fr.md', '.md'))
        .filter((link) => link !== `${name}.md`),
      items: (read(paper).match(/^(?:- |\d\. |\| )/gm) ?? []).length,
      programs: blocks(paper, 'js').map((block) => block.replace('Bonjour !', 'Hello!')),
    }));
    assert.deepEqual(french, english);
  });
}

test('the papers name files of the package where a project that installed it finds them', () => {
  const missing = ['learn', 'inspector'].flatMap((name) =>
    [`docs/${name}.md`, `docs/${name}.fr.md`].flatMap((paper) => {
      const text = read(paper);
      const named = [...text.matchAll(/node_modules\/premier\/([\w./-]*\w)/g)].map(
        (match) => match[1] as string,
      );
      // A path below `examples/` that a command is given is one of the clone, which nobody who installed premier has.
      const ofTheClone = blocks(paper, 'sh').filter((block) => /(?<![\w/])examples\//.test(block));
      assert.notEqual(named.length, 0, `${paper} names none`);
      return [...named.filter((file) => !existsSync(join(root, file))), ...ofTheClone];
    }),
  );
  assert.deepEqual(missing, []);
});

describe('each link within the project leads to a file', () => {
  for (const paper of papers) {
    test(paper, () => {
      const links = [...read(paper).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1] as string);
      const dead = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(root, link)));
      assert.deepEqual(dead, []);
    });
  }
});
