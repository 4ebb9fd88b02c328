// Against an authority that others wrote: certificates by either challenge, renewed while clients go on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import https from 'premier/https';
import { serving, temporaryFolder } from '../../cli/command.js';
import { believe } from './acme-server.js';
import { startPebble, withoutPebble } from './pebble.js';

test('the command has certificates for two names by http-01, with two workers, and renews them while clients lose nothing', {
  skip: withoutPebble,
  timeout: 120_000,
}, async (t) => {
  const pebble = await startPebble(t, 20, 20);
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
  let asked = 0;
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
    asked += 1;
  };
  const renewed = () => names.every((name) => (serials.get(name)?.size ?? 0) >= 2);
  while (!renewed()) for (const name of names) await ask(name);
  assert.ok(asked >= 4);
  assert.doesNotMatch(command.stderr(), /premier:/);
});

test('a program has a certificate by tls-alpn-01', { skip: withoutPebble, timeout: 60_000 }, async (t) => {
  const pebble = await startPebble(t, 600);
  believe(t, pebble.root);
  const server = https.createServer({}, (_req, res) => res.end('ok'));
  const certificates = await https.manageCertificates(server, {
    folder: temporaryFolder(t),
    acme: { domains: ['c.example.test'], agreeToTerms: true, directory: pebble.directory },
  });
  const settled = Promise.race([
    once(certificates as never, 'change'),
    once(certificates as never, 'problem').then(([problem]) => Promise.reject(problem)),
  ]);
  server.listen(pebble.tlsPort, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  await settled;
  const { port } = server.address() as AddressInfo;
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'c.example.test',
    rejectUnauthorized: false,
  });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  assert.equal(socket.getPeerX509Certificate()?.subjectAltName, 'DNS:c.example.test');
});
