/** The server half of `node:https`. For now Node's own; premier's engine takes its place. */
export * from 'node:https';
export { default } from 'node:https';
