// The whole suite once more on node:http itself, in a process where premier/register has taken its place.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const registered = process.env.SUBJECTS === 'register';

/** The topics: every test file beside this one that has subjects. */
const topics = readdirSync(new URL('.', import.meta.url)).filter(
  (name) => name.endsWith('.test.js') && name !== 'register.test.js',
);

test('every behaviour holds for node:http under premier/register', {
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
