// `import http from 'premier'`, and every name that `node:http` has on this Node; those of the server half are premier's.
import http from './index.cjs';

export * from 'node:http';
// Named one by one as well: where a test runner maps node:http to premier, the line above leads back here.
export const { Agent, ClientRequest, get, globalAgent, maxHeaderSize, METHODS, OutgoingMessage, request } =
  http;
export const { setMaxIdleHTTPParsers, STATUS_CODES, validateHeaderName, validateHeaderValue } = http;
export const {
  _connectionListener,
  clientOf,
  proxyHeaderOf,
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} = http;
export default http;
