"use strict";

// Ce que `require("premier/https")` veut dire dans ce dossier. / What `require("premier/https")` means in this folder.

require("./premier.cjs");

const { createRequire } = require("node:module");
const { join } = require("node:path");

module.exports = createRequire(join(__dirname, "..", "..", "package.json"))("premier/https");
