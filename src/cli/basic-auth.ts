// Asks for a name and a password (RFC 7617). In: a handler and the credentials. Out: a handler that answers 401 to all
// others. The time it takes says nothing about how much of a guess was right.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Credentials } from './option-values.js';

const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest();

/**
 * Puts a password before a handler.
 * @param exempt requests that are let through without one
 */
export function withBasicAuth(
  handler: RequestListener,
  { user, password }: Credentials,
  exempt: (req: IncomingMessage) => boolean,
): RequestListener {
  const expected = digest(`${user}:${password}`);
  return (req, res) => {
    // Digests have one length, as timingSafeEqual asks, whatever the length of the guess.
    const given = digest(credentialsOf(req.headers.authorization));
    if (timingSafeEqual(given, expected) || exempt(req)) return handler(req, res);
    const body = '401 Unauthorized\n';
    res.writeHead(401, {
      'WWW-Authenticate': 'Basic realm="premier", charset="UTF-8"',
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': body.length,
      'Cache-Control': 'no-store',
    });
    res.end(body);
  };
}

function credentialsOf(authorization: string | undefined): Buffer {
  const token = /^basic +([a-z0-9+/_-]+=*) *$/i.exec(authorization ?? '')?.[1];
  return Buffer.from(token ?? '', 'base64');
}
