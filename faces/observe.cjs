// For the parts of premier that observe its servers; programs don't import it.
const { observe, observeServers } = require('./engine.cjs');
module.exports = { observe, observeServers };
