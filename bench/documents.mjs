// The folder that the rows of documents serve, and nginx's configuration for it. The same bytes and times in each run; made in
// the temporary folder when something first asks, removed at the end.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** When all documents were changed. */
export const modified = new Date('2026-01-01T00:00:00Z');

const documents = {
  'small.txt': 1000,
  'index.html': 20_000,
  'large.bin': 10_000_000,
};

let home;

/** A folder of this run. */
function runFolder() {
  if (home === undefined) {
    home = mkdtempSync(join(tmpdir(), 'premier-documents-'));
    process.on('exit', () => rmSync(home, { recursive: true, force: true }));
  }
  return home;
}

export function documentFolder() {
  const folder = join(runFolder(), 'documents');
  mkdirSync(folder, { recursive: true });
  for (const [name, length] of Object.entries(documents)) {
    const file = join(folder, name);
    writeFileSync(file, 'premier '.repeat(length / 8 + 1).slice(0, length));
    utimesSync(file, modified, modified);
  }
  return folder;
}

const freePort = () =>
  execFileSync(process.execPath, [
    '-e',
    "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })",
  ])
    .toString()
    .trim();

/** The command of an nginx that is one process, as it is set up in production but that it writes no log. */
export function nginxCommand() {
  const folder = documentFolder();
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
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`,
  );
  // It says nothing when it listens.
  return ['sh', '-c', `echo ${port}; exec nginx -c ${file} -p ${runFolder()}`];
}
