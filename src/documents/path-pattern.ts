/**
 * Patterns of paths, as in the `_headers` files of Netlify and Cloudflare: `*` stands for any characters, slashes
 * included, and `:name` for one whole segment. In: a pattern, and decoded paths. Out: whether they match. The time it
 * takes grows with the length of the path, never with the number of ways in which it could be divided.
 */

/** A test for one pattern. */
export type PathTest = (path: string) => boolean;

/**
 * Reads a pattern.
 * @throws {TypeError} it does not begin with a slash, or has an escape that is not UTF-8
 */
export function pathTest(pattern: string): PathTest {
  if (!pattern.startsWith('/')) {
    throw new TypeError(
      `documents(): a pattern of paths begins with '/', and ${JSON.stringify(pattern)} does not`,
    );
  }
  const parts = pattern.split('*').map(sourceOf);
  const [first = ''] = parts;
  if (parts.length === 1) return tester(new RegExp(`^${first}$`, 'u'));
  const start = new RegExp(`^${first}`, 'u');
  const middle = parts.slice(1, -1).map((part) => new RegExp(part, 'gu'));
  const end = new RegExp(`${parts.at(-1)}$`, 'gu');
  return (path) => {
    let position = start.exec(path)?.[0].length;
    // Whatever comes first is as good as any later one: it leaves the most to the parts after it.
    for (const part of [...middle, end]) {
      if (position === undefined) return false;
      part.lastIndex = position;
      position = part.test(path) ? part.lastIndex : undefined;
    }
    return position !== undefined;
  };
}

function tester(expression: RegExp): PathTest {
  return (path) => expression.test(path);
}

/** What stands between two stars, as a regular expression. */
function sourceOf(part: string): string {
  let literal: string;
  try {
    literal = decodeURIComponent(part);
  } catch {
    throw new TypeError(`documents(): ${JSON.stringify(part)} in a pattern of paths has a bad escape`);
  }
  return literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/(?<=\/):\w+(?=\/|$)/g, '[^/]+');
}
