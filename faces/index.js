// `import http from 'premier'`, and every name that `node:http` has on this Node; those of the server half are premier's.
import http from './index.cjs';

export * from 'node:http';
export const { _connectionListener, createServer, IncomingMessage, Server, ServerResponse } = http;
export default http;
