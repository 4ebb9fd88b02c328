/** The types of `premier` as an ES module: the names of `index.d.cts`, and the namespace of them all as the default. */
import http = require('./index.cjs');

export * from './index.cjs';
export default http;
