// What premier/register can change, once more on node:http itself in a process where premier has taken its place.
// It puts premier's own createServer and classes on the modules, which register-forms.test.ts holds it to: whatever goes
// through createServer alone runs the very code that it ran under the name of premier, and isn't run again. What may
// differ is what a test reaches for on the modules (classes, other functions, Node's own client), https, and the
// answers to refused requests, which are Node's there and not ours. These files are run.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const registered = process.env.SUBJECTS === 'register';

/** A file that imports a module, or uses more than `createServer` of the one that its stage has. */
const reachesForModule = /from 'node:https?'|\bhttp\.(?!createServer)[A-Za-z]|\bhttp\b.*\}\) =>/;
const chosen = ['https.test.js', 'client-error.test.js', 'refusals.test.js'];

const textOf = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The test files beside this one that run once more. */
const topics = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.test.js') && !name.startsWith('register'))
  .filter((name) => chosen.includes(name) || reachesForModule.test(textOf(name)));

test('what registering can change holds for node:http under premier/register', {
  skip: registered,
}, async () => {
  const imports = topics.map(
    (name) => `await import(${JSON.stringify(new URL(name, import.meta.url).href)});`,
  );
  const child = spawn(
    process.execPath,
    [
      '--import',
      'premier/register',
      '--test-reporter=tap',
      '--input-type=module',
      '--eval',
      imports.join('\n'),
    ],
    { cwd: fileURLToPath(root), env: { ...process.env, SUBJECTS: 'register', NODE_TEST_CONTEXT: undefined } },
  );
  const [output, complaints, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  const report = Buffer.concat(output).toString();
  const failed = report.split('\n').filter((line) => /^ *not ok /.test(line));
  assert.deepEqual(failed, []);
  assert.equal(Buffer.concat(complaints).toString(), '');
  assert.equal(code, 0);
  assert.ok(Number(/^# pass (\d+)/m.exec(report)?.[1]) > 500, report.slice(-500));
});
