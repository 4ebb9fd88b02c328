// A server that a program has made and exports. In: that server. Out: the same one, reached through more addresses than
// one, after a password where one is asked for, and not ended by what fails in one of its listeners.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, type Server as NetServer, type ServerOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { challengeClient, challengeSocket, passwordCheck } from './basic-auth.js';
import type { Credentials } from './option-values.js';
import type { ProgramFailures } from './program-failures.js';

/** Events that have a response. */
const answerable = ['request', 'checkContinue', 'checkExpectation'];

/** Events by which a connection leaves HTTP. */
const leaving = ['upgrade', 'connect'];

/** Looks after all that the server's own listeners do. */
export function guardServer<S extends Server>(
  server: S,
  failures: ProgramFailures,
  credentials: Credentials | undefined,
): S {
  const allowed = credentials ? passwordCheck(credentials) : () => true;
  const { emit } = server;
  server.emit = function guarding(this: S, event: string, ...args: unknown[]) {
    const tell = () => Reflect.apply(emit, this, [event, ...args]) as boolean;
    const hasResponse = answerable.includes(event);
    if (!hasResponse && !leaving.includes(event)) return tell();
    const [req, client] = args as [IncomingMessage, ServerResponse | Duplex];
    if (allowed(req)) {
      const told = failures.run(req, client, tell) ?? true;
      if (hasResponse) failures.expectAnswer(req, client as ServerResponse);
      return told;
    }
    if (hasResponse) challengeClient(client as ServerResponse);
    else challengeSocket(client as Duplex);
    return true;
  } as typeof emit;
  return server;
}

/** What `net.Server` keeps of its options. */
type Kept = Pick<ServerOpts, 'allowHalfOpen' | 'noDelay' | 'keepAlive' | 'keepAliveInitialDelay'>;

/**
 * Makes servers for several addresses of one: the first is the server itself, and the others hand it their connections.
 * A server can listen on one address only.
 */
export function doorsTo(server: Server): () => NetServer {
  return () => {
    if (!server.listening) return server;
    const { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay } = server as Kept;
    return createServer(
      { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay } as ServerOpts,
      (socket) => {
        (socket as Socket & { server: Server }).server = server;
        server.emit('connection', socket);
      },
    );
  };
}
