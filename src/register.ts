/**
 * Puts premier under a program that uses `node:http` and `node:https`: `node --import premier/register app.js`.
 *
 * In: nothing but `PREMIER=off`, which switches it off. Out: the server half replaced on Node's own module objects,
 * for `require` and for every form of `import`. Prints nothing, unless a server was made before it came.
 */
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import premierHttps from './https.js';
import premierHttp from './index.js';
import { isServerListening } from './node/listening-servers.js';
import { setRefusalStyle } from './server/server.js';

const kRegistered = Symbol.for('premier.registered');

/** Only what listens shows: a server that was made and doesn't listen yet leaves no trace outside of its program. */
function warnIfLate(): void {
  if (!isServerListening()) return;
  process.stderr.write(
    'premier/register: a server was listening before this was loaded; if it is an HTTP server, it stays on node:http. ' +
      'Load it first: node --import premier/register app.js\n',
  );
}

/** Replaces the server half, once; the faces in faces/register.* call it when they are loaded. */
export function register(): void {
  if (process.env.PREMIER === 'off' || Object.hasOwn(http, kRegistered)) return;
  const { _connectionListener, createServer, IncomingMessage, Server, ServerResponse } = premierHttp;
  warnIfLate();
  setRefusalStyle('bare');
  Object.assign(http, { _connectionListener, createServer, IncomingMessage, Server, ServerResponse });
  Object.assign(https, { createServer: premierHttps.createServer, Server: premierHttps.Server });
  syncBuiltinESMExports();
  Object.defineProperty(http, kRegistered, { value: true });
}
