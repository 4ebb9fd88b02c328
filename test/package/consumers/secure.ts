// premier/https where node:https was.
import type nodeHttps from 'node:https';
import type { TLSSocket } from 'node:tls';
import http from 'premier';
import type { AgentOptions, RequestOptions } from 'premier/https';
import https, {
  Agent,
  createServer,
  globalAgent,
  request,
  type Server,
  type ServerOptions,
} from 'premier/https';

const options: ServerOptions = { key: 'k', cert: 'c', minVersion: 'TLSv1.2', httpValidation: 'strict' };
class MyRequest extends http.IncomingMessage {
  peer = (this.socket as TLSSocket).getPeerCertificate();
}
export const server: https.Server = createServer(options, (req, res) => {
  const encrypted: boolean = (req.socket as TLSSocket).encrypted;
  res.end(String(encrypted));
});
https.createServer({ ...options, IncomingMessage: MyRequest }, (req, res) => res.end(req.peer.subject.CN));
export const either: http.Server | https.Server = server;
export const asPlain = (one: http.Server): http.Server => one.listen(0);
asPlain(server);
server.on('secureConnection', (socket) => socket.getProtocol());
server.on('tlsClientError', (error, socket) => socket.destroy(error));
server.on('clientError', (error) => {
  const rfc: string | undefined = error.rfc;
  console.error(rfc);
});
server.setSecureContext(options);
export const agent: Agent = new Agent({ maxCachedSessions: 1 } satisfies AgentOptions);
request({ agent, rejectUnauthorized: false } satisfies RequestOptions).end();
export const agents: https.Agent[] = [globalAgent];
export const theirs: nodeHttps.Server = server;
export const ours: Server = theirs;
// @ts-expect-error: the options are typed
createServer({ minVersion: 'TLSv9' });
