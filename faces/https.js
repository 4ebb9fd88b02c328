// `import https from 'premier/https'`, and every name that `node:https` has on this Node; Server is premier's.
import https from './https.cjs';

export * from 'node:https';
export const { createServer, Server } = https;
export default https;
