/**
 * Lets a server of Node's own that speaks HTTP/1.1 as well make requests and responses of premier's classes.
 *
 * Under `premier/register` a server of `node:http2` with `allowHTTP1` gives its HTTP/1.1 connections to Node's own
 * listener, with the classes that Node keeps for itself. In: such a server. Out: the same server, which makes what
 * `http.IncomingMessage` and `http.ServerResponse` name. Never touches classes of the program's own.
 */
import http from 'node:http';
import { IncomingMessage } from '../message/incoming-message.js';
import { ServerResponse } from '../message/server-response.js';
import { replaceClasses } from '../node/server-classes.js';

/** Node's own, which are not to be found under these names any more once `premier/register` has run. */
const CLASSES = new Map<unknown, unknown>([
  [http.IncomingMessage, IncomingMessage],
  [http.ServerResponse, ServerResponse],
]);

/** Does nothing unless premier's classes are those of `node:http`. */
export function adoptServer(server: object): void {
  if ((http.ServerResponse as unknown) === ServerResponse) replaceClasses(server, CLASSES);
}
