// Against an authority that others wrote: certificates by either challenge, renewed while clients go on, and replaced once
// they are revoked.
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import https from 'premier/https';
import { AcmeConnection } from '../../../dist/operation/certificates/acme/connection.js';
import { serving, temporaryFolder } from '../../cli/command.js';
import { believe } from './acme-server.js';
import { type Pebble, startPebble, withoutPebble, withRenewalInformation } from './pebble.js';

/** For both tests, one after the other. Its certificates are good for seconds. */
const shared = withoutPebble ? undefined : await startPebble({ after }, 6, 20);

test('the command has certificates for two names by http-01, with two workers, and renews them while clients lose nothing', {
  skip: withoutPebble,
  timeout: 120_000,
}, async (t) => {
  const pebble = shared as Pebble;
  const home = temporaryFolder(t);
  const site = join(home, 'site');
  mkdirSync(site);
  writeFileSync(join(site, 'index.html'), 'public');
  const { httpPort, tlsPort } = pebble;
  const names = ['a.example.test', 'b.example.test'];
  const command = await serving(
    t,
    [
      ...[site, '--workers', '2', '--domain', names.join(), '--email', 'anna@example.org', '--agree-terms'],
      ...['--acme-directory', pebble.directory, '--port', String(tlsPort), '--http-port', String(httpPort)],
      ...['--host', '127.0.0.1', '--allow-host', '*', '--log', 'off'],
    ],
    { env: { HOME: home, XDG_DATA_HOME: join(home, 'data'), NODE_EXTRA_CA_CERTS: pebble.rootFile } },
  );
  for (const name of names) await command.printed(`Certificate for ${name}: obtained`, 'stderr');

  const serials = new Map<string, Set<string>>();
  const ask = async (name: string) => {
    const asking = request({
      ...{ host: '127.0.0.1', port: tlsPort, servername: name, headers: { host: name } },
      ...{ rejectUnauthorized: false, agent: false },
    }).end();
    const [res] = await once(asking, 'response');
    const certificate = res.socket.getPeerX509Certificate();
    assert.equal(certificate.subjectAltName, `DNS:${name}`);
    assert.equal(res.statusCode, 200);
    assert.equal(Buffer.concat(await res.toArray()).toString(), 'public');
    serials.set(name, (serials.get(name) ?? new Set()).add(certificate.serialNumber));
  };
  const renewed = () => names.every((name) => (serials.get(name)?.size ?? 0) >= 2);
  while (!renewed()) {
    for (const name of names) await ask(name);
    await delay(25);
  }
  assert.doesNotMatch(command.stderr(), /premier:/);
  command.child.kill();
  assert.equal(await command.ended, 0);
});

test('a program has a certificate by tls-alpn-01, and another one as soon as the first is revoked', {
  skip: withoutPebble,
  timeout: 60_000,
}, async (t) => {
  const pebble = shared as Pebble;
  believe(t, pebble.root);
  const { directory, asked } = await withRenewalInformation(t, pebble);
  const folder = temporaryFolder(t);
  const server = https.createServer({}, (_req, res) => res.end('ok'));
  const certificates = await https.manageCertificates(server, {
    folder,
    acme: { domains: ['c.example.test'], agreeToTerms: true, directory, profile: 'shortlived' },
  });
  certificates.on('problem', (problem) => assert.fail(problem));
  const obtained = once(certificates as never, 'change');
  server.listen(pebble.tlsPort, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  await obtained;
  const { port } = server.address() as AddressInfo;
  const served = async () => {
    const socket = connect({
      ...{ port, host: '127.0.0.1', servername: 'c.example.test', rejectUnauthorized: false },
    });
    await once(socket, 'secureConnect');
    const certificate = socket.getPeerX509Certificate();
    socket.destroy();
    assert.equal(certificate?.subjectAltName, 'DNS:c.example.test');
    return certificate;
  };
  const first = await served();
  // Nothing is to be done while the authority says so.
  await certificates.reload();
  assert.equal((await served())?.serialNumber, first?.serialNumber);

  const [kept] = readdirSync(join(folder, 'acme')) as [string];
  const account = JSON.parse(readFileSync(join(folder, 'acme', kept, 'account.json'), 'utf8'));
  const connection = new AcmeConnection(directory, createPrivateKey(account.key));
  connection.kid = account.url;
  const { revokeCert } = (await connection.directory()) as unknown as { revokeCert: string };
  await connection.post(revokeCert, { certificate: first?.raw.toString('base64url'), reason: 4 });
  await certificates.reload();
  assert.notEqual((await served())?.serialNumber, first?.serialNumber);
  assert.deepEqual(asked, ['Valid', 'Revoked']);
});
