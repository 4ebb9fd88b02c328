// `require('premier/https')`: `node:https` as it is on this Node, with the server half replaced.
module.exports = require('./engine.cjs').https;
