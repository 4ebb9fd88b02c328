/** The server half of `node:http`. For now Node's own; premier's engine takes its place. */
export * from 'node:http';
export { default } from 'node:http';
