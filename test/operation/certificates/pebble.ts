/** Pebble, the test authority of Let's Encrypt, as Debian has it. Started on free ports, with every name on this computer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { issueLocally, localAuthority } from '../../../dist/operation/certificates/local-authority.js';
import { temporaryFolder } from './folder.js';

const isThere = (name: string) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));

/** For the `skip` option of a test. */
export const withoutPebble =
  !(isThere('pebble') && isThere('pebble-challtestsrv')) && 'pebble is not installed';

export interface Pebble {
  directory: string;
  /** Ports on this computer at which it asks its questions. */
  httpPort: number;
  tlsPort: number;
  /** What believes it needs this root: as text, and as a file. */
  root: string;
  rootFile: string;
}

/**
 * Starts it, and stops it after the test.
 * @param seconds for which its certificates are good
 */
export async function startPebble(t: TestContext, seconds: number, badNonces = 5): Promise<Pebble> {
  const folder = temporaryFolder(t);
  const authority = await localAuthority(folder);
  const { cert, key } = issueLocally(authority, ['localhost', '127.0.0.1']);
  const [certificate, privateKey, configuration] = ['cert.pem', 'key.pem', 'pebble.json'].map((name) =>
    join(folder, name),
  );
  writeFileSync(certificate as string, cert);
  writeFileSync(privateKey as string, key);
  const [listen, management, dns, dnsManagement, httpPort, tlsPort] = (await freePorts(6)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const pebble = {
    listenAddress: `127.0.0.1:${listen}`,
    managementListenAddress: `127.0.0.1:${management}`,
    ...{ certificate, privateKey, httpPort, tlsPort, ocspResponderURL: '' },
    externalAccountBindingRequired: false,
    certificateValidityPeriod: seconds,
  };
  writeFileSync(configuration as string, JSON.stringify({ pebble }));
  const names = ['-defaultIPv4', '127.0.0.1', '-defaultIPv6', '', '-dns01', `127.0.0.1:${dns}`];
  const others = [
    '-http01',
    '',
    '-https01',
    '',
    '-tlsalpn01',
    '',
    '-management',
    `127.0.0.1:${dnsManagement}`,
  ];
  await started(t, 'pebble-challtestsrv', [...names, ...others], /Starting management server/);
  const nonces = {
    PEBBLE_VA_NOSLEEP: '1',
    PEBBLE_WFE_NONCEREJECT: String(badNonces),
    PEBBLE_AUTHZREUSE: '0',
  };
  const args = ['-config', configuration as string, '-dnsserver', `127.0.0.1:${dns}`];
  await started(t, 'pebble', args, /Listening on/, nonces);
  const root = authority.certificate.toString();
  return { directory: `https://localhost:${listen}/dir`, httpPort, tlsPort, root, rootFile: authority.file };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function started(
  t: TestContext,
  command: string,
  args: string[],
  says: RegExp,
  more = {},
): Promise<void> {
  const child = spawn(command, args, { env: { ...process.env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(async () => {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  let text = '';
  await new Promise<void>((resolve, reject) => {
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (more) => {
        text += more;
        if (says.test(text)) resolve();
      });
    }
    child.once('exit', () => reject(new Error(`${command} ended: ${text}`)));
  });
}
