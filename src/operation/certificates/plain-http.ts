/**
 * The listener for plain HTTP beside one for https: answers challenges first, and sends everybody else to https, with
 * the same host and target. In: requests. Out: 200 with an answer, 308, or 421 for a host that isn't served here.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import { canonicalAddress } from './addresses.js';
import { hostNameOf } from './local-names.js';

const challengePath = '/.well-known/acme-challenge/';

/** Answers a challenge of the kind http-01 (RFC 8555 §8.3), and tells whether it was one that is under way. */
export function answerChallenge(
  req: IncomingMessage,
  res: ServerResponse,
  answers: Readonly<Record<string, string>>,
): boolean {
  const { url = '', method } = req;
  if (!url.startsWith(challengePath) || (method !== 'GET' && method !== 'HEAD')) return false;
  const token = url.slice(challengePath.length);
  const answer = Object.hasOwn(answers, token) ? answers[token] : undefined;
  if (answer === undefined) return false;
  res.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': Buffer.byteLength(answer),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  res.end(method === 'HEAD' ? undefined : answer);
  return true;
}

export interface RedirectRules {
  /** The port on which https listens. */
  port: () => number;
  /** Whether a name, in lower case, or an address is served by https. */
  serves: (host: string) => boolean;
}

/** Sends to https whoever asks for a host that is served there. */
export function redirectToHttps({ port, serves }: RedirectRules): RequestListener {
  return (req, res) => {
    const host = hostOf(req);
    if (host === undefined) return refuse(res, 400, 'Bad Request: which host?');
    if (!serves(host)) return refuse(res, 421, 'Misdirected Request: this host is not served here.');
    const authority = isIPv6(host) ? `[${host}]` : host;
    const usual = port() === 443 || isForwarded(req);
    const explicit = usual ? '' : `:${port()}`;
    const body = 'Permanent Redirect: use https.\n';
    res.writeHead(308, {
      Location: `https://${authority}${explicit}${targetOf(req)}`,
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': body.length,
      'X-Content-Type-Options': 'nosniff',
    });
    res.end(req.method === 'HEAD' ? undefined : body);
  };
}

/**
 * Whether a client that came to port 80 was led here to another one, as a firewall or a container does: then https is where
 * it always is, for it can't be reached by the port that it has here.
 */
function isForwarded({ headers, socket }: IncomingMessage): boolean {
  return socket.localPort !== 80 && !/:(?!80$)\d+$/.test(headers.host ?? '');
}

/** Path and query; the parser lets no character into a target that has no place in a field. */
function targetOf({ url = '' }: IncomingMessage): string {
  const target = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return target.startsWith('/') ? target : `/${target === '*' ? '' : target}`;
}

function hostOf({ url = '', headers }: IncomingMessage): string | undefined {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host ?? '';
  const [, literal, name] = /^(?:\[([\da-f:.]+)\]|([^\s:@/[\]]+))(?::\d*)?$/i.exec(authority) ?? [];
  if (literal !== undefined) return isIPv6(literal) ? canonicalAddress(literal) : undefined;
  return name === undefined || isIPv4(name) ? name : hostNameOf(name);
}

function refuse(res: ServerResponse, status: number, reason: string): void {
  const body = `${reason}\n`;
  res.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  res.end(body);
}
