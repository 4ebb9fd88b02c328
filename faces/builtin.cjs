// Node's own module of a name, for the engine and the document server. A test runner that maps `node:http` to premier
// (Jest's `moduleNameMapper`) answers `require` and `process.getBuiltinModule` with premier, which would then build on
// itself. And a bundler that makes one ES module of a program leaves no `require` in it: esbuild's fails when it is called.
// Node 22.0 to 22.2 have no `getBuiltinModule`.
const { Module } = process.getBuiltinModule
  ? process.getBuiltinModule('node:module')
  : require('node:module');

module.exports = typeof Module._load === 'function' ? (name) => Module._load(name) : process.getBuiltinModule;
