// A stranger follows the READMEs in a folder of their own, where the package is installed: no line of theirs fails.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { project, root } from './project.js';

/** The lines of the README's commands, comments aside; those by which the package is installed are the first block. */
function commands(paper: string): string[] {
  const text = readFileSync(join(root, paper), 'utf8');
  const [, ...blocks] = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1] as string);
  return blocks.flatMap((block) => block.trim().split('\n')).map((line) => line.replace(/ +#.*$/, ''));
}

const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The same command on a free port, and without npx, which would look for the package in the registry. */
function onFreePort(line: string): string {
  const main = join('node_modules', 'premier', bin.premier);
  return line.replace(/^npx premier/, `node ${main}`);
}

/** Runs a line that serves until it is stopped; resolves with what it answers, and with all it printed. */
async function serving(context: TestContext, cwd: string, line: string) {
  const env = { ...process.env, PORT: '0' };
  const child = spawn('/bin/sh', ['-c', `exec ${line.replace(/^((?:\w+=\w+ )*)/, 'env $1')}`], { cwd, env });
  context.after(() => child.kill());
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
  }
  const port = await new Promise<number>((resolve, reject) => {
    const look = () => {
      const found = /localhost:(\d+)/.exec(printed);
      if (found) resolve(Number(found[1]));
    };
    child.stdout.on('data', look);
    child.once('close', (code) => reject(new Error(`${line} ended with ${code}: ${printed}`)));
  });
  const status = await new Promise<number | undefined>((resolve, reject) => {
    get({ port, agent: false }, (response) =>
      response.resume().on('end', () => resolve(response.statusCode)),
    ).on('error', reject);
  });
  child.removeAllListeners('close').kill('SIGTERM');
  await once(child, 'close');
  return { status, printed };
}

for (const paper of ['README.md', 'README.fr.md']) {
  test(`the commands of ${paper} do what they say`, {
    skip: process.platform === 'win32',
  }, async (context) => {
    const { folder } = project(context, { 'package.json': { type: 'commonjs' } });
    let served = 0;
    for (const line of commands(paper)) {
      if (!/^(npx|node|[A-Z]+=\S+ node) /.test(line)) {
        // The programs that the README writes listen on a fixed port; a test must not, and has to hear which it got.
        const free = line.replace(
          '.listen(8080)',
          ".listen(0, function () { console.log('localhost:' + this.address().port) })",
        );
        execFileSync('/bin/sh', ['-c', free], { cwd: folder });
        continue;
      }
      const { status, printed } = await serving(context, folder, onFreePort(line));
      assert.equal(status, 200, line);
      assert.equal(/serve with premier/.test(printed), line.startsWith('PREMIER=debug'), line);
      served++;
    }
    assert.equal(served, 3);
    assert.ok(existsSync(join(folder, 'app.cjs')));
  });
}
