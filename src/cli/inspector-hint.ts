// Tells the welcome page where the inspector is, where it is on. In: a handler and the inspector's addresses. Out: a handler whose
// answers to this computer's own browsers say so in Server-Timing, which a page can read of itself without a request more.
// The token is never said: other accounts of this computer, and whoever comes through a tunnel or a proxy on it, are
// peers on loopback that ask for localhost as well. The inspector asks for it, and tells where it stands.
import type { IncomingMessage, RequestListener } from 'node:http';
import { isLoopback } from './addresses.js';

/** Puts the word before a handler. */
export function withInspectorHint(
  handler: RequestListener,
  [address = '']: readonly string[],
): RequestListener {
  const hint = `inspector;desc="${new URL(address).origin}/"`;
  return (req, res) => {
    if (isOfThisComputer(req)) res.setHeader('Server-Timing', hint);
    handler(req, res);
  };
}

/** Whoever is elsewhere can do nothing with it. */
function isOfThisComputer({ socket, headers }: IncomingMessage): boolean {
  const [, literal, name = ''] = /^(?:\[([\da-f:]+)\]|([^:]+))(?::\d+)?$/i.exec(headers.host ?? '') ?? [];
  const host = (literal ?? name).toLowerCase();
  return isLoopback(socket.remoteAddress ?? '') && (host === 'localhost' || isLoopback(host));
}
