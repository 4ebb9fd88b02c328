// A program for hostile.test.ts: serves documents while the system refuses something. Prints the statuses it answers, and
// with `reload` the script of each page that says so.
import { chmodSync, closeSync, openSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import premier from 'premier';
import { documents } from 'premier/documents';

const [kind, root, reload] = process.argv.slice(2) as [string, string, string?];
const handler = documents(root, { reload: reload !== undefined });
const held: number[] = [];

const server = premier.createServer((req, res) => {
  // By now the connection has its descriptor; the document gets none.
  if (kind === 'descriptors' && held.length === 0) hold();
  handler(req, res);
});

function hold(): void {
  for (;;) {
    try {
      held.push(openSync('/dev/null', 'r'));
    } catch {
      return;
    }
  }
}

server.listen(0, '127.0.0.1', async () => {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const status = async (path: string) => (await fetch(origin + path)).status;
  const ask = (path: string) => fetch(origin + path, { headers: { accept: 'text/html' } });
  const script = async (answer: Response) => /<script src="([^"]*)"/.exec(await answer.text())?.[1];
  if (kind === 'descriptors') {
    const refused = await ask('/a.txt');
    for (const fd of held) closeSync(fd);
    console.log(refused.status, refused.headers.get('retry-after'));
    if (reload) console.log(await script(refused));
    console.log(await status('/a.txt'));
  } else {
    chmodSync(join(root, '..'), 0o755);
    chmodSync(join(root, 'a.txt'), 0);
    chmodSync(join(root, 'dir'), 0);
    if (process.getuid?.() === 0) process.setuid?.(65534);
    console.log(await status('/a.txt'), await status('/dir/b.txt'), await status('/'));
    if (reload) console.log(await script(await ask('/a.txt')));
  }
  process.exit();
});
