// Who waits to be accepted when all workers stop is answered: the workers are busy, clients have connected and asked meanwhile,
// and the stop comes before anybody looks.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { get, until } from '../subjects.js';
import { ask } from './asked-admin.js';
import { eventually, serving, temporaryFolder } from './command.js';

const waiting = 50;

/** Is busy at `/busy` until there is a file `go`. */
const handler = (folder: string) => `(req, res) => {
  if (req.url === '/busy') {
    fs.writeFileSync(${JSON.stringify(folder)} + '/busy-' + process.pid, '');
    while (!fs.existsSync(${JSON.stringify(join(folder, 'go'))}));
  }
  res.end('hello');
}`;

const exported = (folder: string) => `import fs from 'node:fs';
export default ${handler(folder)};`;

const graceful = (folder: string) => `import fs from 'node:fs';
import http from ${JSON.stringify(import.meta.resolve('premier'))};
import { graceful } from ${JSON.stringify(import.meta.resolve('premier/operation'))};
graceful(http.createServer(${handler(folder)}).listen(0, '127.0.0.1'));`;

async function asking(t: TestContext, port: number, target: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.write(get(target, 'Connection: close'));
  return socket;
}

async function answerTo(socket: Socket): Promise<string> {
  try {
    return Buffer.concat(await socket.toArray())
      .toString()
      .slice(0, 15);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}

const programs: [what: string, workers: number, program: (folder: string) => string][] = [
  ['one worker', 1, exported],
  ['two workers', 2, exported],
  ['one worker whose program stops by graceful()', 1, graceful],
];

for (const [what, workers, program] of programs) {
  test(`${what}: who waits to be accepted when all stops is answered`, {
    skip: process.platform !== 'linux' && 'there the parent accepts',
  }, async (t) => {
    const folder = temporaryFolder(t);
    const [file, admin] = [join(folder, 'app.mjs'), join(folder, 'admin.sock')];
    writeFileSync(file, program(folder));
    const options = ['--workers', String(workers), '--admin', `unix:${admin}`, '--log', 'off'];
    const { port, child, ended } = await serving(t, [file, ...options]);
    const serve = async () => JSON.parse((await ask(admin, '/status')).body).workers.length;
    await eventually(async () => (await serve()) === workers);
    const clients: Socket[] = [];
    for (let busy = 1; busy <= workers; busy++) {
      clients.push(await asking(t, port, '/busy'));
      await until(
        () => readdirSync(folder).filter((name) => name.startsWith('busy-')).length === busy,
        'work',
      );
    }
    for (let i = 0; i < waiting; i++) clients.push(await asking(t, port, '/'));
    const answers = Promise.all(clients.map(answerTo));
    child.kill('SIGTERM');
    await eventually(async () => (await ask(admin, '/ready')).status === 503);
    writeFileSync(join(folder, 'go'), '');
    assert.deepEqual([...new Set(await answers)], ['HTTP/1.1 200 OK']);
    assert.equal(await ended, 0);
  });
}
