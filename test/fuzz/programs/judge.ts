// Runs a program on node:http and on premier, and says what differs that docs/compatibility.md doesn't list.
// In: a program. Out: differences that come each time, beside a node:http that is like itself: where it isn't, the kernel has
// decided, and there is nothing to compare.

import nodeHttp from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import premier from 'premier';
import type { Http } from '../../subjects.js';
import { asJavaScript } from './as-javascript.js';
import { comparable } from './comparable-programs.js';
import { compare, type Difference } from './comparison.js';
import { asListed, asShownBeside, asUntimelyAsEither, withoutListed } from './listed-comparison.js';
import type { Program } from './program.js';
import { run } from './run.js';
import { shrink } from './shrinking.js';
import type { Observation } from './trace.js';

const onNode = (program: Program) => run(nodeHttp, comparable(program));
const onPremier = (program: Program) => run(premier as unknown as Http, comparable(program));

/** What was observed, without what is listed. */
function listed(observation: Observation, isNode: boolean, program: Program): Observation {
  return withoutListed(isNode ? asListed(observation) : observation, program);
}

function compareListed(one: Observation, other: Observation, program: Program): Difference[] {
  const [node, here] = asUntimelyAsEither(one, other);
  const shown = listed(here, false, program);
  return compare(asShownBeside(listed(node, true, program), shown, program), shown);
}

export async function differences(program: Program): Promise<Difference[]> {
  const [node, here] = [await onNode(program), await onPremier(program)];
  const found = compareListed(node, here, program);
  if (found.length === 0) return found;
  const [nodeAgain, hereAgain] = [await onNode(program), await onPremier(program)];
  const isSteady = isDeepStrictEqual(listed(nodeAgain, true, program), listed(node, true, program));
  return isSteady && compareListed(nodeAgain, hereAgain, program).length > 0 ? found : [];
}

/** What kind of difference comes first: what a smaller program must still show. */
export function kind([first]: Difference[]): string {
  if (first === undefined) return '';
  const { what, node, here } = first;
  const texts =
    what === 'wire' || what === 'memory' || what === 'order' ? [] : [node.slice(0, 60), here.slice(0, 60)];
  return [what, ...texts].join('|').replace(/\d+/g, '#');
}

/** The smallest program that fails as this one does, as JavaScript, with what differs. */
export async function explain(program: Program): Promise<string> {
  const wanted = kind(await differences(program));
  const smallest = await shrink(program, async (smaller) => kind(await differences(smaller)) === wanted);
  const shown = (await differences(smallest)).map(
    ({ what, section, node, here }) =>
      `${what}, in section ${section}\n  node:http ${JSON.stringify(node)}\n  premier   ${JSON.stringify(here)}`,
  );
  return [asJavaScript(smallest), ...shown].join('\n');
}
