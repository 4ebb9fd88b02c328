// premier/https in the shape of premier: `createServer(handler)` needs no key, so that a program can be given either.
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import type { Server } from 'node:https';
import https from 'premier/https';

const pem = (name: string) => readFileSync(new URL(`../../test/server/keys/${name}.pem`, import.meta.url));

export function createServer(handler: RequestListener): Server {
  return https.createServer({ key: pem('localhost-key'), cert: pem('localhost-cert') }, handler as never);
}
