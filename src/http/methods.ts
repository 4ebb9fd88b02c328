/**
 * The request methods that are recognised: the ones Node's own parser knows, so that `METHODS` and what is
 * accepted agree. A method outside of this list is answered 501 (RFC 9110 §9.1).
 */

export const METHODS: readonly string[] = Object.freeze([
  'ACL', 'BIND', 'CHECKOUT', 'CONNECT', 'COPY', 'DELETE', 'GET', 'HEAD', 'LINK', 'LOCK', 'M-SEARCH', 'MERGE',
  'MKACTIVITY', 'MKCALENDAR', 'MKCOL', 'MOVE', 'NOTIFY', 'OPTIONS', 'PATCH', 'POST', 'PROPFIND', 'PROPPATCH',
  'PURGE', 'PUT', 'QUERY', 'REBIND', 'REPORT', 'SEARCH', 'SOURCE', 'SUBSCRIBE', 'TRACE', 'UNBIND', 'UNLINK',
  'UNLOCK', 'UNSUBSCRIBE',
]); // biome-ignore format: one name a line would be a page of its own

const known = new Set(METHODS);

export function isKnownMethod(method: string): boolean {
  return known.has(method);
}

/** Whether some known method begins with `prefix`: what cannot become a method is refused before its line ends. */
export function beginsKnownMethod(prefix: string): boolean {
  return METHODS.some((method) => method.startsWith(prefix));
}
