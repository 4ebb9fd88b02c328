// What stands for the classes of `node:http` that Node loads when they are first read, for `import`.
const { lateClasses } = require('./engine.cjs');
module.exports = lateClasses;
