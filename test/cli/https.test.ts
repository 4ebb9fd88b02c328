// --https: a certificate of this computer's own authority, believed by who was told to, and by Chromium after `premier trust`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { issueLocally, localAuthority } from '../../dist/operation/certificates/local-authority.js';
import { serving, start, temporaryFolder } from './command.js';
import { type Outcome, outcomesOf } from './command-lines.js';

/** A home of the test's own: whatever is changed there is nobody's. */
function newHome(t: TestContext) {
  const home = temporaryFolder(t);
  const site = join(home, 'site');
  mkdirSync(site);
  writeFileSync(join(site, 'index.html'), '<title>encrypted</title>');
  const data = join(home, 'data');
  return {
    site,
    root: join(data, 'premier', 'local-authority', 'root.pem'),
    env: { HOME: home, XDG_DATA_HOME: data },
  };
}

async function get(url: string, options: https.RequestOptions = {}) {
  const request = url.startsWith('https') ? https.get : http.get;
  const [res] = await once(request(url, { agent: false, ...options }), 'response');
  return {
    status: res.statusCode,
    headers: res.headers,
    body: Buffer.concat(await res.toArray()).toString(),
  };
}

test('--https serves every name of this computer, for who believes its authority', async (t) => {
  const { site, root, env } = newHome(t);
  const { url, port, stdout, printed, child, ended } = await serving(
    t,
    [site, '--https', '--name', 'app.test'],
    { env },
  );
  assert.match(url, /^https:\/\/localhost:\d+\/$/);
  await printed(/No browser trusts this computer's own authority yet.*premier trust/, 'stderr');
  assert.match(stdout(), /^Serveur démarré !\n/);
  const ca = readFileSync(root);
  for (const host of ['localhost', '127.0.0.1']) {
    assert.equal((await get(`https://${host}:${port}/`, { ca })).body, '<title>encrypted</title>');
  }
  const named = { ca, host: '127.0.0.1', servername: 'app.test', headers: { host: `app.test:${port}` } };
  assert.equal((await get(url, named)).status, 200);
  await assert.rejects(get(url), /certificate/);
  child.kill();
  assert.equal(await ended, 0);
});

test('TLS 1.2 has forward secrecy and authenticated encryption, unless Node was told otherwise', async (t) => {
  const { site, root, env } = newHome(t);
  const negotiated = async (port: number, ciphers: string) => {
    const socket = tls.connect({
      port,
      host: 'localhost',
      ca: readFileSync(root),
      maxVersion: 'TLSv1.2',
      ciphers,
    });
    t.after(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket.getCipher().name;
  };
  const [good, old] = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA'] as const;
  const usual = await serving(t, [site, '--https'], { env });
  assert.equal(await negotiated(usual.port, `${old}:${good}`), good);
  await assert.rejects(negotiated(usual.port, old), { code: /^ERR_SSL_/ });
  const told = { ...env, NODE_OPTIONS: `--tls-cipher-list=${old}` };
  const other = await serving(t, [site, '--https'], { env: told });
  assert.equal(await negotiated(other.port, old), old);
});

test('the authority is made once, and its servers are told apart by nobody', async (t) => {
  const { site, root, env } = newHome(t);
  // Elsewhere only the first address of the network of loopback is there.
  const hosts = ['localhost', process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1'];
  const both = await Promise.all(
    hosts.map((host) => serving(t, [site, '--https', `--host=${host}`], { env })),
  );
  const ca = readFileSync(root);
  for (const { url } of both) assert.equal((await get(url, { ca })).status, 200);
});

test('--http-port sends everybody to the same place on https', async (t) => {
  const { site, root, env } = newHome(t);
  const { url, port, printed, stdout } = await serving(t, [site, '--https', '--http-port', '0', '--hsts'], {
    env,
  });
  await printed(/http:\/\/\S+\n/);
  const plain = /http:\/\/\S+/.exec(stdout())?.[0] as string;
  const { status, headers } = await get(`${plain}a/b?c=d`);
  assert.equal(status, 308);
  assert.equal(headers.location, `${url}a/b?c=d`);
  assert.equal((await get(plain, { headers: { host: 'evil.example' } })).status, 421);
  const ca = readFileSync(root);
  assert.equal((await get(url, { ca })).headers['strict-transport-security'], undefined);
  const elsewhere = { ca, servername: 'localhost', headers: { host: `app.test:${port}` } };
  assert.equal((await get(url, elsewhere)).headers['strict-transport-security'], 'max-age=31536000');
});

const made: [what: string, exports: string][] = [
  ['lets listen by itself', 'server.listen(process.env.PORT);'],
  ['exports', 'module.exports = server;'],
];
for (const [what, code] of made) {
  test(`a server of plain HTTP that a program ${what} speaks https where that is asked for`, async (t) => {
    const { root, env } = newHome(t);
    const program = join(env.HOME, 'app.cjs');
    writeFileSync(
      program,
      `const server = require('node:http').createServer((req, res) => res.end(req.httpVersion + ' ' + req.socket.encrypted));
      server.on('upgrade', (_req, socket) => socket.end('HTTP/1.1 101 Switching Protocols\\r\\n\\r\\nupgraded'));
      ${code}`,
    );
    const { url, port, child, ended } = await serving(t, [program, '--https', '--hsts'], { env });
    assert.equal(url, `https://localhost:${port}/`);
    const ca = readFileSync(root);
    const named = { ca, servername: 'localhost', headers: { host: 'app.test' } };
    const { body, headers } = await get(url, named);
    assert.deepEqual([body, headers['strict-transport-security']], ['1.1 true', 'max-age=31536000']);
    const session = http2.connect(url, { ca });
    t.after(() => session.destroy());
    assert.equal(Buffer.concat(await session.request().toArray()).toString(), '2.0 true');
    assert.equal(session.remoteSettings.enableConnectProtocol, true);
    session.close();
    assert.equal((await get(url.replace('https', 'http'))).status, 400);
    const socket = tls.connect({ port, host: 'localhost', ca });
    t.after(() => socket.destroy());
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    assert.match(Buffer.concat(await socket.toArray()).toString(), /^HTTP\/1\.1 101 .*upgraded$/s);
    // Who never begins a handshake keeps nobody from stopping.
    const silent = net.connect(port, 'localhost').on('error', () => {});
    t.after(() => silent.destroy());
    await once(silent, 'connect');
    child.kill();
    assert.equal(await ended, 0);
  });
}

test('a server that listens for CONNECT speaks HTTP/1.1 alone, and the other of its program HTTP/2', async (t) => {
  const { root, env } = newHome(t);
  const program = join(env.HOME, 'app.cjs');
  writeFileSync(
    program,
    `const { createServer } = require('node:http');
    const proxy = createServer((req, res) => res.end());
    proxy.on('connect', (req, socket) => socket.end('HTTP/1.1 200 OK\\r\\n\\r\\n' + req.url));
    const other = createServer((req, res) => res.end());
    proxy.listen(process.env.PORT, () => {
      other.listen(0, () => console.log('other at ' + other.address().port + '.'));
    });`,
  );
  const { port, printed, stdout } = await serving(t, [program, '--https'], { env });
  await printed(/other at \d+\./);
  const ca = readFileSync(root);
  const connect = async (at: number, ALPNProtocols: string[]) => {
    const socket = tls.connect({ port: at, host: 'localhost', ca, ALPNProtocols });
    t.after(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  };
  const both = ['h2', 'http/1.1'];
  const socket = await connect(port, both);
  assert.equal(socket.alpnProtocol, 'http/1.1');
  socket.write('CONNECT elsewhere:80 HTTP/1.1\r\nHost: elsewhere:80\r\n\r\n');
  assert.match(Buffer.concat(await socket.toArray()).toString(), /^HTTP\/1\.1 200 .*elsewhere:80$/s);
  const at = Number(/other at (\d+)/.exec(stdout())?.[1]);
  assert.equal((await connect(at, both)).alpnProtocol, 'h2');
  assert.equal((await connect(at, ['http/1.1'])).alpnProtocol, 'http/1.1');
  await assert.rejects(connect(at, ['http/0.9']), /ALPN|alert/i);
});

test('--http-port that is taken ends the start, and says which option to change', async (t) => {
  const { site, env } = newHome(t);
  const taken = http.createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const asked = [site, '--https', '--port', '0', '--http-port', String(port)];
  const { ended, stdout, stderr } = start(t, asked, { env });
  assert.equal(await ended, 1);
  assert.equal(stdout(), '');
  const other = `premier ${site} --https --port 0 --http-port ${port + 1}`;
  const says = `premier: Port ${port} is in use by another program. Choose another: ${other}, or --http-port 0 for a free one.\n`;
  assert.equal(stderr(), says);
});

test('public names are the addresses that are told, and a problem says whose it is', async (t) => {
  const { site, env } = newHome(t);
  // Nobody is there.
  const authority = ['--acme-directory', 'https://127.0.0.1:9/', '--agree-terms'];
  const { child, ended, stdout, printed } = start(
    t,
    [site, '--domain', 'a.example,192.0.2.1', ...authority, '--port=0', '--http-port=0', '--host=127.0.0.1'],
    { env },
  );
  await printed(
    /^premier: The authority .*\. Until then nothing is served for a\.example\. Next try:/m,
    'stderr',
  );
  await printed(/ Until then nothing is served for 192\.0\.2\.1\./, 'stderr');
  // On loopback, as behind a balancer: these are its names, and others are nobody's.
  for (const [host, status] of [
    ['a.example', 308],
    ['b.example', 421],
  ] as const) {
    const plain = /http:\/\/a\.example(:\d+\/)/.exec(stdout())?.[1];
    assert.equal((await get(`http://127.0.0.1${plain}`, { headers: { host } })).status, status);
  }
  const told = stdout()
    .match(/https?:\S+/g)
    ?.map((url) => url.replace(/:\d+\//, '/'));
  const names = ['a.example', '192.0.2.1'];
  assert.deepEqual(
    told,
    ['https', 'http'].flatMap((scheme) => names.map((name) => `${scheme}://${name}/`)),
  );
  child.kill();
  assert.equal(await ended, 0);
});

test('workers serve one certificate, and a session of one goes on at any other', async (t) => {
  const { site, root, env } = newHome(t);
  const { port } = await serving(t, [site, '--https', '--workers', '2', '--log', 'off'], { env });
  const ca = readFileSync(root);
  const serials = new Set<string>();
  let session: Buffer | undefined;
  for (let connection = 0; connection < 12; connection++) {
    const socket = tls.connect({ port, host: 'localhost', ca, ...(session && { session }) });
    t.after(() => socket.destroy());
    const told = session ? [session] : once(socket, 'session');
    await once(socket, 'secureConnect');
    serials.add(socket.getPeerX509Certificate()?.serialNumber ?? 'resumed');
    assert.equal(socket.isSessionReused(), session !== undefined);
    [session] = (await told) as [Buffer];
    socket.destroy();
  }
  serials.delete('resumed');
  assert.equal(serials.size, 1);
});

test('files that change are taken over at SIGHUP, and a pair that does not fit is refused', {
  skip: process.platform === 'win32',
}, async (t) => {
  const { site, env } = newHome(t);
  const authority = await localAuthority(env.XDG_DATA_HOME);
  const [cert, key] = [join(env.HOME, 'cert.pem'), join(env.HOME, 'key.pem')] as const;
  const write = (pair: { cert: string; key: string }) => {
    writeFileSync(cert, pair.cert);
    writeFileSync(key, pair.key);
  };
  const pairs = [issueLocally(authority, ['localhost']), issueLocally(authority, ['localhost'])] as const;
  write(pairs[0]);
  const { port, child, printed } = await serving(
    t,
    [site, '--tls-cert', cert, '--tls-key', key, '--log', 'off'],
    { env },
  );
  const serial = async () => {
    const socket = tls.connect({ port, host: 'localhost', ca: authority.certificate.toString() });
    t.after(() => socket.destroy());
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerX509Certificate() ?? {};
    socket.destroy();
    return serialNumber;
  };
  const before = await serial();
  write({ cert: pairs[1].cert, key: pairs[0].key });
  child.kill('SIGHUP');
  await printed(
    /^premier: .*key\.pem is the key of another certificate than .*The certificate before goes on, good until/m,
    'stderr',
  );
  assert.equal(await serial(), before);
  write(pairs[1]);
  child.kill('SIGHUP');
  await printed(/^Certificate for localhost: taken over, good until/m, 'stderr');
  assert.notEqual(await serial(), before);
});

test('certificates in several files are told apart by name, and change one by one', {
  skip: process.platform === 'win32',
}, async (t) => {
  const { site, env } = newHome(t);
  const authority = await localAuthority(env.XDG_DATA_HOME);
  const pairs = ['localhost', 'a.test'].map((name) => {
    const pair = issueLocally(authority, [name]);
    const [cert, key] = [join(env.HOME, `${name}.pem`), join(env.HOME, `${name}-key.pem`)] as const;
    const write = (other: { cert: string; key: string }) => {
      writeFileSync(cert, other.cert);
      writeFileSync(key, other.key);
    };
    write(pair);
    return { write, args: ['--tls-cert', cert, '--tls-key', key] };
  });
  const args = pairs.flatMap((pair) => pair.args);
  const { port, child, printed } = await serving(t, [site, ...args, '--log', 'off'], { env });
  const named = async (servername: string) => {
    const checked = { ca: authority.certificate.toString(), checkServerIdentity: () => undefined };
    const socket = tls.connect({ port, host: 'localhost', servername, ...checked });
    t.after(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.subjectAltName;
  };
  const asked = ['localhost', 'a.test', 'A.Test', 'b.test', ''];
  const names = async () => Promise.all(asked.map(named));
  const [one, other] = ['DNS:localhost', 'DNS:a.test'];
  assert.deepEqual(await names(), [one, other, other, one, one]);
  // The second gets other names; the first is not touched by that.
  pairs[1]?.write(issueLocally(authority, ['b.test']));
  child.kill('SIGHUP');
  await printed(/^Certificate for b\.test: taken over/m, 'stderr');
  assert.deepEqual(await names(), [one, one, one, 'DNS:b.test', one]);

  const short = start(t, [site, ...args.slice(0, -2)], { env });
  assert.equal(await short.ended, 2);
  assert.match(short.stderr(), /a key for each certificate and in the same order/);
});

test('a name that is not local is refused with the way out', async (t) => {
  const { site, env } = newHome(t);
  const { ended, stderr } = start(t, [site, '--https', '--name', 'example.com'], { env });
  assert.equal(await ended, 1);
  assert.match(stderr(), /^premier: example\.com is no local name.*--domain/);
  assert.equal(stderr().trim().split('\n').length, 1);
});

test('ways to a certificate that exclude each other are refused, as is what has no effect', async (t) => {
  const { site, env } = newHome(t);
  const cases: [args: string[], english: RegExp, french: RegExp][] = [
    [
      ['--tls-cert=a', '--tls-key=b', '--domain=a.example'],
      /^--tls-cert and --domain are two ways/,
      /deux chemins/,
    ],
    [['--name=a.test', '--domain=a.example'], /^--name and --domain are two ways/, /deux chemins/],
    [['--https', '--email=a@b.example'], /^--email has no effect without --domain/, /sans effet/],
    [['--agree-terms'], /^--agree-terms has no effect without --domain/, /sans effet/],
    [['--hsts'], /^--hsts has no effect without --https/, /sans effet/],
    [['--http-port=80'], /^--http-port has no effect without --https/, /sans effet/],
  ];
  const lines = cases.flatMap(([args, english, french]) => [
    { args: [site, '--lang=en', ...args], message: english },
    { args: [site, '--lang=fr', ...args], message: french },
  ]);
  const outcomes = await outcomesOf(
    t,
    lines.map(({ args }) => args),
    { env },
  );
  for (const [index, { args, message }] of lines.entries()) {
    const { code, stderr } = outcomes[index] as Outcome;
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr.replace(/^premier: /, ''), message);
  }
});

/** A folder for PATH with nothing but certutil: no store of the system can be reached from there. */
function onlyCertutil(home: string): string | undefined {
  const found = (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, 'certutil'))
    .find(existsSync);
  if (!found || process.platform !== 'linux') return undefined;
  const folder = join(home, 'bin');
  mkdirSync(folder);
  symlinkSync(found, join(folder, 'certutil'));
  symlinkSync('/bin/mkdir', join(folder, 'mkdir'));
  return folder;
}

test('premier trust says what it does, does it, and untrust takes it back', async (t) => {
  const { env, site } = newHome(t);
  const PATH = onlyCertutil(env.HOME);
  if (!PATH) return t.skip('certutil is not installed');
  const nss = `sql:${join(env.HOME, '.pki', 'nssdb')}`;
  const listed = () => execFileSync('certutil', ['-L', '-d', nss], { encoding: 'utf8' });

  const trust = start(t, ['trust'], { env: { ...env, PATH } });
  assert.equal(await trust.ended, 0, trust.stderr());
  assert.match(
    trust.stdout(),
    /certutil -A -d sql:\S+nssdb -t C,, -n premier-[\da-f]{8} -i \S+root\.pem\n.*Done/s,
  );
  assert.match(listed(), /^premier-[\da-f]{8} +C,,/m);

  const { stderr, url } = await serving(t, [site, '--https'], { env });
  assert.doesNotMatch(stderr(), /trust/);
  assert.ok(url);

  const untrust = start(t, ['untrust', '--lang', 'fr'], { env: { ...env, PATH } });
  assert.equal(await untrust.ended, 0, untrust.stderr());
  assert.match(untrust.stdout(), /certutil -D -d .*C’est fait/s);
  assert.doesNotMatch(listed(), /premier/);

  const again = start(t, ['untrust'], {
    env: { HOME: env.HOME, XDG_DATA_HOME: env.XDG_DATA_HOME, PATH: '' },
  });
  assert.equal(await again.ended, 0, again.stderr());
  assert.match(
    again.stdout(),
    /^This computer's own authority, \S+root\.pem, is in no store that can be changed here\.\n$/,
  );
});

test('premier untrust without an authority says so', async (t) => {
  const { env } = newHome(t);
  const { ended, stdout } = start(t, ['untrust'], { env });
  assert.equal(await ended, 0);
  assert.match(stdout(), /nothing to take out/);
});
