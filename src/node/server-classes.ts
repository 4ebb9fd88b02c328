/**
 * The classes that a server of Node's makes requests and responses of (`IncomingMessage`, `ServerResponse`), which it keeps
 * under keys of Node's own.
 *
 * In: a server, and what is to stand in the place of what. Out: the same server, with those in place; it is looked at by
 * the classes that are there, so that one without them, or with others, stays as it is.
 */

/** @returns how many were replaced */
export function replaceClasses(server: object, others: ReadonlyMap<unknown, unknown>): number {
  const values = server as Record<symbol, unknown>;
  let count = 0;
  for (const key of Object.getOwnPropertySymbols(server)) {
    const other = others.get(values[key]);
    if (other === undefined) continue;
    values[key] = other;
    count++;
  }
  return count;
}
