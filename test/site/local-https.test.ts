// Chromium opens a server of `premier --https` as it does any other, once its own store has the local authority.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { localAuthority } from '../../dist/operation/certificates/local-authority.js';
import { runCommand, thisMachine, trustSteps } from '../../dist/operation/certificates/trust-stores.js';
import { serving, temporaryFolder } from '../cli/command.js';
import { launchChromium, withoutChromium } from './chromium.js';

const withoutCertutil =
  spawnSync('certutil', ['--version']).error !== undefined && 'certutil is not installed';

test('Chromium believes the local authority after the commands of premier trust, and not before', {
  skip: withoutChromium || withoutCertutil,
}, async (t) => {
  const home = temporaryFolder(t);
  const site = join(home, 'site');
  mkdirSync(site);
  writeFileSync(join(site, 'index.html'), '<title>encrypted</title>');
  const env = { HOME: home, XDG_DATA_HOME: join(home, 'data') };
  const { port } = await serving(t, [site, '--https', '--name', 'app.localhost'], { env });

  const open = async (host: string) => {
    const browser = await launchChromium({ HOME: home });
    try {
      const page = await browser.newPage();
      await page.goto(`https://${host}:${port}/`);
      return `${await page.title()} ${await page.evaluate('isSecureContext')}`;
    } finally {
      await browser.close();
    }
  };
  await assert.rejects(open('localhost'), /ERR_CERT_AUTHORITY_INVALID/);

  const authority = await localAuthority(join(env.XDG_DATA_HOME, 'premier'));
  const steps = trustSteps(authority, 'trust', { ...thisMachine(), home });
  for (const { commands } of steps.filter(({ store }) => store === 'chromium')) {
    for (const command of commands) assert.equal(runCommand(command), undefined);
  }
  for (const host of ['localhost', '127.0.0.1', 'app.localhost'])
    assert.equal(await open(host), 'encrypted true');
});
