// Asks for a name and a password (RFC 7617). In: a handler and the credentials. Out: a handler that answers 401 to all
// others. The time it takes says nothing about how much of a guess was right.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Credentials } from './option-values.js';

const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest();

const challenge = {
  'WWW-Authenticate': 'Basic realm="premier", charset="UTF-8"',
  'Content-Type': 'text/plain; charset=utf-8',
  'Content-Length': 17,
  'Cache-Control': 'no-store',
};
const body = '401 Unauthorized\n';

/** Tells who gives the right name and password. */
export function passwordCheck({ user, password }: Credentials): (req: IncomingMessage) => boolean {
  const expected = digest(`${user}:${password}`);
  // Digests have one length, as timingSafeEqual asks, whatever the length of the guess.
  return ({ headers }) => timingSafeEqual(digest(credentialsOf(headers.authorization)), expected);
}

/** Asks for a password. */
export function challengeClient(res: ServerResponse): void {
  res.writeHead(401, challenge).end(body);
}

/** The same for a client that wants to leave HTTP, and has no response. */
export function challengeSocket(socket: Duplex): void {
  const fields = Object.entries(challenge).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 401 Unauthorized\r\n${fields.join('')}Connection: close\r\n\r\n${body}`);
}

/**
 * Puts a password before a handler.
 * @param exempt requests that are let through without one
 * @param addFields adds what goes with every answer
 */
export function withBasicAuth(
  handler: RequestListener,
  credentials: Credentials,
  exempt: (req: IncomingMessage) => boolean,
  addFields?: RequestListener,
): RequestListener {
  const allowed = passwordCheck(credentials);
  return (req, res) => {
    if (allowed(req) || exempt(req)) return handler(req, res);
    addFields?.(req, res);
    challengeClient(res);
  };
}

function credentialsOf(authorization: string | undefined): Buffer {
  const token = /^basic +([a-z0-9+/_-]+=*) *$/i.exec(authorization ?? '')?.[1];
  return Buffer.from(token ?? '', 'base64');
}
