// A Node whose sockets don't let anybody say whether they flow.
import { Duplex, Readable } from 'node:stream';

const { get } = Object.getOwnPropertyDescriptor(Readable.prototype, 'readableFlowing') ?? {};
Object.defineProperty(Duplex.prototype, 'readableFlowing', { get, configurable: true });
