// How nginx is configured. In: whether it is to serve the folder of documents, or to answer as the app hello does, over HTTP/2.
// Out: the command that runs it. One process, set up as in production but that it writes no log.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { documentFolder, runFolder } from './documents.mjs';

const freePort = () =>
  execFileSync(process.execPath, [
    '-e',
    "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })",
  ])
    .toString()
    .trim();

/** What the server has to say after the port it listens on. */
const servers = {
  documents: () => `; root ${documentFolder()};`,
  // HTTP/2 without TLS, which its client knows of before.
  'http2-hello': () => ' http2; default_type text/plain; location / { return 200 "Hello, World!"; }',
};

/** The command of an nginx that does what the row's app does, or serves the folder of documents where there is none. */
export function nginxCommand({ app = 'documents' }) {
  if (!Object.hasOwn(servers, app)) throw new Error(`nginx is not set up to do what ${app} does`);
  const port = freePort();
  const file = join(runFolder(), `nginx-${port}.conf`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${runFolder()}/nginx-temp;`)
    .join('\n  ');
  writeFileSync(
    file,
    `daemon off;
master_process off;
pid ${runFolder()}/nginx-${port}.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=60s;
  types { text/plain txt; text/html html; application/octet-stream bin; }
  ${temporary}
  server { listen 127.0.0.1:${port}${servers[app]()} }
}
`,
  );
  // It says nothing when it listens.
  return ['sh', '-c', `echo ${port}; exec nginx -c ${file} -p ${runFolder()}`];
}
