// A program for reload.test.ts: serves a folder with reload where the system cannot watch. Prints when a change is told.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import premier from 'premier';

fs.watch = (() => {
  throw Object.assign(new Error('EMFILE: too many open files, watch'), { code: 'EMFILE' });
}) as never;
syncBuiltinESMExports();
const { documents } = await import('premier/documents');

const root = process.argv[2] as string;
const server = premier.createServer(documents(root, { reload: true }));
server.listen(0, '127.0.0.1', async () => {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await (await fetch(origin)).text();
  const events = (await fetch(`${origin}/.premier/reload`)).body?.getReader();
  await events?.read();
  fs.writeFileSync(join(root, 'index.html'), 'two, and longer');
  await events?.read();
  console.log('changed');
  process.exit();
});
