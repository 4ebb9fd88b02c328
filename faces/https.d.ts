/** The types of `premier/https` as an ES module: the names of `https.d.cts`, and the namespace of them all as the default. */
import https = require('./https.cjs');

export * from './https.cjs';
export default https;
