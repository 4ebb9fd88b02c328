/**
 * Strict-Transport-Security (RFC 6797) on every answer over https. Never for this computer's own names: a browser would
 * ask for https there for as long as it was told, whatever other server listens next.
 */
import type { RequestListener } from 'node:http';
import { isIP } from 'node:net';

/** @param seconds for how long a browser asks for nothing but https; 0 takes it back */
export function withStrictTransport(handler: RequestListener, seconds: number): RequestListener {
  const value = `max-age=${seconds}`;
  return (req, res) => {
    const name = (req.headers.host ?? '').replace(/:\d*$/, '').toLowerCase().replace(/\.$/, '');
    const ownName =
      name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0 || name.startsWith('[');
    if (name !== '' && !ownName) res.setHeader('Strict-Transport-Security', value);
    return handler(req, res);
  };
}
