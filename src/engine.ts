/**
 * What the faces hand on. The build makes one CommonJS file of it, `dist/engine.cjs`, so that there is one engine; what speaks
 * HTTP/2 is in a file that it loads for servers that do.
 */
export { premierHttps } from './https.js';
export { default as http, lateClasses } from './index.js';
export * as inside from './observe.js';
export { register } from './register.js';
