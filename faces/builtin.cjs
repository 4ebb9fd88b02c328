// Node's own module of a name, for the engine. A test runner that maps `node:http` to premier (Jest's `moduleNameMapper`)
// answers `require` and `process.getBuiltinModule` with premier, which would then build on itself.
const { Module } = require('node:module');

module.exports = typeof Module._load === 'function' ? (name) => Module._load(name) : process.getBuiltinModule;
