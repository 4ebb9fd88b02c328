// `require('premier')`: `node:http` as it is on this Node, with the server half replaced.
// On two lines: at `module.exports = require(…)` Node reads all of the engine for names, when an ES module imports this.
const { http } = require('./engine.cjs');
module.exports = http;
