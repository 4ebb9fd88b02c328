// The classes of difference from node:http that docs/http-conformance.md lists, each as `here: refusal` (only
// node:http accepts) or `node:http: code` (only premier accepts).
import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../docs/http-conformance.md', import.meta.url), 'utf8');

export const listed = new Set(
  [...page.matchAll(/^\| `((?:here|node:http): \w+)` \|/gm)].map(([, name]) => name),
);

export function isListed(difference: string | null): boolean {
  return difference === null || listed.has(difference);
}
