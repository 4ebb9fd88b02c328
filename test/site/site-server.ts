/**
 * Serves `site/` as a visitor meets it, on a free port, under the strictest Content-Security-Policy that the page
 * claims to work with. It keeps what it was asked, so that a test can tell a request sent from one merely shown.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createServer } from 'premier';
import { documents } from 'premier/documents';

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
].join('; ');

export interface Asked {
  line: string;
  body: string;
}

export interface SiteServer {
  /** `http://localhost:PORT` */
  origin: string;
  port: number;
  /** Request line (without the version) and body of each request so far. */
  asked: Asked[];
  /** What each answer says in Server-Timing, where that is not empty. */
  timing: string;
  close(): Promise<void>;
}

export async function serveSite(): Promise<SiteServer> {
  const root = fileURLToPath(new URL('../../site', import.meta.url));
  const handler = documents(root);
  const asked: Asked[] = [];
  const said = { timing: '' };
  const server = createServer((request, response) => {
    const entry = { line: `${request.method} ${request.url}`, body: '' };
    asked.push(entry);
    request.setEncoding('utf8').on('data', (text: string) => {
      entry.body += text;
    });
    response.setHeader('Content-Security-Policy', policy);
    if (said.timing !== '') response.setHeader('Server-Timing', said.timing);
    if (request.url === '/bytes') {
      response.setHeader('Content-Type', 'application/octet-stream');
      response.end(Buffer.alloc(5000, 0xff));
    } else if (request.url === '/long') {
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.end('é'.repeat(5000));
    } else if (request.url === '/moved') {
      response.writeHead(308, { Location: '/page.css' }).end();
    } else {
      handler(request, response);
    }
  });
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(said, {
    origin: `http://localhost:${port}`,
    port,
    asked,
    async close() {
      if (!server.listening) return;
      handler.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  });
}
