/**
 * What the server asks of HTTP/2. The build puts this module, and all that it alone needs, into a file that is loaded with
 * the first server that speaks it: a third of the engine, which most programs never use.
 */
export { Connection } from './connection.js';
