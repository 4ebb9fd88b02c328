// For the parts of premier that watch its servers and say how they are made; programs don't import it.
const { inside } = require('./engine.cjs');
module.exports = inside;
