// What stands in the way is told in one line, with the way out and an exit code: 1 for trouble, 2 for wrong usage.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogues } from '../../dist/cli/language.js';
import { whyNot } from '../../dist/cli/listen.js';
import { start, temporaryFolder } from './command.js';

test('an error is one line on stderr and an exit code, in French or English', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'site'));
  writeFileSync(join(folder, 'page.html'), '');
  writeFileSync(join(folder, 'app.mjs'), 'export default () => {};');
  writeFileSync(join(folder, 'app.ts'), 'export default (): void => {};');
  writeFileSync(join(folder, 'notes.pem'), 'nothing');

  const cases: [args: string[], code: number, english: RegExp, french: RegExp][] = [
    [['missing'], 1, /^missing isn't there: /, /^missing n’existe pas : /],
    [['page.html'], 1, /^page\.html is neither a folder nor a program/, /^page\.html n’est ni un dossier/],
    [['page.html/x'], 1, /^page\.html\/x isn't there/, /^page\.html\/x n’existe pas/],
    [['--port', 'abc'], 2, /"abc"\. See premier --help\.$/, /« abc »\. Voir premier --help\.$/],
    [['app.mjs', '--single'], 2, /^--single is for a folder, but app\.mjs/, /^--single est pour un dossier/],
    [['site', '--watch'], 2, /^--watch is for a program, but site/, /^--watch est pour un programme/],
    [['site', '--tls-cert', 'notes.pem'], 2, /^--tls-cert and --tls-key go together/, /vont ensemble/],
    [['site', '--tls-cert=no', '--tls-key=no'], 1, /^no can't be read \(ENOENT\)/, /^no ne peut pas être lu/],
    [
      ['site', '--tls-cert=notes.pem', '--tls-key=notes.pem'],
      1,
      /^--tls-cert and --tls-key can't be used: .*PEM/,
      /^--tls-cert et --tls-key sont inutilisables/,
    ],
    [
      ['site', '--host=198.51.100.77', '--port=0'],
      1,
      /^198\.51\.100\.77 isn't an address of this computer/,
      /^198\.51\.100\.77 n’est pas une adresse/,
    ],
  ];
  for (const [args, code, english, french] of cases) {
    await Promise.all(
      [['en', english] as const, ['fr', french] as const].map(async ([lang, expected]) => {
        const { ended, stdout, stderr } = start(t, [...args, '--lang', lang], { cwd: folder });
        assert.equal(await ended, code, `${args}: ${stderr()}`);
        assert.equal(stdout(), '');
        const [line, ...rest] = stderr().split('\n');
        assert.deepEqual(rest, [''], stderr());
        assert.match((line as string).replace(/^premier: /, ''), expected);
      }),
    );
  }
});

test('a port in use is told, with another one to take', async (t) => {
  const folder = temporaryFolder(t);
  for (const host of ['127.0.0.1', '::1']) {
    const holder = createServer();
    t.after(() => holder.close());
    const held = once(holder, 'listening').catch(() => null);
    holder.listen(0, host);
    // A computer may have no IPv6.
    if (host === '::1' && (await held) === null) continue;
    await held;
    const { port } = holder.address() as AddressInfo;
    const { ended, stdout, stderr } = start(t, [folder, '--port', String(port)]);
    assert.equal(await ended, 1);
    assert.equal(stdout(), '');
    assert.match(
      stderr(),
      new RegExp(
        `^premier: Port ${port} is in use by another program\\. Choose another: premier --port \\d+,`,
      ),
    );
  }
});

test('every reason not to listen has its sentence', () => {
  const cases: [code: string, expected: RegExp][] = [
    ['EADDRINUSE', /^Port 80 is in use.* npm start -- --port 81,/],
    ['EACCES', /^Port 80 needs administrator rights.* npm start -- --port 8080\./],
    ['EADDRNOTAVAIL', /^example isn't an address of this computer/],
    ['ENOTFOUND', /^example isn't an address of this computer/],
    ['EMFILE', /^Can't listen on example:80: broken/],
  ];
  for (const [code, expected] of cases) {
    const error = Object.assign(new Error('broken'), { code });
    assert.match(whyNot(error, { host: 'example', port: 80 }, 'npm start --', catalogues.en), expected);
  }
});
