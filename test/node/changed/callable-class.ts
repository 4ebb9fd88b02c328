// A Node whose servers are classes, which can't be called on what another constructor made.
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';

const own = [net.Server, tls.Server] as const;
Object.assign(net, { Server: class Server extends net.Server {} });
Object.assign(tls, { Server: class Server extends tls.Server {} });
syncBuiltinESMExports();
// What is in Node itself is written for the ones before.
Object.assign(net, { Server: own[0] });
Object.assign(tls, { Server: own[1] });
