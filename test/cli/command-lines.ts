// Many command lines in one process, one after the other, for what is only looked at and refused or told: a process for each
// takes ten times as long. In: arguments. Out: of each the exit code that it would have had, and what was printed.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type Options, startNode } from './command.js';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

const run = new URL('../../dist/cli/run.js', import.meta.url).href;

const program = `const { run } = await import('${run}');
const outputs = [process.stdout, process.stderr];
for (const emitter of [process, ...outputs]) emitter.setMaxListeners(0);
const write = process.stdout.write.bind(process.stdout);
const outcomes = [];
for (const line of JSON.parse(process.argv[1])) {
  const printed = ['', ''];
  for (const [index, output] of outputs.entries())
    output.write = (text, ...rest) => {
      printed[index] += text;
      rest.findLast((each) => typeof each === 'function')?.(null);
      return true;
    };
  const code = await run(line);
  outcomes.push({ code, stdout: printed[0], stderr: printed[1] });
}
write(JSON.stringify(outcomes));`;

/** Runs them in the order given; what they leave behind must not keep the process alive. */
export async function outcomesOf(
  t: TestContext,
  lines: readonly (readonly string[])[],
  options?: Omit<Options, 'node'>,
): Promise<Outcome[]> {
  const { ended, stdout } = startNode(
    t,
    ['--input-type=module', '-e', program, '--', JSON.stringify(lines)],
    options,
  );
  assert.equal(await ended, 0);
  return JSON.parse(stdout());
}
