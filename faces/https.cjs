// `require('premier/https')`: `node:https` as it is on this Node, with the server half replaced. On two lines as index.cjs.
const { premierHttps } = require('./engine.cjs');
module.exports = premierHttps();
