// Answers only those who ask for this computer by one of its names. In: a handler and further names. Out: a handler that
// answers 421 to all others. A page of anybody's may have its own name lead to a loopback address and then read, as its
// own, whatever is served there (DNS rebinding); its name in Host gives it away.
import type { IncomingMessage, RequestListener } from 'node:http';
import { hostname } from 'node:os';
import { addressOf, isEverywhere, isLoopback, unspecified } from './addresses.js';
import type { Messages } from './language.js';

/** How many of the names that were let in are remembered, at most. */
const kept = 100;

export interface HostRules {
  /** What the server was told to listen on. */
  readonly hosts: readonly string[];
  /** Names let in besides this computer's: `example.com`, `.example.com` for all below it as well, or `*` for all. */
  readonly allowed: readonly string[];
  /** Names that are this server's own, such as those of --domain: let in, and no reason to check where all are. */
  readonly own?: readonly string[];
}

/**
 * Puts the check before a handler. On a network it is only made where names were allowed.
 * @param addFields adds what goes with every answer
 */
export function withHostCheck(
  handler: RequestListener,
  { hosts, allowed, own = [] }: HostRules,
  command: string,
  say: Messages,
  addFields: RequestListener,
): RequestListener {
  const everywhere = hosts.some(isEverywhere);
  if (allowed.includes('*') || (everywhere && allowed.length === 0)) return handler;
  const names = [...allowed, ...own, ...hosts.map((host) => host.toLowerCase())];
  // Values of Host that are let in on whatever connection: the same few come again and again.
  const known = new Set<string>();
  const body = `421 Misdirected Request: ${say.misdirected(command)}\n`;
  return (req, res) => {
    // An absolute target says by itself whom it is for, whatever Host says.
    const host = req.url?.[0] === '/' ? req.headers.host : undefined;
    if (host !== undefined && known.has(host)) return handler(req, res);
    const asked = hostAskedFor(req);
    if (asked !== undefined && (isNamedSo(asked) || names.some((name) => covers(name, asked)))) {
      if (host !== undefined && known.size < kept) known.add(host);
      return handler(req, res);
    }
    // One address is listened on, and each connection tells which.
    const here = req.socket.localAddress ?? '';
    const free = allowed.length === 0 && !isLoopback(here);
    if (free || (asked !== undefined && isAddress(asked, here))) return handler(req, res);
    addFields(req, res);
    res.writeHead(421, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'Content-Language': say.language,
    });
    res.end(req.method === 'HEAD' ? undefined : body);
  };
}

/**
 * The host that a request is for, in lower case, without port and final dot: that of an absolute target, else that of
 * Host (RFC 9112 §3.2.2). A request of HTTP/1.0 without Host, which no browser sends, is for whoever gets it.
 */
function hostAskedFor({ url = '', headers, httpVersion }: IncomingMessage): string | undefined {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host;
  if (authority === undefined) return httpVersion === '1.0' ? 'localhost' : undefined;
  const [, literal, name] = /^(?:\[([\da-f:.]+)\]|([^\s:@/[\]]+))(?::\d*)?$/i.exec(authority) ?? [];
  return literal ?? name?.toLowerCase().replace(/\.$/, '');
}

/** Whether this computer is called so, on whatever connection. */
function isNamedSo(host: string): boolean {
  const address = addressOf(host);
  if (address !== undefined) return isLoopback(address) || unspecified.includes(address);
  return host === 'localhost' || host.endsWith('.localhost') || host === hostname().toLowerCase();
}

function isAddress(host: string, address: string): boolean {
  const asked = addressOf(host);
  return asked !== undefined && asked === addressOf(address);
}

/** Whether a name given by the user stands for a host. */
function covers(name: string, host: string): boolean {
  return name.startsWith('.') ? host === name.slice(1) || host.endsWith(name) : host === name;
}
