// deploy/: what its files give to the command are options that there are.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseArguments } from '../../dist/cli/arguments.js';
import { catalogues } from '../../dist/cli/language.js';

const folder = fileURLToPath(new URL('../../deploy', import.meta.url));
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');

/** The words after the command's file, in each form in which one writes them. */
const commands: [file: string, words: string[] | undefined][] = [
  [
    'Containerfile',
    (JSON.parse(/^CMD (\[.*\])$/m.exec(read('Containerfile'))?.[1] ?? 'null') as string[] | null)?.slice(1),
  ],
  [
    'systemd/premier.service',
    /^ExecStart=\S+ \S+ (.*)$/m.exec(read('systemd', 'premier.service'))?.[1]?.split(' '),
  ],
  [
    'kubernetes.yaml',
    [...(/^ +args:\n((?: +- .*\n)+)/m.exec(read('kubernetes.yaml'))?.[1] ?? '').matchAll(/- (.*)\n/g)]
      .map(([, word]) => word as string)
      .slice(1),
  ],
];

for (const [file, words] of commands) {
  test(`${file} starts the command with options that there are`, () => {
    const { target, settings } = parseArguments(words ?? [], {}, catalogues.en);
    assert.match(String(target), /app\.js$/);
    assert.ok((settings.workers ?? 0) > 0);
    assert.ok(settings.admin);
    assert.equal(settings.log, 'json');
  });
}

test('a pod has the time that a stop may take', () => {
  const yaml = read('kubernetes.yaml');
  const grace = Number(/terminationGracePeriodSeconds: (\d+)/.exec(yaml)?.[1]);
  const { settings } = parseArguments(commands[2]?.[1] ?? [], {}, catalogues.en);
  assert.ok(grace > settings['stop-after'] + 5);
});

test('docs/deployment.md tells of each file', () => {
  const paper = readFileSync(join(folder, '..', 'docs', 'deployment.md'), 'utf8');
  for (const name of readdirSync(folder)) assert.ok(paper.includes(`deploy/${name}`), name);
});
