// A way to a TLS server for a client that speaks TCP.
// In: plain connections. Out: one TLS connection for each; an end and a reset on one side become one on the other.
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';

export interface Tunnel {
  port: number;
  close(): Promise<void>;
}

export async function tunnelTo(port: number): Promise<Tunnel> {
  const sockets = new Set<Socket>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (plain) => {
    const raw = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const secure = tls.connect({ socket: raw, rejectUnauthorized: false });
    join(plain, secure, () => raw.resetAndDestroy());
    for (const socket of [plain, raw]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function join(plain: Socket, secure: tls.TLSSocket, resetRaw: () => void): void {
  plain.pipe(secure);
  secure.pipe(plain);
  plain.on('error', resetRaw);
  secure.on('error', () => plain.destroy());
  plain.on('close', () => secure.destroy());
  secure.on('close', () => plain.destroySoon());
}
