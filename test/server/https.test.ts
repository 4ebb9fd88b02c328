// What TLS adds: certificates of either side, names, protocols, and handshakes that fail.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import tls, { type ConnectionOptions, type TLSSocket } from 'node:tls';
import { behaviour, get, outcome, pem, RawClient, type Stage } from '../subjects.js';

const secure = { only: 'secure' } as const;

/** A TLS client with options of its own. */
function client(
  context: Stage['context'],
  port: number,
  options: ConnectionOptions = {},
): RawClient & { socket: TLSSocket } {
  const socket = tls.connect({ port, ca: pem('authority-cert'), servername: 'localhost', ...options });
  context.after(() => socket.destroy());
  return new RawClient(socket) as RawClient & { socket: TLSSocket };
}

behaviour(
  'the request comes over an encrypted socket',
  async ({ serve, context }) => {
    const { port } = await serve((req, res) => {
      const socket = req.socket as TLSSocket;
      assert.ok(socket instanceof tls.TLSSocket);
      assert.equal(socket.encrypted, true);
      res.end(socket.getProtocol());
    });
    const response = await client(context, port).send(get()).response();
    assert.equal(response.body, 'TLSv1.3');
  },
  secure,
);

behaviour(
  'http/1.1 is what ALPN offers',
  async ({ serve, context }) => {
    const { port } = await serve((req, res) => res.end(String((req.socket as TLSSocket).alpnProtocol)));
    const both = client(context, port, { ALPNProtocols: ['h2', 'http/1.1'] });
    assert.equal((await both.send(get()).response()).body, 'http/1.1');
    assert.equal(both.socket.alpnProtocol, 'http/1.1');
    const none = client(context, port);
    assert.equal((await none.send(get()).response()).body, 'false');
  },
  secure,
);

behaviour(
  'ALPNProtocols of the options are the ones offered',
  async ({ serve, context }) => {
    const { port } = await serve({ ALPNProtocols: ['mine', 'http/1.1'] }, (_req, res) => res.end('ok'));
    const { socket } = client(context, port, { ALPNProtocols: ['http/1.1', 'mine'] });
    await once(socket, 'secureConnect');
    assert.equal(socket.alpnProtocol, 'mine');
  },
  secure,
);

behaviour(
  'a client that only speaks other protocols is refused in the handshake',
  async ({ serve, context }) => {
    const { port, server } = await serve(() => assert.fail('request was emitted'));
    server.on('tlsClientError', () => {});
    const { socket } = client(context, port, { ALPNProtocols: ['h2'] });
    const [error] = await once(socket, 'error');
    assert.match(error.code, /^ERR_SSL_.*NO_APPLICATION_PROTOCOL$/);
  },
  secure,
);

behaviour(
  'SNICallback chooses the certificate by name',
  async ({ serve, context }) => {
    const second = tls.createSecureContext({ key: pem('second-key'), cert: pem('second-cert') });
    const { port } = await serve(
      {
        SNICallback(name: string, callback: (error: Error | null, context?: tls.SecureContext) => void) {
          callback(null, name === 'second.test' ? second : undefined);
        },
      },
      (req, res) => res.end(String((req.socket as TLSSocket & { servername: string }).servername)),
    );
    for (const servername of ['second.test', 'localhost']) {
      const connected = client(context, port, { servername });
      assert.equal((await connected.send(get()).response()).body, servername);
      assert.equal(connected.socket.getPeerCertificate().subject.CN, servername);
    }
  },
  secure,
);

behaviour(
  'addContext chooses the certificate by name',
  async ({ serve, context }) => {
    const { port, server } = await serve((_req, res) => res.end('ok'));
    (server as unknown as tls.Server).addContext('second.test', {
      key: pem('second-key'),
      cert: pem('second-cert'),
    });
    const connected = client(context, port, { servername: 'second.test' });
    await connected.send(get()).response();
    assert.equal(connected.socket.getPeerCertificate().subject.CN, 'second.test');
  },
  secure,
);

behaviour(
  'setSecureContext changes the certificate of later connections',
  async ({ serve, context }) => {
    const { port, server } = await serve((_req, res) => res.end('ok'));
    const before = client(context, port);
    await before.send(get()).response();
    (server as unknown as tls.Server).setSecureContext({ key: pem('second-key'), cert: pem('second-cert') });
    const after = client(context, port, { servername: 'second.test' });
    await after.send(get()).response();
    assert.equal(before.socket.getPeerCertificate().subject.CN, 'localhost');
    assert.equal(after.socket.getPeerCertificate().subject.CN, 'second.test');
    assert.equal((await before.send(get()).response()).body, 'ok');
  },
  secure,
);

const asking = { requestCert: true, ca: pem('authority-cert') };

behaviour(
  'a client certificate is asked for, and may be missing',
  async ({ serve, context }) => {
    const { port } = await serve({ ...asking, rejectUnauthorized: false }, (req, res) => {
      const socket = req.socket as TLSSocket;
      res.end(`${socket.authorized} ${socket.getPeerCertificate().subject?.CN}`);
    });
    const known = client(context, port, { key: pem('client-key'), cert: pem('client-cert') });
    assert.equal((await known.send(get()).response()).body, 'true A client');
    const unknown = client(context, port);
    assert.equal((await unknown.send(get()).response()).body, 'false undefined');
  },
  secure,
);

behaviour(
  'a client without the certificate that is required is refused',
  async ({ serve, context }) => {
    const { port, server } = await serve({ ...asking, rejectUnauthorized: true }, () =>
      assert.fail('request was emitted'),
    );
    const failed = once(server, 'tlsClientError');
    const connected = client(context, port).send(get());
    const [error, socket] = await failed;
    assert.match(error.code, /^ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE$/);
    assert.ok(socket instanceof tls.TLSSocket);
    await connected.rest();
    assert.notEqual(connected.error, undefined);
  },
  secure,
);

behaviour(
  "plain bytes are a 'tlsClientError' and reach no handler",
  async ({ serve, context, subject }) => {
    const { port, server, ask } = await serve((req, res) => {
      assert.equal(req.url, '/fine');
      res.end('ok');
    });
    const failed = once(server, 'tlsClientError');
    const socket = net.connect(port);
    context.after(() => socket.destroy());
    const plain = new RawClient(socket).send(get('/plain'));
    const [error, tlsSocket] = await failed;
    assert.equal(error.code, 'ERR_SSL_HTTP_REQUEST');
    assert.ok(tlsSocket instanceof tls.TLSSocket);
    await plain.rest();
    assert.equal((await ask(get('/fine'))).body, 'ok');
    assert.ok(subject.secure);
  },
  secure,
);

behaviour(
  "a failed handshake is passed to 'clientError' as well",
  async ({ serve, context }) => {
    const { port, server } = await serve(() => {});
    const failed = outcome<string>();
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      failed.resolve(`${error.code}`);
      socket.destroy();
    });
    const socket = net.connect(port);
    context.after(() => socket.destroy());
    new RawClient(socket).send(get());
    assert.equal(await failed.promise, 'ERR_SSL_HTTP_REQUEST');
  },
  secure,
);

behaviour(
  'a handshake that does not come is given up after handshakeTimeout',
  async ({ serve, context }) => {
    const { port, server } = await serve({ handshakeTimeout: 50 }, () => {});
    const failed = once(server, 'tlsClientError');
    const socket = net.connect(port);
    context.after(() => socket.destroy());
    const [error] = await failed;
    assert.equal(error.code, 'ERR_TLS_HANDSHAKE_TIMEOUT');
    await once(socket.resume(), 'close');
  },
  secure,
);

behaviour(
  'a session is resumed',
  async ({ serve, context }) => {
    const { port } = await serve((req, res) => res.end(String((req.socket as TLSSocket).isSessionReused())));
    const first = client(context, port);
    const ticket = once(first.socket, 'session');
    assert.equal((await first.send(get()).response()).body, 'false');
    const [session] = await ticket;
    assert.equal((await client(context, port, { session }).send(get()).response()).body, 'true');
  },
  secure,
);

behaviour(
  'requestOCSP, minVersion and maxVersion are those of tls',
  async ({ serve, context }) => {
    const { port, server } = await serve({ minVersion: 'TLSv1.3' }, (_req, res) => res.end('ok'));
    server.on('tlsClientError', () => {});
    const { socket } = client(context, port, { maxVersion: 'TLSv1.2' });
    const [error] = await once(socket, 'error');
    assert.match(error.code, /^ERR_SSL/);
  },
  secure,
);

behaviour(
  'a body of megabytes goes both ways over TLS',
  async ({ serve, context }) => {
    const { port } = await serve((req, res) => {
      req.pipe(res);
    });
    const body = 'premier '.repeat(500_000);
    const connected = client(context, port);
    connected.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`).send(body);
    assert.ok((await connected.response()).body === body);
  },
  secure,
);

behaviour(
  'createServer without certificate listens, and fails handshakes',
  async ({ subject, listen, context }) => {
    const server = subject.createServer({ key: undefined, cert: undefined });
    const { port } = await listen(server);
    for (let round = 0; round < 2; round++) {
      const failed = once(server, 'tlsClientError');
      client(context, port).socket.on('error', () => {});
      const [error] = await failed;
      assert.match(error.code, /^ERR_SSL_NO_(SHARED_CIPHER|SUITABLE_SIGNATURE_ALGORITHM)$/);
      assert.equal(server.listening, true);
    }
  },
  secure,
);
