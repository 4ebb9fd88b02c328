// `import http from 'premier'`, and every name that `node:http` has on a Node that premier knows; those of the server half are
// premier's. Named one by one: `export * from 'node:http'` would make Node read each of them, and so load its client of
// fetch; and where a test runner maps node:http to premier, it would lead back here.
import http from './index.cjs';
import lateClasses from './late-classes.cjs';

export const { Agent, ClientRequest, get, globalAgent, maxHeaderSize, METHODS, OutgoingMessage, request } =
  http;
export const { setGlobalProxyFromEnv, setMaxIdleHTTPParsers, STATUS_CODES } = http;
export const { isValidHeaderName, isValidHeaderValue, validateHeaderName, validateHeaderValue } = http;
export const { websocketMask, websocketUnmask } = http;
export const { CloseEvent, MessageEvent, WebSocket } = lateClasses;
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
