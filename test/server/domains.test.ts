// What a callback throws reaches the domain in which it was given, as on node:http.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

const PLACES: Record<string, string> = {
  'the callback of a write': "res.write('x', fail)",
  'the callback of a late write': "setTimeout(() => res.write('x', fail), 5)",
  'the callback of a write of bytes': 'res.write(Buffer.alloc(100000), fail)',
};

for (const [place, statement] of Object.entries(PLACES)) {
  test(`what ${place} throws reaches its domain`, () => {
    const program = (module: string) => `
      import domain from 'node:domain';
      import http from '${module}';
      import net from 'node:net';
      const told = (name) => { const made = domain.create(); made.on('error', ({ message }) => { console.log(name, message); process.exit(); }); return made; };
      const fail = () => { throw new Error('failed'); };
      told('outer').run(() => {
        const server = http.createServer((req, res) => told('inner').run(() => { ${statement}; }));
        server.listen(0, '127.0.0.1', () => {
          net.connect(server.address().port, '127.0.0.1').resume().write('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
        });
      });`;
    const outcomes = ['node:http', 'premier'].map((module) => {
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program(module)], {
        cwd: root,
        encoding: 'utf8',
        timeout: 15_000,
      });
      return stdout;
    });
    assert.deepEqual(outcomes, ['inner failed\n', 'inner failed\n']);
  });
}
