/** Pebble, the test authority of Let's Encrypt, as Debian has it. Started on free ports, with every name on this computer. */
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { issueLocally, localAuthority } from '../../../dist/operation/certificates/local-authority.js';
import type { Pair } from '../../../dist/operation/certificates/x509.js';
import { type Ends, temporaryFolder } from './folder.js';

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
  /** For a server on this computer that is believed likewise. */
  pair: Pair;
  /** Where it tells what became of its certificates. */
  management: string;
}

/**
 * Starts it, and stops it in the end.
 * @param seconds for which its certificates are good
 * @param badNonces of a hundred good ones, how many it refuses
 */
export async function startPebble(t: Ends, seconds: number, badNonces = 5): Promise<Pebble> {
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
  return {
    directory: `https://localhost:${listen}/dir`,
    ...{ httpPort, tlsPort, root, rootFile: authority.file },
    pair: { cert, key },
    management: `https://localhost:${management}`,
  };
}

/** As RFC 9773 §4.2 has it. */
interface RenewalInfo {
  suggestedWindow: { start: Date; end: Date };
}

/**
 * Pebble as Debian has it knows nothing of renewal information and profiles, and passes over both in orders. This stands
 * before its directory, offers them, and answers what it tells of its certificates: one that is revoked is to be renewed.
 */
export async function withRenewalInformation(t: Ends, pebble: Pebble) {
  const { management, pair, directory } = pebble;
  const day = 86_400_000;
  const asked: string[] = [];
  const intermediate = new X509Certificate(await (await fetch(`${management}/intermediates/0`)).text());
  const informationOn = async (name: string): Promise<RenewalInfo> => {
    const [issuer = '', serial = ''] = name.split('.').map((part) => Buffer.from(part, 'base64url'));
    if (issuer === '' || !intermediate.raw.includes(issuer)) throw new Error(`${name} names another issuer`);
    const answer = await fetch(`${management}/cert-status-by-serial/${serial.toString('hex')}`);
    const { Status } = (await answer.json()) as { Status: string };
    asked.push(Status);
    const start = Date.now() + (Status === 'Revoked' ? -day : day);
    return { suggestedWindow: { start: new Date(start), end: new Date(start + day / 2) } };
  };
  const front = createSecureServer(pair, async (req, res) => {
    const [, resource, name = ''] = (req.url ?? '').split('/');
    const own = (await (await fetch(directory)).json()) as { meta: object };
    const { port } = front.address() as AddressInfo;
    const more = {
      renewalInfo: `https://localhost:${port}/renewal`,
      meta: { ...own.meta, profiles: { shortlived: 'for six days' } },
    };
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify(resource === 'renewal' ? await informationOn(name) : { ...own, ...more }));
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  t.after(() => void front.close());
  return { directory: `https://localhost:${(front.address() as AddressInfo).port}/dir`, asked };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function started(t: Ends, command: string, args: string[], says: RegExp, more = {}): Promise<void> {
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
