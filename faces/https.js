// `import https from 'premier/https'`, and every name that `node:https` has on this Node; Server is premier's.
import https from './https.cjs';

export * from 'node:https';
// Named one by one as well: where a test runner maps node:https to premier/https, the line above leads back here.
export const { Agent, createServer, get, globalAgent, manageCertificates, request, Server } = https;
export default https;
