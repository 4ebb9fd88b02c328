/** What the faces hand on. The build makes one CommonJS file of it, `dist/engine.cjs`, so that there is one engine. */
export { premierHttps } from './https.js';
export { default as http } from './index.js';
export * as inside from './observe.js';
export { register } from './register.js';
