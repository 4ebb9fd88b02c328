/**
 * Puts premier under a program that uses `node:http` and `node:https`: `node --import premier/register app.js`.
 *
 * In: nothing but `PREMIER=off`, which switches it off, `PREMIER=debug`, which makes it say that it is there and why
 * it refuses requests, and
 * `PREMIER_HTTP2=on`, with which servers over TLS speak HTTP/2. Out: the server half replaced on Node's own module
 * objects, for `require` and for every form of `import`. Prints nothing else, unless a server was made before it came.
 */
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { premierHttps } from './https.js';
import premierHttp from './index.js';
import { isServerListening } from './node/listening-servers.js';
import { adoptPatches } from './server/patched-methods.js';
import { noteRefusals } from './server/refusal-notes.js';
import { setHttp2Offer, setRefusalStyle } from './server/server.js';

/** The version of the package, which the build puts in. */
declare const PREMIER_VERSION: string;

const kRegistered = Symbol.for('premier.registered');

/** Only what listens shows: a server that was made and doesn't listen yet leaves no trace outside of its program. */
function warnIfLate(): void {
  if (!isServerListening()) return;
  process.stderr.write(
    'premier/register: a server was listening before this was loaded; if it is an HTTP server, it stays on node:http. ' +
      'Load it first: node --import premier/register app.js\n',
  );
}

/** The answer to "is it really premier that answers?", for whoever asks with `PREMIER=debug`. */
function say(what: string): void {
  if (process.env.PREMIER !== 'debug') return;
  process.stderr.write(`premier/register: ${what} (premier ${PREMIER_VERSION}, Node.js ${process.version}, `);
  process.stderr.write(`process ${process.pid})\n`);
}

/** Servers over TLS that say nothing of HTTP/2 speak it where the environment says so. */
function isHttp2Wanted(): boolean {
  const wanted = process.env.PREMIER_HTTP2;
  if (wanted !== undefined && wanted !== '' && wanted !== 'on' && wanted !== 'off')
    process.stderr.write(
      `premier/register: PREMIER_HTTP2 is ${JSON.stringify(wanted)}, and can be on or off; HTTP/2 stays off\n`,
    );
  return wanted === 'on';
}

/** Replaces the server half, once; the faces in faces/register.* call it when they are loaded. */
export function register(): void {
  if (process.env.PREMIER === 'off') return;
  if (Object.hasOwn(http, kRegistered)) {
    say('premier was under node:http and node:https already');
    return;
  }
  const { _connectionListener, createServer, IncomingMessage, Server, ServerResponse } = premierHttp;
  warnIfLate();
  setRefusalStyle('bare');
  setHttp2Offer(isHttp2Wanted());
  adoptPatches();
  Object.assign(http, { _connectionListener, createServer, IncomingMessage, Server, ServerResponse });
  const secure = premierHttps();
  Object.assign(https, { createServer: secure.createServer, Server: secure.Server });
  syncBuiltinESMExports();
  Object.defineProperty(http, kRegistered, { value: true });
  if (process.env.PREMIER === 'debug') noteRefusals((line) => process.stderr.write(line));
  say('node:http and node:https serve with premier');
}
