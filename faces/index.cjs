// `require('premier')`: `node:http` as it is on this Node, with the server half replaced.
module.exports = require('./engine.cjs').http;
