/** Puts premier under `node:http` and `node:https`; has no values to import. */
export type { Environment } from './register.cjs';
